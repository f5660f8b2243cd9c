"""What a request is about: its words without the command around them."""

from __future__ import annotations

import json
import re

from agents.extraction.markdown import plain
from agents.text import STOPWORDS, content_words, sentences, stem, word_set, words

_MAX_WORDS = 24

_POLITE = re.compile(
    r"(?:hi|hello|hey|ok|okay|so|now|then|well|and|please|kindly|pls|thanks|can you|could you|would you|will you|"
    r"can we|let'?s|i(?:'d| would) (?:like|love)(?: you)?(?: to)?|i (?:want|need)(?: you)?(?: to)?|i'm looking for|"
    r"help me(?: to)?|(?:your|the) task(?: is)?(?: to)?|we need(?: to)?|go and|just|"
    r"like i(?:'m| am) (?:five|5))\b[\s,:!.]*",
    re.IGNORECASE,
)
_VERBS = (
    r"write|draft|compose|create|produce|prepare|generate|give|show|tell|teach|explain|describe|research|"
    r"find(?:\s+out)?|search\s+for|look\s+(?:up|into|for)|investigate|explore|gather|collect|inform|summari[sz]e|"
    r"sum\s+up|discuss|analy[sz]e|examine|introduce|understand|read\s+up|dive\s+deep|what\s+do\s+you\s+know|"
    r"study|search|report|cover|review|brief|outline|make|do|get|have|know|learn|think"
)
# These are as often something else: `study habits` is a topic, `study the habits of bees` a command.
_NOUNS_TOO = word_set("study search report cover review brief outline make do get have know learn think")
_KINDS = (
    r"articles?|essays?|reports?|(?:blog\s+)?posts?|blogs?|stor(?:y|ies)|pieces?|summar(?:y|ies)|briefs?|briefings?|overviews?|"
    r"introductions?|papers?|notes?|texts?|information|infos?|facts?|research|something|anything|everything|details|"
    r"sections?|paragraphs?|outlines?|explanations?|descriptions?|digests?|newsletters?|answers?|guides?|primers?|"
    r"fact\s+sheets?|backgrounds?|material|sources|deep\s+dives?|look|talks?|speech(?:es)?|more|all|some|a\s+(?:bit|lot|little)"
)
_QUALITIES = (
    r"(?:very|really|short|shorter|brief|quick|long|longer|clear|engaging|detailed|comprehensive|informative|interesting|"
    r"simple|concise|relevant|good|great|nice|well[- ]written|in-depth|thorough|complete|full|new|fresh|latest|"
    r"current|reliable|key|main|important|one-page|two-page|(?:\d+|one|two|three|four|five)[- ](?:words?|sentences?|"
    r"paragraphs?|pages?|minutes?)|popular|balanced|structured|small|little|basic|general|beginner'?s?|,|and)"
)
_ABOUT = (
    r"(?:about|on|of|for|regarding|concerning|covering|around|into|to|that\s+(?:explains|describes|covers)|"
    r"explaining|describing|with)"
)
_ARTICLE = r"(?:an?|the|some|any|me|us|my|our|this|that|all|more|for)"
_COMMAND = re.compile(
    rf"(?:(?:{_VERBS})\b[\s,:]+)(?:to\s+(?:me|us)\s+)?(?:(?:and|then)\s+(?:{_VERBS})\s+)?(?:{_ARTICLE}\s+)*(?:{_QUALITIES}[\s,]+)*"
    rf"(?:(?:{_KINDS})\b\s*(?:of\s+(?:around\s+)?\d+\s+words\s+)?{_ABOUT}\s+|{_ABOUT}\s+|(?:{_KINDS})\b\s*:\s*)?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?:{_ARTICLE}\s+)*(?:{_QUALITIES}[\s,]+)*(?:{_KINDS}|topics?|subjects?|questions?)\s*(?:\b{_ABOUT}\s+|:\s*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s,]*\b(?:please|thanks|thank you|for me|to me|for us|for (?:a|an|the|my|our) (?:general |wide |broad |\w+ )?"
    r"(?:audience|reader|readers|public|newsletter|website|blog|beginners?|class|team|boss)|"
    r"in (?:about |around |at most |no more than )?(?:\d+|a few|one|two|three|five) "
    r"(?:words|sentences|paragraphs|pages|minutes|lines)|"
    r"in (?:simple|plain|easy|clear) (?:words|terms|language|english)|in (?:brief|short|detail|depth)|briefly|"
    r"step by step|"
    r"for (?:beginners|kids|children|dummies)|right now|asap)$",
    re.IGNORECASE,
)
_FOCUS = re.compile(
    r"(?:(?:please\s+)?(?:focus(?:ing)?|concentrate)\s+(?:mainly\s+|especially\s+)?on|with\s+(?:a\s+)?(?:focus|emphasis)\s+on|"
    r"include(?:\s+(?:something|a\s+section))?(?:\s+(?:on|about))?|mention|especially)\s+(.+)$",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"(?:compar(?:e|ison\s+of|ison\s+between|ing)|contrast|(?:the\s+)?differences?\s+between|what\s+distinguishes)\s+(.+?)\s+"
    r"(?:and|with|to|versus|vs\.?|against|or)\s+(.+)$",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"(.+?)\s+(?:versus|vs\.?)\s+(.+)$", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?:what\s+(?:is|are|was|were)\s+(?:the\s+meaning\s+of\s+)?|what's\s+|who\s+(?:is|was|were)\s+|tell\s+me\s+what\s+(?:is|are)\s+)(.+)$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:who|what|which)\s|(?:why|how|when|where)\s+(?:do|does|did|is|are|was|were|can|has|have|will|should)\b|"
    r"how\s+(?:much|many|long|old|often|far|big|fast|large|high|deep)\b",
    re.IGNORECASE,
)
_REFERRING = re.compile(r"([^()]+?)\s*\(([^()]+)\)$")
_FILE = re.compile(r"\w\.(?:pdf|csv|md|txt)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:its|their|it|they|them|this|that|these|those|his|her|he|she)\b", re.IGNORECASE)
# `how vaccines work` is about vaccines.
_VAGUE = frozenset(
    stem(word)
    for word in word_set("work form happen function matter mean important basics introduction history today exist")
)
_SMALL = word_set("a an and as at but by for from in into nor of off on onto or over per the to up via vs with")


