"""What the wording of a message gives away, whatever it is about: a greeting, a wish for another form, a look back."""

from __future__ import annotations

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
    plain = message.replace("’", "'")
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
