"""How people greet, order work, and say how new it has to be: patterns, in English and a little in its neighbours."""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE | re.VERBOSE

GREETS = re.compile(
    r"""\b(?:hoi|doei|dag|dank\ ?je(?:wel)?|tot\ (?:morgen|straks|ziens)|bis\ (?:morgen|dann|sp[aä]ter)|tschau|
      [aà]\ (?:demain|bient[oô]t|plus)|merci\ beaucoup|hasta\ (?:ma[nñ]ana|luego|pronto)|adi[oó]s|vale|ok[ei]\ gracias|
      aupa|grüezi|grüß\ \w+|(?:saying|say)\ hi|gm\b|coffee'?s\ on\ me|for\ a\ (?:machine|bot|computer|robot)|you(?:'re|
      \ are)\ (?:quicker|better|smarter|funnier|kinder)|sense\ of\ humou?r|stay\ (?:dry|safe|warm|cool)|
      checking\ in|alles\ frisch|much\ appreciated|appreciate\ (?:it|that|you)|you(?:'re|\ are)\ welcome|
      no\ prob(?:lem|s)?|np|kk|
      roger(?:\ that)?|noted|gotcha|got\ you|right\ then|ok(?:ay)?\ then| back\ (?:in\ a\ (?:bit|sec)|soon|later)|
      (?:off|going|heading)\ (?:home|to\ bed|out)|happy\ new\ year|merry|cracking|smashing|spot\ on|top\ (?:man|job|
      marks)|nice\ work|lovely\ job|good\ to\ know|fantastic|excellent|wonderful|marvellous|splendid|superb|
      great\ stuff|greetings|howdy|evening\ all|morning\ all|wotcha|alright\ mate|that'?ll\ do|
      that'?s\ (?:me\ (?:sorted|done)|it\ for\ (?:now|today))|all\ (?:for\ (?:now|today)|
      done\ here)|sorted\ then|
    ttyl|brb|cya|laters?|nighty?(?:\ night)?|sleep\ well|take\ care|good\ ?bye|over\ and\ out|till\ (?:tomorrow|
      next\ time|later)|
    treasure|darling|bless\ you|smart\ for\ a|clever\ (?:thing|bot|you)|good\ (?:bot|boy|girl)|not\ bad|
      impress(?:ive|ed)|neat|
    chuffed|cheered\ me|put\ the\ kettle|kettle's\ on|ugh+|pf+t?|sigh|yawn|meh|argh+|huh|ngl|
    how\ are\ we|muy\ amable|que\ descanse|de\ nada|schönen\ (?:tag|abend|feierabend)|bonne\ (?:journée|soirée)|
      fijne\ (?:dag|avond)|buona\ (?:giornata|serata)|bom\ (?:dia|trabalho)|hi|hiya|hello|hey|heya|yo|
      good\ (?:morning|evening|afternoon|night|day)|bye|goodbye|see\ (?:you|ya)|cu|
    thanks?|thank\ you|thx|tnx|ty|ta|cheers|merci|danke|dank|bedankt|gracias|obrigad[oa]|grazie|hola|ol[aá]|hallo|
      moin|servus|
    salut|bonjour|bonsoir|ciao|guten\ (?:morgen|tag|abend)|goede(?:morgen|navond|middag)|buen[oa]s\ \w+|tschüss|
    (?:ha|he)(?:ha|he)+|lol|lmao|rofl|omg|wow|yay|phew|nice\ one|well\ done|good\ (?:job|one|stuff|luck|work)|
      great\ (?:job|work|stuff|thanks)|
    awesome|brilliant|amazing|perfect|legend|super|genial|t'es\ au\ top|love\ (?:it|you|this)|lovely|sweet|cool|fab|
      fair\ enough|
    you(?:'re|\ are|r|re)?\ (?:a\ )?(?:star|legend|hero|gem|rock|lifesaver|genius|best|angel)|saved\ my|made\ my\ day|
    have\ a\ (?:good|nice|great|lovely)|happy\ \w+day|congrats|congratulations|no\ worries|never\ ?mind|
    pray\ for\ me|delighted|got\ it|understood|makes\ sense|that'?s\ all|all\ good|thrilled)\b
    |^\W*(?:morning|evening|ok(?:ay)?|great|super|cool)\b
    |[:;]-?[)D(P]|<3|[\U0001F300-\U0001FAFF☀-➿]""",
    _FLAGS,
)
OPENING = re.compile(
    r"^\W*(?:(?:hi|hiya|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day)|morning|afternoon|"
    r"evening|thanks|thank you|thx|"
    r"cheers|great|perfect|lovely|nice|cool|super|ok|okay|right|brilliant|excellent)(?: (?:there|all|team|again|"
    r"so much|a lot))?[\s,.!:–-]+)+",
    re.IGNORECASE,
)
PERSONAL = re.compile(
    r"\b(?:i|i'?m|im|me|my|you|your|u|ur|we|us|our|she|he|her|his|it'?s)\b|!|^\W*(?:hi|hello|hey|morning|"
    r"good)\b",
    re.IGNORECASE,
)
SMALL = re.compile(
    r"\b(?:morning|evening|weekend|coffee|bedtime|tired|hungry|holiday|mondays?|fridays?|kettle|toast|lunch|tea|"
    r"gulls|wife|husband|kidding|sorry|"
    r"weather|great|ok(?:ay)?|happy|glad)\b",
    re.IGNORECASE,
)
MEETS = re.compile(
    r"""\b(?:what(?:'s|\ is)\ your\ fav\w+|do\ you\ (?:play|speak|understand|eat|watch|cook|mind\ me|enjoy|ever)|
      (?:parles|hablas|sprichst|spreek|fala|parli)[-\ ]?(?:tu|du|je|t[uú])?\b|where\ are\ you\ from|
      do\ you\ (?:keep|store|save|see)\ what\ i|which\ model\ are\ you|tell\ me\ a\ joke|
      sing\ (?:me|us)|(?:are|r)\ (?:you|u)\ (?:chat\ ?gpt|an?\ (?:person|machine|computer|
      language\ model)|bored|happy|sure\ you're)|do\ you\ (?:get|have)\ (?:bored|tired|feelings|a\ name|friends)|
       what\ else\ can\ you|how\ (?:does|do)\ (?:this|you)\ (?:thing\ )?work|what\ is\ this(?:\ thing)?\??$|
      can\ i\ trust\ you|what\ should\ i\ call\ you|how\ old\ are\ you|(?:is\ )?(?:anyone|anybody|
      someone)\ (?:there|home|in)|you\ (?:there|still\ (?:there|alive|awake|
      around))|hello\?\ anyone|coffee\ on|
    how(?:'s|\ is|\ are)\ (?:we|you|yourself|life|your\ (?:day|morning|evening|weekend))|did\ you\ sleep|
      had\ your\ (?:tea|coffee|lunch)|(?:who|what)\ (?:the\ \w+\ )?are\ you|what(?:\ all)?\ (?:can|could|
      do)\ you\ (?:actually\ |
      even\ )?(?:do|know|help|offer)|
    what\ (?:are|r)\ (?:you|u)\ (?:able|good)|how\ are\ (?:you|things)|how(?:'s|\ is)\ it\ going|how\ (?:r|
      do)\ (?:u|you)\ (?:feel|do(?:ing)?)\b|
    are\ you\ (?:a\ |an\ )?(?:bot|robot|human|real|ai|there|ok|awake|still)|can\ you\ (?:even\ )?help|
      what'?s\ up(?=\W*$)|
      sup|how\ do\ (?:i|you)\ (?:use|work)(?:\ (?:this|you))?|
    do\ you\ (?:ever|like|sleep|dream|drink|get\ tired)|who\ (?:made|built)\ you|what\ (?:is|'s)\ your\ name|
    was\ kannst\ du|wer\ bist\ du|wie\ geht'?s|alles\ (?:fit|klar|gut)|que\ (?:peux|sais)-?\ ?tu|qué\ (?:sabes|
      puedes)(?:\ hacer)?|
    ça\ va|qu[ée]\ tal|wat\ kan\ je|hoe\ gaat|come\ (?:va|stai)|tudo\ bem|o\ que\ (?:você|voce)\ (?:faz|sabe))\b""",
    _FLAGS,
)
ASKS = re.compile(
    r"""\b(?:what|which|wich|who|whom|whose|when|where|why|how|wer|wann|wie|warum|wieso|welche[rsn]?|wieviel|
    quel(?:le)?s?|combien|quand|pourquoi|comment|qu[ée]|cu[aá]nt[oa]s?|c[oó]mo|cu[aá]ndo|d[oó]nde|wat|welke?|
      hoeveel|waarom|wanneer|
    quant[oaie]|quando|perch[eé]|quale)\b
    |^\W*(?:and\ |so\ |but\ |ok\ |then\ )*(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|had|
      may|might)\b""",
    _FLAGS,
)
TAG = re.compile(r",?\s*\b(?:right|huh|eh|no|innit|ok|yes|oder|non|verdad|hm+)\s*\?+\s*$", re.IGNORECASE)
ORDERS = re.compile(
    r"""^\W*(?:(?:please|pls|plz|kindly|ok(?:ay)?|so|now|then|next|and|also|hey|hi|yo|well|right|alright|
    can\ (?:you|u)|could\ (?:you|u)|would\ you|will\ you|let'?s|lets|go|i(?:'d|\ would)?\ (?:want|need|like|
      love)(?:\ you)?(?:\ to)?|
    we\ need(?:\ you)?(?:\ to)?|time\ to|just|maybe|quickly)\b\W*)*
    (?:(?:write|draft|compose|create|produce|prepare|generate|research|investigate|look\ (?:into|up)|find(?:\ out|
      \ me)?|do|run|start|make|launch|
    kick\ off|plan|review|check|compare|analy[sz]e|audit|scan|search|assess|estimate|calculate|work\ out|build|
      design|set\ up|
    brief\ me|give\ me|get\ me|fetch|screen|vet|triage|profile|put\ together|draw\ up|trace|track)\b|(?:mach|
      erstell|schreib|prüf|vergleich|such|fais|écris|cherche|compare|haz|escribe|busca|compara|maak|schrijf|zoek|
      vergelijk|faz|faça|escreva|fai|scrivi|cerca)\w*\b)""",
    _FLAGS,
)
NEEDS = re.compile(
    r"""\b(?:i(?:'ll|\ will)?\ (?:also\ )?(?:want|need)|we\ (?:also\ )?(?:want|need)|(?:want|need)\ (?:a|an|the|
      another)|
    new\ (?:one|run|job|task|ticket)\b|another\ one|one\ more\ (?:for|on|about))""",
    _FLAGS,
)
REDOES = re.compile(
    r"""^\W*(?:(?:please|pls|can\ you|could\ you|would\ you|ok(?:ay)?|now|and|so|hey|i'?d\ like\ you\ to|go|just|
      let'?s|might\ as\ well)\W+)*
      (?:re-?(?:run|do|make|check|fresh|peat|try|start|calculate|compute|generate|assess|scan|test|
        write\ from\ scratch)|refresh|repeat|retry|update)\b
    | \b(?:run|do|try|start|make|generate|write|go\ (?:over|through)|check|calculate|have)\b(?:[^?]{0,90}?)\b
      (?:once\ more|one\ more\ time|over\ again|anew|afresh|from\ scratch|a\ second\ time|
        (?<!was\ it\ )(?<!were\ they\ )again)\b
    | \b(?:once\ more|one\ more\ time|start\ over|do-?over|fresh\ (?:run|copy|go)|another\ (?:go|pass|run|try|shot)|
      second\ run|same\ again|from\ the\ top|new\ run\ of|
      (?:have|take)\ another\ look|give\ it\ another)\b | \b(?:do|run)\b[^?]{0,60}\bover\b(?!\ (?:the|a|my|here|
        there)\b)
    | ^\W*(?:once\ more|again|another\ round|same\ again|same\ (?:thing\ )?(?:once\ more|again))\b
    | \b(?:noch\ ?mal|nochmals|erneut|von\ vorne|neu\ (?:machen|laufen|rechnen|starten))\b
    | \b(?:refais|relance|recommence|encore\ une\ fois|rehaz|repite|otra\ vez|de\ nuevo|vuelve\ a|opnieuw|
      nog\ ?(?:een|1)\ ?keer|de\ novo|refaz|rifai|rifallo|di\ nuovo)\b""",
    _FLAGS,
)
AGAIN = re.compile(r"\bagain\b|\brelanc\w+|\bà l'identique\b", re.IGNORECASE)
CURRENT = re.compile(
    r"""\b(?:as\ things\ stand|at\ this\ point|real[- ]time|(?:has|have)\ (?:\w+\ ){1,5}changed|
      any\ (?:developments?|progress|updates?)|what'?s\ new|lately|since\ (?:yesterday|last|monday|tuesday|
      wednesday|thursday|friday)|out\ yet| bring\ .{0,30}\bup\ to\ (?:date|speed)|most\ current|freshest|
      this\ instant|so\ far\ this|at\ present|in\ this\ moment|by\ the\ minute|any\ (?:change|movement|updates?)|
      (?:any|
      some)thing\ newer|current\ (?:state|
      status|picture|position)|still\ the\ same|as\ of\ (?:this|now)|
    picture\ is|state\ of\ play|the\ position\ as|(?:this|the)\ (?:very\ )?(?:minute|moment|hour)\b|where\ (?:do|
      does)\ .{0,40}\bstand|up\ to\ the\ minute|still\ need|still\ bust|still\ open|yet\b(?=\W*$)|latest|newest|
      current(?:ly)?|(?<!ok\ )(?<!by\ )(?<!to\ )now(?!\ (?:write|make|do|run|give|put|the|that|
      in|for|and|translate)\b)|right\ now|today'?s?|tonight|as\ of\ today|as\ we\ speak|
    these\ days|nowadays|at\ the\ moment|at\ present|atm|up[\ -]to[\ -]date|this\ (?:very\ )?(?:week|morning|minute|
      month|afternoon|evening)|
    (?:is|are|does|do|has|have)\b[^?]{0,60}\bstill|meanwhile|since\ (?:then|that|you|we|the|it)\b|any\ news|
      anything\ new|(?<!most\ )recent(?:ly)?|update\ on|this\ (?:very\ )?(?:minute|second|moment|hour)|
      by\ now(?=\W*$)|live\ (?:price|score|number)s?|so\ far\ today|
    heute|aktuell\w*|jetzt|gerade|momentan|derzeit|neueste[rsn]?|inzwischen|immer\ noch|aujourd'hui|actuel\w*|
      maintenant|en\ ce\ moment|
    dernières?|toujours|hoy|actualmente|ahora|últim[oa]s?|todavía|vandaag|nu|actueel|momenteel|nog\ steeds|laatste|
      hoje|agora|atual\w*|ainda|oggi|adesso|attual\w*)\b""",
    _FLAGS,
)
THEN = re.compile(
    r"""\b(?:back\ then|at\ the\ time|last\ (?:week|month|time|year|spring|summer|autumn|winter|quarter|\w+day)|
      the\ other\ (?:day|week)|yesterday|
    earlier|previous(?:ly)?|originally|in\ (?:the\ )?(?:old|first|last|earlier|previous)\ (?:one|run|version|report|
      check|review)|
    (?:weeks?|months?|days?|ages|a\ while)\ (?:ago|back)|(?:did|had|have)\ (?:we|you|it|they)\ (?:\w+\ )?(?:find|
      found|say|said|write|written|come\ up|conclude|get|recommend|tell|advise|list|quote|give|put|settle|end\ up)|
    (?:we|you)\ (?:found|said|wrote|told|gave|quoted|recommended|came\ up|concluded|noted|listed|mentioned|had)|
    old\ (?:one|run|report|check|review|result|numbers?|version)|as\ it\ (?:was|stood)|
    damals|letzte[nrs]?\ (?:woche|monat|mal)|vorige\w*|la\ dernière\ fois|semaine\ dernière|la\ semana\ pasada|
      vorige\ (?:week|maand))\b""",
    _FLAGS,
)
# What a question wants to know, by its question word.
SOUGHT = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "who": r"\b(?:who|whom|whose|who's|wer|qui|qui[eé]n)\b",
        "when": r"\b(?:when|what (?:day|date|time|year)|till|until|deadline|wann|quand|wanneer|cu[aá]ndo)\b",
        "where": r"\b(?:where|wo|waar|d[oó]nde)\b",
        "how much": r"\bhow (?:many|much|long|far|old|big|often|high|fast|heavy)\b|\b(?:number of|percent|wie ?viele?|"
        r"combien|hoeveel|cu[aá]nt[oa]s?)\b|%",
        "cost": r"\b(?:costs?|prices?|pay|fees?|charges?|cheap|expensive|worth|budget)\b|[€$£]",
        "why": r"\b(?:why|how come|reasons?|causes?|warum|wieso|pourquoi|waarom)\b",
        "how": r"\bhow\b(?! (?:many|much|long|far|old|big|often|high|fast|heavy))",
        "which": r"\bwh?ich\b",
        "what": r"\bwhat(?:s|'s)?\b",
        "whether": r"^\W*(?:and |so |but |ok )*(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|had|"
        r"may|must)\b",
        "if": r"\b(?:if|suppos\w*|assum\w*)\b",
    }.items()
}
