"""The words of a text, as passages are indexed and asked for."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Scripts written without spaces: their words are told apart by pairs of characters.
_UNSPACED = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]+")
_ENDINGS = ("ations", "ation", "ments", "ment", "ness", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s", "e", "y")

STOPWORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing don dont down during each few for from further get give had has
    have having he her here hers him his how i if in into is it its itself ive just let lets like me more most my
    no nor not now of off on once only or other our ours out over own please same she should show so some such
    tell than that thats the their theirs them then there these they this those through to too under until up us
    very was we were what whats when where which while who whom whose why will with would yes you your yours""".split()
)


def words(text: str) -> list[str]:
    """Every word in order: lower case, without accents; scripts without spaces as pairs of characters."""
    plain = text.lower() if text.isascii() else _without_accents(text)
    return [part for word in _WORD.findall(plain) for part in _parts(word)]


def terms(text: str, limit: int) -> list[str]:
    """The first `limit` distinct words that say something."""
    telling = dict.fromkeys(
        word
        for word in words(text)
        if word not in STOPWORDS and (len(word) > 1 or not word.isascii() or word.isdigit())
    )
    return list(telling)[:limit]


def root(word: str) -> str:
    """The word without its ending, roughly: what its other forms begin with."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _without_accents(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(letter for letter in spread if not unicodedata.combining(letter)))


def _parts(word: str) -> list[str]:
    if word.isascii():
        if "'" not in word:
            return [word]
        return [word.removesuffix("'s").replace("'", "")]
    if not _UNSPACED.search(word):
        return [word.replace("’", "'").removesuffix("'s").replace("'", "")]
    parts: list[str] = []
    at = 0
    for match in _UNSPACED.finditer(word):
        parts += [word[at : match.start()]] if match.start() > at else []
        run = match[0]
        parts += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        at = match.end()
    return parts + ([word[at:]] if at < len(word) else [])
