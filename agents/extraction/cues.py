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
    pls plz ok okay thanks thank plain terms idea ideas paragraph list bullet bullets turn part parts section
    sections stand stands count counts actually exactly true deal whats way ways different year number date
    place places person people country countries big small little used look looked online based just one still
    takeaway takeaways highlight highlights finding findings insight insights heading headings topics themes
    anybody somebody nobody everybody good bad better best worse worst great era today long use anyway allowed
    change changed whole last lasts lasted thats thing gave give show bring mean lot lots possible
    located locate situated again bit tldr gist help helps hey hi so reason want explain elaborate expand continue else
    """
)

# Words for what the sign of an answer is: a year is asked for, and `1881` given.
SIGNED = word_set("year years date dates number numbers place places century person")

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
build built construct constructed set
stuff goods items products wares cargo
last lasts lasted lasting remain remains remained
damage damages damaged break breaks broke broken harm destroy destroyed
animal animals wildlife nature species fish bird birds
machine machines equipment device devices
invent propose proposed idea concept thought devised
travel travelled traveled transport transportation travelling traveling journey commute
faith religion religions belief beliefs
job jobs work employment
area region place places site sites location located
kind kinds type types sort sorts form forms group groups way ways category categories class method methods
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

# Verbs of two words, in one that a text would rather use.
_PHRASES = [
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in [
        (r"\b(?:came|come|comes|coming) up with\b|\bthought? (?:it|this|that|of)\b.*\bfirst\b", "invented"),
        (r"\b(?:get|gets|getting|got) (?:around|about|to work)\b", "travel"),
        (r"\b(?:throw|throws|throwing|threw|thrown) (?:\w+ )?(?:away|out)\b", "waste"),
        (r"\b(?:hook|hooks|hooked|hooking|plug|plugged) (?:\w+ )?(?:up|in|into)\b", "connected"),
        (r"\b(?:get|gets|getting) rid of\b", "eliminate"),
        (r"\b(?:set|sets|setting) up\b", "founded"),
        (r"\b(?:go|goes|went|going) up\b", "rise"),
        (r"\b(?:go|goes|went|going) down\b", "fall"),
        (r"\b(?:die|dies|died|dying) out\b|\bwent away\b", "ended"),
        (r"\b(?:find|finds|found|finding) (?:\w+ )?out\b", "discovered"),
        (r"\b(?:wear|wears|wore|worn) off\b", "fade"),
        (r"\b(?:make|makes|making|made) (?:\w+ )?(?:ill|sick)\b", "disease"),
        (r"\b(?:pass|passes|passed|passing) on\b", "spread"),
        (
            r"\b(?:slow|slows|slowed|slowing) (?:\w+ )?down\b|\b(?:hold|holds|held|holding) (?:\w+ )?back\b",
            "limits",
        ),
        (r"\bday[- ]to[- ]day\b", "everyday"),
        (r"\b(?:get|gets|getting|got) better\b", "improve"),
        (r"\b(?:pay|pays|paid|paying) (?:off|back)\b", "debt"),
    ]
]


def in_other_words(question: str) -> str:
    """The question with its verbs of two words in one: `who came up with it` becomes `who invented it`."""
    for pattern, plain in _PHRASES:
        question = pattern.sub(plain, question)
    return question


_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = (
    r"(?:\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|third|quarter|hundred|"
    r"thousand|million|billion|twice)\b)"
)
_MONEY = r"[$€£]\s?\d|\b\d[\d,.]*\s(?:\w+\s)?(?:dollars|euros|pounds|cents|yuan|yen)\b|\b(?:expensive|cheap)"
_SPAN = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies))"
_TIME = (
    rf"\b(?:for|over|after|within|than|about|every|each|in|lasts?|takes?) (?:[\w,-]+ ){{,4}}{_SPAN}\b|"
    rf"{_NUMBER}[\d,.]*[ -]{_SPAN}\b"
)
_DATE = rf"\b(?:1\d|20)\d\d\b|\b\d+(?:st|nd|rd|th) century|\bB?CE?\b|\b(?:{_MONTH})\b"
_PERSON = (
    r"(?<=[a-z,] )[A-Z][a-zé'-]+ (?:[A-Z][.a-zé'-]+ )*[A-Z][a-zé'-]+|^[A-Z][a-zé-]+ [A-Z][a-zé'-]+|"
    r"\b(?:scientist|engineer|economist|physicist|chemist|biologist|inventor|emperor|king|queen|doctor|monk|"
    r"geographer|mathematician|astronomer|explorer)s?\b"
)
_REASON = (
    r"\bbecause\b|\bdue to\b|\bso that\b|, so |\bas a result\b|\bcaus|\bleads? to\b|"
    r"\bwhich (?:limits|keeps|prevents)\b|\bto (?:avoid|prevent|protect|reduce)\b"
)
_PLACE = r"\b(?:in|at|near|from|across|off)\s+(?:the\s+)?[A-Z]"
_LIST = r"\bare the main\b|\bthe main (?:\w+ ){,6}are\b|\bsuch as\b|\binclud|\bfor example\b|,[^,]+,? (?:and|or) "
_SHORT_FOR = r", or [A-Z][A-Za-z]*[A-Z]\b|\([A-Z][A-Za-z]*[A-Z]\)|\b[A-Z]{2,}, or "
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
        (r"\b(?:he|she|himself|herself|him|someone else|anyone)\b", _PERSON),
        (r"\bstands? for\b|\babbreviation\b|\bacronym\b|\bshort for\b", _SHORT_FOR),
        (r"\bwho(?:se|m)?\b|\bwhich (?:scientist|person|people|author|king|queen|engineer|researcher)", _PERSON),
        (r"\bwhy\b|\bwhat (?:causes?|caused|makes|made)\b|\breasons?\b|\bhow come\b", _REASON),
        (r"\b(?:any|every|some)?where\b|\b(?:what|which) (?:countr|cit|place|region|continent)", _PLACE),
        (
            r"\bwhich\b|\bexamples?\b|\b(?:kinds?|types?|sorts?|forms?|ways) of\b|"
            r"\bwhat (?:kinds?|types?|sorts?|forms?|are the)\b|\b(?:different|various|list|all the)\b",
            _LIST,
        ),
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
