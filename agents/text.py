"""Plain English text: its sentences, its words, and what the words have in common."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written with spaces."""
    return frozenset(text.split())


STOPWORDS = word_set(
    """
    a about above across after again against all almost along already also although always am among an and
    another any anyone anything are aren't around as at away back be became because become becomes been
    before behind being below between both but by came can cannot can't come could couldn't did didn't do
    does doesn't doing done don't down during each either else enough etc even ever every everyone
    everything few for from further get gets getting give given gives go goes going gone got had has
    hasn't have haven't having he he's hence her here hers herself him himself his how however i i'd i'll
    i'm i've if in indeed instead into is isn't it it's its itself just keep kept let let's like made make
    makes making many may me might mine more moreover most mostly much must my myself near nearly neither
    never no nobody none nor not nothing now of off often on once one ones only onto or other others
    otherwise our ours ourselves out over own per perhaps quite rather really said same say says see seem
    seems several shall she should shouldn't since so some someone something sometimes soon still such
    take taken takes than that that's the their theirs them themselves then there there's thereby
    therefore these they they're this those though through throughout thus to together too toward towards
    under unless until up upon us use used uses using usually very via was wasn't way we well we're were
    weren't what whatever what's when where whereas whether which while who whole whom whose who's why
    will with within without won't would wouldn't yet you you'd you'll your you're yours yourself
    yourselves
    """
)

# A full stop after one of these does not end a sentence.
_TITLES = word_set(
    """
    dr mr mrs ms prof st messrs gen col sgt lt capt cmdr adm rev hon gov sen rep pres mt ft vs cf viz e.g
    i.e ca approx c fig figs no nos vol vols pp eq ref sec ch dept est al ph
    """
)
# These may end one: they do when the next word opens a sentence.
_MAYBE_LAST = word_set(
    """
    etc inc ltd co corp jr sr bros a.m p.m am pm ph.d b.c a.d b.c.e c.e bc ad u.s u.k e.u u.n u.s.a d.c
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    """
)

WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:[’'][^\W_]+)*")
_END = re.compile(r"""[.!?…]+[")\]”’»]*(?=\s)""")
_OPENS_LOWER = re.compile(r"[a-z]+[A-Z0-9]")  # mRNA, eBay, pH: a small letter may open a sentence
_OPENER = re.compile(r"""\s*["'(\[“‘«¿¡]*(\S{1,40})""")
_LOOK_BACK = 80  # characters, to see the two words before a stop
_LEADING = "\"'([“‘«¿¡"

_stemmer = snowballstemmer.stemmer("english")
_stemmer_lock = threading.Lock()  # a stemmer keeps the word it works on in itself


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The common beginning of a word's forms, in lower case: `Vaccines` and `vaccine` give the same."""
    plain = word.casefold().replace("’", "'")
    with _stemmer_lock:
        return str(_stemmer.stemWord(plain))


def words(text: str) -> list[str]:
    """Every word and number of the text, in order, as it is written."""
    return WORD.findall(text)


def content_words(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order, repetitions kept.

    Single letters are left out; numbers are kept.
    """
    plain = (word.casefold().replace("’", "'") for word in words(text))
    return [
        stem(word)
        for word in plain
        if word not in STOPWORDS and (len(word) > 1 or not word.isascii() or word.isdigit())
    ]


def sentences(text: str) -> list[str]:
    """The sentences of plain text, in order, white space collapsed.

    A blank line always ends a sentence. Abbreviations, initials and decimals do not.
    """
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        found += _split(" ".join(block.split()))
    return found


def _split(block: str) -> list[str]:
    found: list[str] = []
    start = 0
    for match in _END.finditer(block):
        if _ends(block, start, match):
            found.append(block[start : match.end()])
            start = match.end() + 1
    if rest := block[start:].strip():
        found.append(rest)
    return found


def _ends(block: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends with this punctuation."""
    following = _OPENER.match(block, match.end())
    opener = following.group(1) if following else ""
    if not opener or (opener[0].islower() and not _OPENS_LOWER.match(opener)):
        return False
    if match.group() != ".":
        return True
    before = block[max(start, match.start() - _LOOK_BACK) : match.start()].split(" ")
    last = before[-1].lstrip(_LEADING)
    return _ends_after(last, before[-2] if len(before) > 1 else "", opener)


def _ends_after(last: str, previous: str, opener: str) -> bool:
    """Whether a single full stop between the words `last` and `opener` ends a sentence."""
    lowered = last.casefold()
    opens = opener.strip(",").casefold() in STOPWORDS
    if lowered == "no" and not opener[0].isdigit():  # "the answer is no. Then", but "No. 5"
        return True
    if lowered == "c" and last != "c":  # "vitamin C." is no "circa"
        return not previous[:1].isupper() or opens
    if lowered in _TITLES:
        return False
    if lowered in _MAYBE_LAST and last[0].isupper() | ("." in last) | (lowered in {"etc", "am", "pm"}):
        return opens
    if len(last) == 1 and last.isalpha() and last.isupper():  # an initial, unless it ends a phrase: "vitamin C."
        return bool(previous) and (not previous[0].isupper() or opens)
    return not re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", last) or opens