def topic(request: str) -> str:
    """The topic of a request: `Write an article about ocean energy, please` gives `ocean energy`.

    A request that is all command, or none, comes back as it is (shortened to 24 words).
    """
    line = _first_line(request)
    sides = compared(line)
    return f"{sides[0]} and {sides[1]}" if sides else _stripped(line)


def queries(request: str) -> list[str]:
    """One or two search queries for a request: two for a comparison, or when it names a focus."""
    line = _first_line(request)
    if sides := compared(line):
        return list(sides)
    main = _stripped(line)
    rest = sentences(_text_of(request))[1:]
    for focus in (_FOCUS.match(sentence) for sentence in rest):
        if focus and (asked := _trimmed(focus.group(1))):
            return [main, " ".join(f"{main} {asked}".split()[:_MAX_WORDS])]
    return [main]


def topic_stems(subject: str) -> frozenset[str]:
    """The stems of a topic; when it has nothing but small words, of all its words."""
    stems = frozenset(content_words(subject))
    return stems - _VAGUE or stems or frozenset(word.casefold() for word in words(subject))


def titled(subject: str) -> str:
    """A topic as a title: `how vaccines work` gives `How Vaccines Work`."""
    parts = subject.strip(" .?!").split()
    last = len(parts) - 1
    title = " ".join(
        word if i not in (0, last) and word.casefold() in _SMALL and not word.isupper() else _capital(word)
        for i, word in enumerate(parts)
    )
    return f"{title}?" if _ASKS.match(title) else title


