"""Of whom and of what kind of thing a message speaks, by single words: patterns for what no result may hold."""

from __future__ import annotations

import re


def _words(*lists: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join('|'.join(one.split()) for one in lists)})\b", re.IGNORECASE)


# People one knows; they are not in results unless a run was about them.
ACQUAINTED = _words(
    "mum mom mother dad father parents? wife husband partner girlfriend boyfriend fianc[eé]e? ex uncle aunt(?:ie|y)?",
    "nephew niece cousins? son daughter brother sister in-?laws? gran(?:ny|dma|dpa|dad|ny)? nan kids? child(?:ren)?",
    "boss manager director supervisor landlord landlady neighbou?rs? colleagues? coworkers? teammates? flatmate",
    "roommate mates? friends? buddy bloke guy girl boy lad lady fella chap woman doctor nurse dentist teacher coach",
    "team crew staff customers? somebody everybody everyone anyone nobody mrs? ms miss sir dr prof professor herr frau",
    "monsieur madame se[nñ]ora? mevrouw meneer mother-in-law father-in-law next\\ door",
    "head(?:master|teacher)? tenant client recruiter interviewer receptionist driver secretary intern owner seller",
    "mutter vater frau mann chefs? nachbar(?:in)? bruder schwester kolleg(?:e|in) vermieter freund(?:in)?",
    "m[eè]re p[eè]re femme mari fr[eè]re s[oœ]ur voisin patron copine copain madre padre mujer marido esposa",
    "hermano vecino jefe moeder vader vrouw broer zus buurman baas collega",
)
# What goes on in people, and what passes between them.
INNER = _words(
    "thinks? thinking thought feels? felt feelings? likes? liked loves? loved hates? hated minds? minded hopes? hoped",
    "wants? wanted wishes prefers? promised? promises agreed? agrees decided? decides said say says saying told tells?",
    "mention(?:ed|s)? whisper(?:ed)? joked? complain(?:ed|s)? admit(?:ted|s)? repl(?:y|ied) react(?:ed)? called phoned",
    "texted rang vote[ds]? voting trusts? trusted forg[ao]t forgiv(?:e|en) remembers? upset angry annoyed mad cross",
    "offended? objects? honest faithful likes dislikes? fancy fancies gonna intends? means? meant excited believe[ds]?",
    "wrote writes asked asks answer(?:ed|s)? ignored? heard? knows? knew noticed? cares?",
    "secret rejected? accept(?:ed|s)?",
    "happy jealous ashamed embarrassed nervous worried proud lying lied faking cheat(?:ed|ing)? secretly privately",
    "really honestly mood opinion reaction argue[ds]? argument fight fell out quarrel gossip rumou?rs? invited?",
    "denkt? dachte gesagt sagte meint fühlt versprochen findet pens[eé]e? pense dit promis piensa dijo prometi[oó]",
    "denkt zei gezegd beloofd vindt",
)
# What belongs to one person alone.
PERSONAL_FACT = _words(
    "passwords? passcode pin code combination login iban account phone mobile cell number e-?mail address postcode",
    "birthday birthdate born married single divorced pregnant salary salaries wages? bonus pay earns? earned income",
    "rent pension grades? marks? diagnosis blood weight nickname surname maiden middle first name insta(?:gram)?",
    "locker keys? diary calendar voicemail passwort kennwort gehalt verdient telefonnummer handynummer adresse",
    "geburtstag mot de passe salaire num[eé]ro contrase[nñ]a sueldo direcci[oó]n wachtwoord salaris telefoonnummer",
)
OURS = _words(
    "my our ours mine we us me i im i'm ive mein(?:e[rnms]?)? unser(?:e[rnms]?)? mon ma mes notre mi mis mijn ons onze"
)
OTHERS = _words(
    "he she his her hers him they them their theirs er sie ihr ihre ihm il elle ils lui leur [eé]l ella hij zij"
)
_DOES = (
    r"(?:do|does|did|didn't|will|would|won't|is|isn't|was|are|were|has|hasn't|have|had|might|could|should|can|hat|"
    r"haben|wird|w[uü]rde|ist|est-ce que|heeft|zou|zal)"
)
_NOBODY = (
    r"(?!(?:it|this|that|these|those|there|you|we|i|one|any of|an?|anything|something|results?|reports?|brief|article|"
    r"paper|stud(?:y|ies)|research|experts?|people|users|so|not)\b)"
)
# Whether, why or how somebody thinks, feels, promised or decided something.
ASKS_OF_MIND = re.compile(
    rf"\b{_DOES}\s+{_NOBODY}(?:[\w.'’-]+\s+){{1,4}}?(?:think|feel|love|hate|mind|say (?:yes|no|yet)|said (?:yes|no)|"
    r"told?|tell (?:me|us|him|her|them)|promised?|agreed?|decided?|vote|voting|trust|forgiven?|forg[eo]t(?:ten)?|"
    r"remember|offended|upset|angry|annoyed|mad|cross|jealous|proud|worried|honest|lying|faking|cheating|bluffing|"
    r"phoned?|rang|texted|object|approve|fancy|courting|married|pregnant|resign(?:ing)?|quit|invited?|complain(?:ed)?|"
    r"admit(?:ted)?|like (?:our|my|the|it|me|us|him|her)|(?:call|write|get) (?:\w+ ){0,2}back|ja gesagt|"
    r"versprochen|gezegd)\b",
    re.IGNORECASE,
)
# Whether somebody one knows did, has or will do something.
ASKS_OF_SOMEONE = re.compile(
    rf"\b{_DOES}\s+(?:(?:my|our|the|his|her|their|mein\w*|mijn|mon|ma|mi)\s+)?(?:\w+\s+)?{ACQUAINTED.pattern}",
    re.IGNORECASE,
)
# Which of several, without saying which.
THAT_ONE = re.compile(
    r"\b(?:(?:that|this|the (?:other|first|second|third|last|next|same|wrong|right|big|small|new|old|cheap|blue|red|"
    r"\w+er)|another|an?other|either|both) ones?|the (?:other|first|second|third|last|former|latter|thing|stuff)\b|"
    r"those two|der andere|die andere|das andere|l'autre|el otro|la otra|de andere|o outro|a outra)",
    re.IGNORECASE,
)
# Mood, as it is typed.
MOOD = re.compile(
    r"\b(?:lol|haha+|hehe+|lmao|omg|ugh+|phew|yay|wow|mm+|ha|aw+|oh|gosh|blimey|brr+|woof|tysm|ty|thx|thanks?|cheers|ta|"
    r"morning|evening|night|goodnight|bye|tired|knackered|coffee|tea|kettle|lunch|weekend|weather|joke|funny|lovely|"
    r"nice|great|brilliant|sweet|happy|sad|bored|glad|sorry|miss|love|bot|machine|robot|clever|smart|patient|"
    r"you're|youre|ur)\b|[:;]-?[)D(P]|\bo/|!|[\U0001F300-\U0001FAFF☀-➿]",
    re.IGNORECASE,
)
# Work on a thing that is not named.
REWORK = re.compile(
    r"\b(?:make|put|move|send|swap|change|fix|bump|add|remove|delete|use|go with|do|check|redo|open|take|set|turn|cut|"
    r"drop|push|spell|print) (?:it|that|this|them|those|these|the)\b",
    re.IGNORECASE,
)

# The one who is spoken to.
YOU = re.compile(
    r"\b(?:your(?:self| name| fav\w*| own)?|do you|are you|can you|were you|have you|you're|you are|du|dich|dein\w*|"
    r"tu|toi|tes|t[uú]|usted|jij|je|jouw)\b",
    re.IGNORECASE,
)

LEXICON = {
    "somebody's mind": ASKS_OF_MIND,
    "what someone known does": ASKS_OF_SOMEONE,
    "you": YOU,
    "someone known": ACQUAINTED,
    "what goes on in people": INNER,
    "a personal fact": PERSONAL_FACT,
    "ours": OURS,
    "others": OTHERS,
    "that one": THAT_ONE,
    "mood": MOOD,
    "rework": REWORK,
}
