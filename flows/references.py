"""How people speak of results: that one failed, in what form they want it, what they compare: patterns."""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE | re.VERBOSE

FAILED = re.compile(
    r"""\b(?:(?:where|what)(?:'s|\ is|\ are)\ (?:my|our|the)\ \w+\ (?:for|on|about|i\ asked)|
      (?:was|is)\ something\ (?:amiss|up|off)|
      what\ (?:blocked|kept|held)|where\ did\ it\ stop|nothing\ there|what\ happ?e?n\w*\ (?:to|with)|
      never\ (?:appeared|turned)|kept\ .{0,40}\bfrom\ (?:coming|being)|belly\ up|blew\ up|bombed|(?:didn'?t|
      did\ not)\ make\ it|(?:gave|threw|hit|got)\ an\ error|conked\ out|
      packed\ up|hung\b|frozen|froze\b|no\ output|nothing\ came|came\ to\ nothing|unsuccessful|what\ stopped|
       hold[- ]?up|what\ became\ of|what(?:ever)?\ happened\ (?:to|with)|(?:isn'?t|wasn'?t|
      never)\ (?:\w+\ )?(?:finished|completed|done|ready)|collapsed|tripped|went\ down|fell\ (?:flat|over|down)|
      in\ the\ middle|not\ (?:been\ )?complet\w*|(?:come|came)\ to\ a\ halt|vast\ ?(?:liep|gelopen)|abbrach|
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
    r"grid|tick\s?list|csv|json|markdown|spreadsheet|power\s?point|slack(?:\s?message)?|linkedin|caption|speech|"
    r"toast|invitation|"
    r"announcement|"
    r"notice|poster|flyer|leaflet\s?text|postcard|cheat\s?sheet|fact\s?box|q\s?&\s?a|glossary|script|voicemail|"
    r"outline|synopsis|"
    r"executive\s?summary|cliff\s?notes|key\s?points|talking\s?points|headings?|column|columns|rows?|"
    r"tables?|tabell?e?|tableau|tabla|tabel|e?-?mails?|correo|courriel|letters?|memos?|notes?|tweets?|toots?|"
    r"posts?|slides?|haikus?|poems?|limericks?|songs?|"
    r"bullets?|bullet\s?points?|points|stichpunkte?|puces|list|lines?|zeilen|lignes|l[ií]neas|regels|sentences?|"
    r"sätze|satz|phrases|frases|zinnen|"
    r"words|wörter|paragraphs?|headlines?|one[- ]?liners?|checklists?|timelines?|faqs?|press\s?releases?|"
    r"whatsapp|sms|text\s?message|"
    r"summary|tl;?dr|tldr|gist|nutshell|elevator\s?pitch|eli5|abstract|blurb|version"
)
TRANSFORMS = re.compile(
    rf"""\b(?:(?:as|into|in\ the\ form\ of)\ (?:a|an|one)\ (?:\w+\ ){{0,2}}(?:{_FORMS})|(?:bullet|list|
      table)\ style|one\ line\ (?:apiece|each)|(?:→|->)\ ?(?:german|english|french|spanish|dutch|italian)|
      plain\ words|main\ points|key\ points|convert|rework|redraft|reformulat\w+|recast|recap|tighten|
      polish|dumb\ .{{0,20}}\bdown|like\ i(?:'m|
      \ am)\ (?:five|5|ten|10|a\ child)| less\ (?:jargon|technical|formal|wordy)|more\ (?:formal|casual|upbeat|
      readable|concise|friendly|polite)|sort(?:ed)?\ (?:it\ |them\ |that\ )?by|alphabetical(?:ly)?|numbered|
       (?:just|only)\ the\ (?:numbers|figures|names|dates|gist|conclusions?|headlines|key\ points|bottom\ line|
      essentials)|(?:the\ )?bottom\ line|in\ a\ nutshell| (?:for|so)\ (?:a|my|an)\ (?:child|kid|layperson|layman|
      beginner|ten[- ]year[- ]old|\d+[- ]year[- ]old)|in\ (?:one|two|three|a\ few|a\ couple\ of|
      \d+)\ (?:\w+\ )?(?:lines?|sentences?|words|bullets?|points)| (?:one|two|single)[- ](?:page|sentence|paragraph|
      line)(?:r)?|half\ a\ page|(?:leave|take|drop|cut)\ (?:out\ )?the\ \w+\ (?:bit|part|section)|
      reduce\ .{{0,60}}\bto\ (?:a|one|two|three|\d)|render\ .{{0,40}}\b(?:in|as)\b|(?:wee\ |small\ |quick\ |
      little\ )?(?:table|list|summary|version|tweet|mail|letter)\ of\ (?:that|this|it|those|them)\b|
    (?:shorter|longer|simpler|nicer|politer|friendlier|punchier|snappier|gentler|more\ formal|less\ formal|cortito|
      kürzer|corto|plus\ court)|a\ punti|in\ (?:the\ )?form\ of|translat(?:e|es|ed|ing)|übersetz\w*|tradui\w*|traduc\w*|
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
    (?:{_FORMS})\ (?:version|form|format|length)|(?:(?:in|auf|en|em|into|het)\ (?:\w+\ )?|(?:to|naar)\ )(?:usd|eur|gbp|
      dollars|euros|pounds|português|portugues|german|deutsch|french|
      fran[cç]ais|spanish|español|dutch|nederlands|italian|italiano|polish|portuguese|english|englisch|
      plain\ english|simple\ (?:words|terms|english))|
    (?:plain|simple|easy|non-?technical|layman'?s?|kid|child)\ ?-?(?:words|terms|language|friendly|english|version)|
      zero\ tech)\b""",
    _FLAGS,
)
FORM_WORDS = re.compile(rf"^(?:{_FORMS}|half|length|pages?|max(?:imum)?|size)$", re.IGNORECASE)
LOOKS_BACK = re.compile(
    r"""\b(?:(?:which|what)\ (?:\w+\ )?of\ ours|rank\ what\ we|inventory\ of|everybody\ we|rattle\ off|(?:of|
      in)\ the\ things\ (?:we\ |you\ )?(?:checked|looked|did)|you'?ve\ (?:read|done|checked|made|written|looked)|
      what\ (?:have|did)\ (?:we|you|i)\ (?:\w+\ )?(?:do|run|look|research|cover|ask|check|find\ out|work\ on|
      done|got)\b|(?:show|give|list)\ (?:me\ )?(?:all|everything|every|the\ list\ of|my\ past|our\ past|
      a\ list\ of)| how\ many\ \w+\ (?:have|did)\ (?:we|you|i)|(?:past|earlier|previous)\ (?:runs|reports|results|
      work|searches|checks|reviews|briefs)|all\ (?:three|four|five|of\ (?:them|those|these))|our\ (?:reports|runs|
      results|searches|reviews)| everything\ (?:you|we|i)|(?:which|what)\ (?:\w+\ ){1,4}(?:did|have)\ (?:we|you|
      i)\ |in\ total\ (?:so|across)|across\ (?:all|the|our|my|every)|list\ (?:me\ )?(?:every|all)|every\ \w+\ (?:u|
      you|we)\ (?:did|made|wrote|ran|checked)|(?:i'?ve|i\ have|
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
      isso|lui|lei|quello)\b|
    ^\W*(?:(?:so|and|ok)\W+)?which\ (?:is|are|was|were|has|had)\ (?:the\ )?  # of what was spoken of
      (?:(?:more|less|most|least)\ \w+|\w{2,}er|\w{3,}est|best|worse|worst)\W*$""",
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
    r"""\b(?:(?:mobile|phone|cell|telephone|home)\ (?:number|no)|(?:what(?:'s|\ is)|whats)\ .{0,30}\b(?:password|
      passcode|pin|combination)\b|
    (?:gate|door|alarm|entry|wi-?fi|pin|locker)\ ?(?:code|combination)|the\ (?:pin|combination)\b|home\ ad+ress|
      e?-?mail\ address|
    date\ of\ birth|(?:maiden|middle)\ name|first\ name\b|name\ of\ the\ (?:bloke|guy|girl|woman|man|driver|lad|lady)|
    how\ many\ (?:kids|children)\ (?:does|did|has)|(?:is|are)\ (?:he|she|they)\ (?:still\ )?(?:married|courting|
      dating|single)|
    salary|wages?\b|bonus|take(?:s)?\ home|verdient|in\ rent\b|(?:was|is|get|gets|got)\ paid\b|out\ of\ (?:his|her|
      their|his\ own|her\ own)\ (?:own\ )?pocket|
    i\ (?:once\ |first\ )?paid\b|my\ own\ old\b|my\ tests?\b|invoice\ (?:no|number)|in\ confidence|personally|
      confidential|secretly|privately|off\ the\ record|
    (?:what|when|why|how)\ (?:did|does|is|was|has|'?s)\ (?!it\b|you\b|we\b|i\b|our\b|your\b|that\b|
      this\b)(?:the\ )?\w+(?:'s)?(?:\ \w+){0,3}\ (?:really\ )?
      (?:tell|told|thinking|feel|promise)\b |
    what\ (?:did|do)\ (?:they|people|he|she)\ (?:really\ )?(?:say|think)\b |
       what\ (?:the\ )?\w+(?:'s)?(?:\ \w+)?\ told\ (?:me|us) |
    (?:what(?:'s|\ is|\ will|\ would)|whats)\ .{0,30}\bthink(?:ing)?\b |
    (?:has|have|did|does|will|would)\ (?:\w+\ ){1,4}?(?:said?\ yes|say\ yet|agreed?|called?\ back|promised?|
      heard\ back|remember(?:ed)?|forgiven?)\b |
    (?:would|will)\ (?:my|our|the)\ \w+\ (?:let|mind|like|agree|accept)\b | (?:told|said\ to|phoned|called|
      texted)\ (?:me|her|him|them|us)\b |
    (?:told|tell|said|say|talk(?:ed)?)\b[^?]{0,40}\bon\ the\ phone | (?:girl|lady|doctor|boss)\ (?:rang|phoned|
      called|texted|promised|mentioned)\b |
    (?:did|does|do|has|have|what(?:'s|\ is|\ did)|whats)\b[^?]{0,25}\b(?:neighbou?r|granny|gran|grandma|grandpa|mum|
      mom|dad|wife|husband|girlfriend|boyfriend|drummer|landlord)
      (?:'s)?\b[^?]{0,25}\b(?:mind|think|say|said|spend|pay|paid|put|feel|like|want|know|earn|do|rated)\b |
    (?:going|gonna)\ (?:to\ )?(?:vote|agree|sign|resign)\b | (?:faking|bluffing|lying|cheating)\b | behind\ (?:his|
      her|my|our|their)\ back|between\ us\b|
    who\b.{0,40}\bon\ call\b | who\ (?:\w+\ ){0,3}(?:forgot|messed|screwed|leaked|complained)|
      who\ (?:actually\ )?(?:sold|gave|lent)\ (?:you|me)\ the|
    (?:rejection|private|love)\ (?:letter|mail|message)|(?:who|people|tenants?|owners?|
      lived)\b.{0,30}\bbefore\ me\b|get\ on\ with|
    my\ (?:password|calendar|diary)|did\ i\ (?:pay|sign|leave|put|tell|send)|where\ (?:did\ i\ (?:put|leave|park)|
      are\ my|is\ my)|
    (?:his|her|their)\ (?:salary|wage|mood|wife|husband|partner|address|secret)|(?:how\ )?did\ (?:he|she|
      they)\ (?:really\ )?(?:feel|react|take\ it))""",
    _FLAGS,
)
