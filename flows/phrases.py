"""What people type when they greet, order, look back, doubt: patterns, in English and a little in its neighbours."""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE | re.VERBOSE

GREETS = re.compile(
    r"""\b(?:that'?ll\ do|that'?s\ (?:me\ (?:sorted|done)|it\ for\ (?:now|today))|all\ (?:for\ (?:now|today)|
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
    |^\W*(?:morning|evening|okay?|great|super|cool)\b
    |[:;]-?[)D(P]|<3|[\U0001F300-\U0001FAFF☀-➿]""",
    _FLAGS,
)
SMALL = re.compile(
    r"\b(?:morning|evening|weekend|coffee|bedtime|tired|hungry|holiday|mondays?|fridays?|kettle|toast|lunch|tea|"
    r"gulls|wife|husband|kidding|sorry|"
    r"weather|great|okay?|happy|glad)\b",
    re.IGNORECASE,
)
MEETS = re.compile(
    r"""\b(?:(?:is\ )?(?:anyone|anybody|someone)\ (?:there|home|in)|you\ (?:there|still\ (?:there|alive|awake|
      around))|hello\?\ anyone|coffee\ on|
    how(?:'s|\ is|\ are)\ (?:we|you|yourself|life|your\ (?:day|morning|evening|weekend))|did\ you\ sleep|
      had\ your\ (?:tea|coffee|lunch)|(?:who|what)\ (?:the\ \w+\ )?are\ you|what(?:\ all)?\ (?:can|could|
      do)\ you\ (?:actually\ |
      even\ )?(?:do|know|help|offer)|
    what\ (?:are|r)\ (?:you|u)\ (?:able|good)|how\ are\ (?:you|things)|how(?:'s|\ is)\ it\ going|how\ (?:r|
      do)\ (?:u|you)\ (?:feel|do(?:ing)?)\b|
    are\ you\ (?:a\ |an\ )?(?:bot|robot|human|real|ai|there|ok|awake|still)|can\ you\ (?:even\ )?help|what'?s\ up|
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
    | \b(?:once\ more|one\ more\ time)\b | \b(?:do|run)\b[^?]{0,60}\bover\b(?!\ (?:the|a|my|here|there)\b)
    | ^\W*(?:once\ more|again|another\ round|same\ again|same\ (?:thing\ )?(?:once\ more|again))\b
    | \b(?:noch\ ?mal|nochmals|erneut|von\ vorne|neu\ (?:machen|laufen|rechnen|starten))\b
    | \b(?:refais|relance|recommence|encore\ une\ fois|rehaz|repite|otra\ vez|de\ nuevo|vuelve\ a|opnieuw|
      nog\ ?(?:een|1)\ ?keer|de\ novo|refaz|rifai|rifallo|di\ nuovo)\b""",
    _FLAGS,
)
AGAIN = re.compile(r"\bagain\b|\brelanc\w+|\bà l'identique\b", re.IGNORECASE)
CURRENT = re.compile(
    r"""\b(?:at\ present|in\ this\ moment|by\ the\ minute|any\ (?:change|movement|updates?)|(?:any|
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
FAILED = re.compile(
    r"""\b(?:not\ (?:been\ )?complet\w*|(?:come|came)\ to\ a\ halt|vast\ ?(?:liep|gelopen)|abbrach|
      stehen\ geblieben|s'est\ arrêt\w*|se\ (?:paró|cayó)|why\ (?:is\ there\ |'?s\ there\ |was\ there\ )?no\b|
      stop(?:ped)?|without\ (?:a\ |any\ )?(?:result|
      finish\w*|outcome)|not\ (?:been\ )?finish\w*|gone\ nowhere|nothing\ came|
    get\ as\ far\ as|got\ as\ far\ as|ran\ out|bailed|choked|halted|ended\ early|incomplete|unfinished|
      half[- ]?finished|fail(?:ed|s|ure)?|crash(?:ed)?|br(?:oke|eak)(?:\ (?:off|down))?|broken|died|die\ on|
      fell\ (?:over|
      through|apart)|(?:stop(?:ped)?|quit|cut\ off)\b.{0,20}\b(?:half|middle|way|mid)|
    half\ ?way|never\ (?:finish|show|came|come|got|arriv|complet|deliver|made)\w*|(?:did|does|was|is|has)(?:n'?t|
      \ not)\ (?:\w+\ )?(?:finish|get\ written|written|ready|done|complete|come\ (?:through|back)|work|go\ through|
      run|deliver)\w*|
    didnt\ (?:\w+\ )*?finish|abort(?:ed)?|error(?:ed)?|went\ wrong|gone\ wrong|go\ wrong|kill(?:ed|s)?\ it|
      cancell?ed|interrupted|stuck|timed\ out|gave\ up|give\ up|conk(?:ed)?|
    no\ (?:proper\ )?(?:report|result|text|article|outcome)\ for|nicht\ fertig\w*|abgebrochen|abgestürzt|
      schiefge\w+|gescheitert|plant[ée]|échoué|fall[óo]|mislukt|vastgelopen|falhou|fallito)\b""",
    _FLAGS,
)
FAILURE = re.compile(
    r"^(?:fail|crash|brok|break|die|fell|stop|half|finish|abort|error|wrong|kill|cancel|interrupt|stuck|time|"
    r"gave|give|written|ready|done|complete|come|report|piece|thing|y$|wtf|hell)\w*$",
    re.IGNORECASE,
)
GOT_THERE = re.compile(
    r"\b(?:nevertheless|before (?:it|that|they)|so far|collected|managed to|what (?:you|it) had|already|how far|"
    r"as far as|got to|by then|before it|had it|did it get|out of it|anything (?:useful )?(?:out|"
    r"from)|half (?:way|done)|but did|the \w+ part)\b",
    re.IGNORECASE,
)
WHY = re.compile(
    r"\b(?:why|y did|how come|what happened|what (?:killed|broke|stopped|was the matter|went wrong|is wrong|was wrong)|"
    r"what'?s (?:wrong|the matter)|reason|wieso|warum|weshalb|pourquoi|por ?qu[eé]|waarom|perch[eé])\b",
    re.IGNORECASE,
)
_FORMS = (
    r"tables?|tabell?e?|tableau|tabla|tabel|e?-?mails?|correo|courriel|letters?|memos?|notes?|tweets?|toots?|"
    r"posts?|slides?|haikus?|poems?|limericks?|songs?|"
    r"bullets?|bullet\s?points?|points|stichpunkte?|puces|list|lines?|zeilen|lignes|l[ií]neas|regels|sentences?|"
    r"sätze|satz|phrases|frases|zinnen|"
    r"words|wörter|paragraphs?|headlines?|one[- ]?liners?|checklists?|timelines?|faqs?|press\s?releases?|"
    r"whatsapp|sms|text\s?message|"
    r"summary|tl;?dr|tldr|gist|nutshell|elevator\s?pitch|eli5|abstract|blurb|version"
)
TRANSFORMS = re.compile(
    rf"""\b(?:reduce\ .{0, 60}\bto\ (?:a|one|two|three|\d)|render\ .{0, 40}\b(?:in|as)\b|(?:wee\ |small\ |quick\ |
      little\ )?(?:table|list|summary|version|tweet|mail|letter)\ of\ (?:that|this|it|those|them)\b|
    (?:shorter|longer|simpler|nicer|politer|friendlier|punchier|snappier|gentler|more\ formal|less\ formal|cortito|
      kürzer|corto|plus\ court)|a\ punti|in\ (?:the\ )?form\ of|translat\w+|übersetz\w*|tradui\w*|traduc\w*|
      vertaal\w*|shorten\w*|shorter|summari[sz]\w+|sum\ (?:it|
      that|this|up)|condens\w*|
    boil\w*\ .{{0,60}}\bdown|squeeze|trim|simplif\w*|simpler|rewrit\w*|rewrite|rephrase|reword|reformat|
    (?:make|get|cut|bring)\ (?:it|that|this|them|the\ \w+)\ (?:\w+\ )?(?:short|simple|plain|formal|friendl|polite|
      punch|long|bullet|down\ to)\w*|
    half\ (?:the\ |its\ |a\ )?(?:length|page|size)|(?:kürzer|zusammenfass\w*|zusammen\ fassen|eindampf\w*|
      umschreib\w*|umformulier\w*|raccourci\w*|résum\w+|resum\w+|samenvat\w*|korter)|
    (?:as|into|in|als|en|como|in\ form\ of|out\ of|turn\ .{{0,60}}\binto|form\ von)\ (?:a\ |an\ |one\ |
      eine?[mnr]?\ |une?\ |una?\ |een\ |\d+\ |two\ |three\ |four\ |five\ |six\ |vier\ |drei\ |fünf\ |kurze\ |
      short\ |little\ |lil\ |single\ |proper\ |friendly\ |polite\ |brief\ )*(?:{_FORMS})|
    \d+\ (?:bullets?|lines?|sentences?|words|bullet\ ?points?|sätze|zeilen|stichpunkte)|(?:drei|vier|fünf|three|
      four|five)\ (?:bullets?|lines?|sentences?|sätze|zeilen|stichpunkte)|
    (?:{_FORMS})\ (?:version|form|format|length)|(?:in|auf|en|em|into|to|naar|het)\ (?:\w+\ )?(?:usd|eur|gbp|
      dollars|euros|pounds|português|portugues|german|deutsch|french|
      fran[cç]ais|spanish|español|dutch|nederlands|italian|italiano|polish|portuguese|english|englisch|
      plain\ english|simple\ (?:words|terms|english))|
    (?:plain|simple|easy|non-?technical|layman'?s?|kid|child)\ ?-?(?:words|terms|language|friendly|english|version)|
      zero\ tech)\b""",
    _FLAGS,
)
FORM_WORDS = re.compile(rf"^(?:{_FORMS}|half|length|pages?|max(?:imum)?|size)$", re.IGNORECASE)
LOOKS_BACK = re.compile(
    r"""\b(?:list\ (?:me\ )?(?:every|all)|every\ \w+\ (?:u|you|we)\ (?:did|made|wrote|ran|checked)|(?:i'?ve|i\ have|
      we'?ve|we\ have)\ had\ from\ you|(?:we|you)\ have\ (?:controlled|checked|examined|looked)|
    until\ today|as\ yet|actually\ got\ as\ far|over\ the\ (?:past|last)\ (?:weeks|months|runs)|in\ all\ (?:your|
      the)\ \w+\ (?:you|we|so)|so\ far|up\ to\ now|until\ now|till\ now|to\ date|by\ now\ have|already\ (?:look|
      check|vet|review|do|
      done|made|cover)\w*|
    (?:have|had|'ve)\ (?:we|you|i)\ (?:\w+\ )?(?:already\ )?(?:look|check|vett?|review|done|made|cover|been|
      calculat|hunt|triag|go\ through|gone|run|research|writ|ask|stud|compar|plan|profil|search|tr(?:ied|y))\w*|
    (?:we|you|i)(?:'ve|\ have|ve|\ had)\ (?:\w+\ )?(?:already\ )?(?:look|check|vett?|review|done|made|cover|been|
      calculat|drawn|triag|go\ through|gone|run|research|writ|ask|stud|compar|plan|profil|you|sent|analy)\w*|
    (?:did|do)\ (?:we|i)\ (?:ever\ )?(?:look|check|vet|review|cover|run|research|ask|have)\w*|had\ you\ (?:look|
      check|go|run|do|review)|you\ (?:wrote|made|did|checked|looked|reviewed)\ (?:for\ me|so)|
    (?:i|we)\ (?:made|had|asked|let)\ you|what\ all|of\ (?:all|everything)|(?:all|any)\ of\ (?:the|my|our|them|
      those)|everything\ we|every\ (?:place|time|one|\w+)\ (?:where|we|you|that)|
    remind\ me\ (?:what|which|for)|in\ (?:all\ )?(?:your|our|my)\ (?:results|runs|reports|reviews|searches)|
      history\ of\ (?:our|my)|bisher|bis\ jetzt|jusqu'ici|hasta\ ahora|tot\ nu\ toe|até\ agora|finora)\b""",
    _FLAGS,
)
WHICH_OF = re.compile(
    r"\b(?:(?:which|wich|what|who)(?:'s)? (?:of|one|ones|two|among|out of)|out of|rank|who(?:'s|s)? (?:on top|"
    r"last|best|worst|first)|"
    r"(?:any|no) other|besides|apart from|except|in which|in the \w+ (?:we|you|i)'?ve|across (?:all|the|our|my)|"
    r"each of|for each|"
    r"altogether|in total|overall)\b",
    re.IGNORECASE,
)
COMPARES = re.compile(
    r"""\b(?:compar\w*|versus|vs\.?|against|difference|differ\w*|than(?!\ (?:that|this|it|before|usual|normal|
      expected|ever)\b)|
    next\ to\ each\ other|side\ by\ side|(?:which|who|what|where)\ (?:\w+\ ){0,4}(?:\w+er|more|less|better|worse|
      most|least)\b|(?:\w+er|more|less|better|worse)[^.?!]{0,40}\bor\b|
    both|either|neither|the\ two|the\ former|vergleich\w*|als\ bei|zwischen|entre|comparad\w*|tussen)\b""",
    _FLAGS,
)
SHIFTS = re.compile(
    r"\b(?:(?:totally |completely |whole )?(?:different|other|new|another|separate|unrelated) (?:thing|topic|"
    r"subject|question|matter|one|story)|"
    r"something (?:else|different|new|completely|totally)|change of (?:subject|topic)|next (?:one|up|topic|"
    r"subject|question)|switching|moving on|"
    r"leaving that|forget (?:that|it|about)|unrelated|anderes? thema|was anderes|autre chose|otra cosa|"
    r"iets anders|outra coisa|altra cosa|side ?note|"
    r"by the way|btw|on another note)\b",
    re.IGNORECASE,
)
SUPPOSES = re.compile(
    r"\b(?:what if|how about if|and if|if (?:i|we|you|they|he|she)\b|suppose|supposing|assuming|say (?:i|we)|"
    r"instead|rather|"
    r"(?:what|how) about|and (?:for|in|with|at|on|from)|same (?:for|with|but|thing for)|und (?:für|in|bei)|wenn|"
    r"et (?:pour|à|en)|y (?:para|en)|en (?:voor|in))\b",
    re.IGNORECASE,
)
POINTS = re.compile(
    r"""\b(?:it|its|it's|that|this|they|them|their|theirs|these|those|he|she|his|her|hers|him|himself|herself|
      itself|ones?|former|latter|same|there|both|
    the\ (?:first|second|third|last|other|1st|2nd|3rd|article|report|brief|summary|text|notes|run|result)s?|
    er|sie|es|das|dieser?s?|davon|daraus|il|elle|ils|elles|ça|cela|él|ella|eso|esto|hij|zij|het|dat|dit|ele|ela|
      isso|lui|lei|quello)\b""",
    _FLAGS,
)
PERSON = re.compile(
    r"\b(?:it|its|she|he|her|him|his|they|them|their|that one|this one|the (?:other|first|second|third|last|1st|"
    r"2nd|3rd)(?: one)?|one of them)\b",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"^\W*(?:and|but|so|or|also|then|why|how so|how come|for example|such as|more|go on|continue|really|"
    r"since when|und|aber|et|mais|y|pero|en|maar|e|"
    r"ok(?:ay)?,? (?:and|but|so)|what about|how about|who'?s|whose|which one|wait)\b",
    re.IGNORECASE,
)
BRINGS_UP = re.compile(r"^\W*(?:(?:and|but|so|ok(?:ay)?)\W+)*(?:what|how) about\b", re.IGNORECASE)
PRIVATE = re.compile(
    r"""\b(?:bonus|takes?\ home|home\ (?:number|phone)|verdient|in\ rent\b|(?:insta(?:gram)?|followers|facebook|
      linkedin)\b|birthday|star\ sign|favourite|
      hobb(?:y|ies)|(?:gate|door|alarm|entry|wi-?fi|bank|pin)\ ?(?:code|number|details|password)|passcode|
      the\ pin\b|
      pin\ (?:on|for)\b|salary|wages?\b|(?:was|is|get|gets|got)\ paid\b|
    (?:i|we)\ (?:once\ |first\ )?paid\b|(?:my|our)\ (?:own|tests?|results?\ from\ the\ doctor|bill|account|old)\b|
      how\ many\ (?:kids|children)\ (?:does|did|has)|(?:is|are)\ (?:he|she|they)\ (?:still\ )?(?:married|courting|
      dating|single)|
    in\ confidence|personally|who\ (?:\w+\ ){0,3}(?:forgot|messed|screwed|left\ the|broke\ the|leaked|complained)|
      (?:sold|gave|lent)\ (?:you|me)\ the|invoice\ (?:no|number)|
    (?:girl|man|lady|guy|lad|woman|doctor|boss|they|he|she)\ (?:rang|phoned|called|texted|promised|mentioned)\b|
      (?:mobile|phone|cell|telephone)\ (?:number|no)|(?:what|the|my|his|her)\ (?:is\ )?(?:the\ |my\ )?password|
        home\ address|e?-?mail\ address|
    (?:what|when|why|where|how)\ (?:did|does|is|was|has|
      '?s)\ (?:the\ )?\w+(?:'s)?(?:\ \w+){0,3}\ (?:really\ )?(?:tell|told|say|said|think|thinking|feel|promise|
      mean)\b |
    what\ (?:the\ )?\w+(?:'s)?(?:\ \w+)?\ told\ (?:me|us) | what\ (?:did|do)\ (?:they|people|he|
      she)\ (?:really\ )?(?:say|think)\b |
    (?:has|have|did|does|will|would)\ (?:\w+\ ){1,4}?(?:said?\ yes|say\ yet|agreed?|repl(?:y|ied)|called?\ back|
      promised?|mind|told|heard\ back|let\ (?:me|us)|remember(?:ed)?|forgiven?|like\ (?:me|us|my))\b |
    (?:told|said\ to|wrote|phoned|called|texted|mailed)\ (?:me|her|him|them|us)\b | (?:told|tell|said|say|
      talk(?:ed)?)\b[^?]{0,40}\bon\ the\ phone |
    (?:going|gonna)\ (?:to\ )?(?:vote|say|agree|sign|resign|accept|like)\b | behind\ (?:his|her|my|our|their)\ back|
      between\ us|who\b.{0,40}\bon\ call\b|off\ the\ record|
    (?:rejection|private|love)\ (?:letter|mail|message)|(?:he|she|they)(?:'s|\ is|'re|\ are)?\ (?:really\ )?thinking|
    my\ (?:wife|husband|boss|mum|mom|dad|neighbou?r|colleague|brother|sister|daughter|son|girlfriend|boyfriend|
      friend|mother|father|landlord)\ (?:think|say|said|like|want|mean|feel)\w*|
    in\ (?:his|her|their)\ (?:head|heart|mind)|secretly|privately|before\ me\b|get\ on\ with|my\ (?:password|salary|
      calendar|birthday|diary)|did\ i\ (?:pay|sign|leave|put|tell|send)|where\ (?:did\ i|are\ my|is\ my))""",
    _FLAGS,
)
