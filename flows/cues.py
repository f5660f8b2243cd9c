"""What the wording of a message gives away, whatever it is about: a greeting, a wish for another form, a look back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import phrases, references


@dataclass(frozen=True, slots=True)
class Cues:
    """What a message does, by its wording alone. Several may hold at once."""

    chats: bool = False
    meets: bool = False
    personal: bool = False
    murmurs: bool = False
    asks: bool = False
    orders: bool = False
    redoes: bool = False
    current: bool = False
    then: bool = False
    failed: bool = False
    why: bool = False
    transforms: bool = False
    looks_back: bool = False
    which_of: bool = False
    compares: bool = False
    shifts: bool = False
    supposes: bool = False
    points: bool = False
    person: bool = False
    goes_on: bool = False
    brings_up: bool = False
    private: bool = False
    got_there: bool = False


def cues(message: str) -> Cues:
    """The cues of a message."""
    plain = spelt_out(message.replace("’", "'"))
    told = phrases.OPENING.sub("", plain) or plain
    asks = bool(phrases.ASKS.search(told)) or "?" in phrases.TAG.sub("", plain)
    orders = bool(phrases.ORDERS.match(told))
    looks_back = bool(references.LOOKS_BACK.search(plain))
    transforms = bool(references.TRANSFORMS.search(plain))
    needs = bool(phrases.NEEDS.search(plain))
    wants = asks or orders or transforms or looks_back or needs
    greets = bool(phrases.GREETS.search(plain)) and not wants
    personal = bool(phrases.PERSONAL.search(plain))
    return Cues(
        chats=bool(phrases.MEETS.search(plain)) or greets,
        meets=bool(phrases.MEETS.search(plain)),
        personal=personal,
        murmurs=bool(phrases.SMALL.search(plain)) and not wants and personal,
        asks=asks,
        orders=orders or needs,
        redoes=bool(phrases.REDOES.search(plain))
        or (bool(phrases.AGAIN.search(plain)) and not asks and "?" not in plain),
        current=bool(phrases.CURRENT.search(plain)),
        then=bool(phrases.THEN.search(plain)),
        failed=bool(references.FAILED.search(plain)),
        why=bool(references.WHY.search(plain)),
        transforms=transforms,
        looks_back=looks_back,
        which_of=bool(references.WHICH_OF.search(plain)),
        compares=bool(references.COMPARES.search(plain)),
        shifts=bool(references.SHIFTS.search(plain)),
        supposes=bool(references.SUPPOSES.search(plain)),
        points=bool(references.POINTS.search(plain)),
        person=bool(references.PERSON.search(plain)),
        brings_up=bool(references.BRINGS_UP.match(plain)),
        goes_on=bool(references.GOES_ON.match(plain)),
        private=bool(references.PRIVATE.search(plain)),
        got_there=bool(references.GOT_THERE.search(plain)),
    )


def spelt_out(message: str) -> str:
    """The message with what is typed in haste as it is spelt: `whats` is what's, `u` is you."""
    return _HASTE.sub(lambda found: _SPELT[found.group().lower()], message)


_SPELT = {
    short: full
    for full, shorts in {
        "you": "u ya yu",
        "your": "ur yr",
        "are": "r",
        "and": "n nd",
        "why": "y",
        "please": "pls plz plse pleas",
        "thanks": "thx tnx tx thanx",
        "about": "abt abut",
        "with": "w/ wiv",
        "without": "w/o",
        "because": "bc cos cuz coz",
        "should": "shud shd shoud",
        "would": "wud wld",
        "could": "cud cld",
        "which": "wich whic wihch",
        "what": "wot waht",
        "what's": "whats wats wots",
        "who's": "whos",
        "how's": "hows",
        "where's": "wheres",
        "when's": "whens",
        "that's": "thats",
        "don't": "dont",
        "doesn't": "doesnt",
        "didn't": "didnt",
        "isn't": "isnt",
        "wasn't": "wasnt",
        "can't": "cant",
        "won't": "wont",
        "couldn't": "couldnt",
        "haven't": "havent",
        "hasn't": "hasnt",
        "i'm": "im",
        "i've": "ive",
        "let's": "lets",
        "going to": "gonna",
        "want to": "wanna",
        "give me": "gimme",
        "let me": "lemme",
        "do not know": "dunno",
        "yesterday": "yday ystrday",
        "tomorrow": "tmrw tmr tmrrw",
        "summarise": "summarize sumarise sumarize summerise summerize",
        "translate": "tranlate translte traslate",
        "again": "agian agen agn",
        "latest": "latets lastest",
        "compare": "comapre compair",
        "difference": "diffrence differnce diff",
        "shorter": "shoter shorer",
        "something": "smth sth sumthin",
        "people": "ppl",
        "before": "b4",
        "tonight": "tonite",
    }.items()
    for short in shorts.split()
}
_HASTE = re.compile(
    rf"(?<![\w/'.,])(?:{'|'.join(re.escape(one) for one in sorted(_SPELT, key=len, reverse=True))})(?![\w'./])",
    re.IGNORECASE,
)
