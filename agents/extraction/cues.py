"""What English questions ask with, and what their answers look like."""

from __future__ import annotations

import re

from agents.text import stem, word_set

# Words that ask, not words that are asked about.
ASKING = word_set(
    """
    article articles text texts note notes report brief briefing summary result results run runs answer
    answers research piece mention mentions mentioned mentioning tell tells told explain explains
    explained describe describes detail details anything something thing things know known find found
    happen happens happened mean means meant example examples exactly please question according topic kind
    kinds type types sort sorts reason reasons many much long far big often role specifically word words
    sentence sentences short shorter main point points key compare compared comparison difference
    differences translate rewrite think opinion recommend list name names give show work works worked
    working say says said state states stated quickly briefly interesting important current currently
    particular regarding concerning cite cited source sources come came cause causes caused there's called
    call need needs needed require requires required exist exists really like fact facts
    """
)

# What is asked for in one word and told in another, a group a line.
_KIN = """
cost costs costing price prices priced expensive cheap cheaper cheapest dollars euros money
begin began begun start started starts launch launched open opened opening introduced founded origin first
end ended finish finished stop stopped close closed abolished
matter matters important importance vital essential valuable depend
big large size capacity huge largest biggest
danger dangers dangerous risk risks risky harm harms harmful hazard threat
advantage advantages benefit benefits strength strengths pros
disadvantage drawback drawbacks limit limits limitation downside problem problems obstacle challenge difficulty weakness
problem problems barrier barriers trouble cons obstacle obstacles limit limits challenges difficulties
invent invented inventor invention discover discovered discovery develop developed developer proposed pioneer
cause caused causes trigger triggers due
effect effects impact impacts consequence consequences affect affects result
grow grows growth increase increases increased rise rises rising rose grew
fall falls fell decline declined decrease decreased drop drops dropped reduce reduced cut cuts shrink
country countries nation nations
build built construct constructed
car cars vehicle vehicles ev evs
doctor doctors physician physicians
kill killed kills death deaths die died deadly
make makes produce produces produced production made
solution solutions remedy measure measures action actions option options
fast quick speed quickly rapid rapidly slow
hot heat warm temperature cold
ship ships vessel boat boats
company companies firm firms employer employers
worker workers employee employees staff
safe safety safely secure security
city cities town towns urban
future outlook forecast predicted projected expected
history historical past
percent percentage share proportion fraction
protect protects protection prevent prevents prevention
money finance funding investment invest invested
store stores stored storage storing
mrna messenger rna
end fade faded decline declined overtook overtake disappear disappeared
safe safety side reactions reaction rare
approve approved approval authorised authorized licensed licence
type kind form forms types kinds
"""


def _kindred() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _KIN.strip().splitlines():
        group = frozenset(stem(word) for word in line.split())
        for one in group:
            found[one] = found.get(one, frozenset()) | group
    return found


KINDRED = _kindred()
"""For a stem, those that stand for it in an answer, itself included."""

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = (
    r"(?:\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|third|quarter|hundred|"
    r"thousand|million|billion|twice)\b)"
)
_MONEY = r"[$€£]\s?\d|\b\d[\d,.]*\s(?:\w+\s)?(?:dollars|euros|pounds|cents|yuan|yen)\b|\b(?:expensive|cheap)"
_TIME = rf"{_NUMBER}.*\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies))\b"
_DATE = rf"\b(?:1\d|20)\d\d\b|\b\d+(?:st|nd|rd|th) century|\bB?CE?\b|\b(?:{_MONTH})\b"
_PERSON = (
    r"(?<=[a-z,] )[A-Z][a-zé'-]+ (?:[A-Z][.a-zé'-]+ )*[A-Z][a-zé'-]+|^[A-Z][a-zé-]+ [A-Z][a-zé'-]+|"
    r"\b(?:scientist|engineer|economist|physicist|chemist|biologist|inventor|emperor|king|doctor)\b"
)
_REASON = (
    r"\bbecause\b|\bdue to\b|\bso that\b|, so |\bas a result\b|\bcaus|\bleads? to\b|"
    r"\bwhich (?:limits|keeps|prevents)\b|\bto (?:avoid|prevent|protect|reduce)\b"
)
_PLACE = r"\b(?:in|at|near|from|across|off)\s+(?:the\s+)?[A-Z]"
_LIST = r"\bsuch as\b|\binclud|\bfor example\b|,[^,]+,? (?:and|or) |\bare the main\b"
_MANNER = r"\bby\b|\bthrough\b|\bwhen\b|\busing\b|\buses?\b|\binto\b|\bturns?\b|\bworks?\b"

_SIGNS = [
    (re.compile(ask, re.IGNORECASE), re.compile(sign))
    for ask, sign in [
        (r"\bhow (?:much|expensive|cheap)\b.*\b(?:cost|price|pay|paid|money|spend)", _MONEY),
        (r"\bhow (?:expensive|cheap)\b|\b(?:price|costs?) of\b", _MONEY),
        (r"\bhow (?:many|much|large|big|tall|high|deep|heavy|far|fast|hot|cold|wide|dense)\b", _NUMBER),
        (r"\bwhat (?:percentage|share|number|size|capacity|temperature|speed|proportion|fraction)\b", _NUMBER),
        (r"\bhow (?:long|old|often)\b", _TIME),
        (r"\bwhen\b|\b(?:what|which) (?:year|date|century|decade|day|month)\b|\bsince when\b", _DATE),
        (r"\bwho(?:se|m)?\b|\bwhich (?:scientist|person|people|author|king|queen|engineer|researcher)", _PERSON),
        (r"\bwhy\b|\bwhat (?:causes?|caused|makes|made)\b|\breasons?\b|\bhow come\b", _REASON),
        (r"\bwhere\b|\b(?:what|which) (?:countr|cit|place|region|continent)", _PLACE),
        (r"\bwhich\b|\bexamples?\b|\bwhat (?:kinds?|types?|sorts?|forms?|are the)\b", _LIST),
        (r"\bhow (?:do|does|did|is|are|can|was|were)\b", _MANNER),
    ]
]


def signs(question: str, sentence: str) -> float:
    """How much a sentence has what the question word asks for (a number, a date, a reason), 0 to 1."""
    wanted = [sign for ask, sign in _SIGNS if ask.search(question)][:2]
    if not wanted:
        return 0.0
    shares = (1.0,) if len(wanted) == 1 else (0.67, 0.33)
    return sum(share for share, sign in zip(shares, wanted, strict=True) if sign.search(sentence))