def mentioned(subject: str) -> str:
    """A topic as it stands in a sentence: one that is a question is quoted."""
    return f"“{subject}”" if _ASKS.match(subject) else subject


def _capital(word: str) -> str:
    """`well-known` gives `Well-Known`; names of files, and words with a capital (`mRNA`, `CO2`), stay as they are."""
    if any(c.isupper() for c in word) or _FILE.search(word):
        return word
    start = next((i for i, c in enumerate(word) if c.isalnum()), 0)
    whole = word[:start] + word[start : start + 1].upper() + word[start + 1 :]
    return re.sub(r"-([a-z])(?=[a-z]{3})", lambda m: "-" + m.group(1).upper(), whole)


def _text_of(request: str) -> str:
    """The text of a request; of a JSON object (an input schema's), its topic."""
    try:
        value = json.loads(request)
    except ValueError:
        return request
    if not isinstance(value, dict):
        return request
    texts = {str(k).casefold(): v for k, v in value.items() if isinstance(v, str) and v.strip()}
    for key in ("topic", "subject", "query", "question", "request", "input", "title"):
        if key in texts:
            return str(texts[key])
    return next((str(v) for v in texts.values()), request)


def _first_line(request: str) -> str:
    text = _resolved(_text_of(request).strip())
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    found = sentences(plain(lines[0]))
    # "Hello! Write about bees." is about bees.
    return next((s for s in found if not _only_polite(s)), found[0] if found else "")


def _resolved(text: str) -> str:
    """A question with what it refers to in brackets behind it, as one: `its cost? (tea)` is `tea cost?`."""
    match = _REFERRING.match(text)
    if not match:
        return text
    asked, context = match.group(1), topic(match.group(2))
    if len(words(context)) > 4 or _ASKS.match(context):  # an earlier question: only its names can be carried over
        context = " ".join(word for word in words(context)[1:] if word[0].isupper() or word[0].isdigit())
    if _PRONOUN.search(asked):
        return " ".join(_PRONOUN.sub(context, asked, count=1).split())
    return f"{asked.rstrip(' .?!')} {context}?" if asked.rstrip().endswith(("?", ".", "!")) else text


def _only_polite(sentence: str) -> bool:
    return all(
        word.casefold() in {"hi", "hello", "hey", "thanks", "please", "ok", "good", "morning"}
        for word in words(sentence)
    )


def compared(line: str) -> tuple[str, str] | None:
    """The two things that a line asks to compare, or None."""
    match = _COMPARE.search(line) or _VERSUS.match(_stripped(line))
    if not match:
        return None
    one, other = _trimmed(match.group(1)), _trimmed(match.group(2))
    return (one, other) if one and other else None


def _stripped(line: str) -> str:
    before, rest = None, line.strip()
    while rest != before:
        before = rest
        rest = _POLITE.sub("", rest, count=1) if _POLITE.match(rest) else rest
    bare = rest
    for pattern in (_COMMAND, _COMMAND, _NAMED):
        if (match := pattern.match(rest)) and match.group().casefold().strip(" ,:") not in _NOUNS_TOO:
            rest = rest[match.end() :].strip()
            rest = rest[m.end() :] if (m := _POLITE.match(rest)) else rest
    if match := _QUESTION.match(rest):
        rest = match.group(1)
    return _trimmed(rest) or _trimmed(bare) or _trimmed(line) or line.strip(" .,;:!?")


def _trimmed(text: str) -> str:
    before, rest = None, text.strip()
    while rest != before:
        before = rest
        rest = rest.strip(" \t.,;:!?\"'“”‘’")
        rest = _TRAILING.sub("", rest)
    shortened = rest.split()[:_MAX_WORDS]
    return " ".join(shortened) if any(w.casefold() not in STOPWORDS for w in shortened) else ""
