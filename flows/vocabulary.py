"""Words that do not say what a question is about, as stems."""

from agents.text import stem

# Words about the work itself: "what does the article cover", "make it shorter", "which sources".
ABOUT_THE_WORK = frozenset(
    stem(word)
    for word in """answer article bit brief briefing bullet bullets clarify conclude conclusion conversation cover
    covered covers detail details earlier elaborate end finding findings first found heading headings headline
    headlines idea ideas introduction key list listed main mention mentioned notes outline overview paragraph part
    parts piece point points previous quote quoted read recap reference references report research researcher
    result results run rephrase rewrite section sections sentence sentences shorten shorter simplify source sources
    step steps subject summarise summarize summary table takeaway takeaways text theme themes title topic topics
    translate word words write writer written wrote workflow yesterday
    please pls kindly tldr short briefly version
    website websites online gist nutshell eli5 summarised summarized thanks thank hello hi hey ok okay""".split()
)

# Words that ask or qualify without saying about what; an answer may put them in other words.
HOW_IT_IS_PUT = frozenset(
    stem(word)
    for word in """dearer dear pricier pricey thirstier quicker slower heavier lighter longer wider taller deeper
    stronger weaker safer riskier healthier smarter nicer tougher easier newer older younger shorter hotter colder
    tomorrow morning evening night need should allowed okay safe fine folks person colleague boss mum mom
    dad friend mate anyone worry compare put set next pay spend ask asked sort hear heard max min
    able besides apart except two three four five six seven eight nine ten tip tips advice hint hints
    day days week weeks month months hour hours life lives
    achieve act actual actually add advantage advantages affect aim allow amount amounts answer
    approach area areas average available avoid aware bad base based basic bear become begin believe benefit
    benefits best better big bigger biggest bring build call called capable case cases cause caused causes certain
    challenge challenges change chance cheap cheaper cheapest choose clear close closely come common commonly
    compare compared comparison concern concerns connect consider contain contribute cost costly costs count create
    critical current currently deal decide deep define definition depend depends describe develop developed did
    difference differences different difficult difficulty disadvantage disadvantages discuss do downside downsides
    drawback drawbacks drive early easy effect effective effects efficient enable entire especially essential
    estimate event example examples exactly exist expect expensive explain extent fact factor factors facts far
    fast faster feature figure figures find fit follow form full function general generally give goal good great
    greatest grow growth hand happen happened happens hard harder harm help helped helpful helps high higher
    highest hold huge idea impact impacts importance important improve include included includes including increase
    indeed influence information inside instance interest interesting introduce involve involved involves issue
    issues keep kind kinds know known lack large larger largest last late latest lead leading leads learn least
    less level limit limitation limitations limits little live long longer look lot low lower lowest maintain
    major make manage matter mean meaning means measure meant method methods mind modern moment name named names
    nature necessary need needed needs new normal notable note number numbers obstacle obstacles offer old option
    options order origin original overall part particular parts past people percent percentage perform person
    place places play point popular position positive possible potential practice prefer present prevent price
    prices primary pro probably problem problems process produce produced product pros cons progress proper
    prove protect provide purpose put question quick quickly rank rate rates reach real really reason reasons reduce
    reduced reduces regard relate related relation relevant remain remove require required requires respond
    responsible result results right rise risk risks role roles save say sense separate serious set share show
    shown side sign significant similar simple single size slow small smaller smallest solve sort sorts special
    specific speed spread stage stand start started state stay step stop strategy strong study successful suggest
    suitable support sure tell tend term terms thing things think time times total trend true try turn type types
    typical typically understand unit upside upsides useful usual valuable value various version view want way ways
    weak weakness work worked working works world worldwide worth year years""".split()
)

# Contractions as they are typed without their apostrophe, and other small words in haste.
SHORTENED = frozenset(
    """dont doesnt didnt isnt arent wasnt werent wont cant couldnt wouldnt shouldnt havent hasnt hadnt whos whats
    wheres
    hows thats theres its im ive id ill youre youve youll weve theyre theyve hes shes lets yall gonna wanna gotta
    lemme
    gimme dunno cos cuz bc w/o w/ yr u ur r ya yep nope tho thru til till n im wich""".split()
)

# Words of haste and mood, which say nothing of what is meant.
SLANG = frozenset(
    """ppl pls plz pleas please thx tnx wtf lol omg btw imo asap fyi afaik lil bit bits stuff thing things guys
    mate dude
    bro hell damn bloody heck shit fuck fucking crap hmm hm uh um erm oh ah aha hey hi ok okay yeah yes yep nah right
    actually basically literally kinda sorta maybe perhaps really quite somehow anyway whatever exactly again already
    eh huh shd abt b4 tmrw tmr ngl rn hiya legit nah dear sweetheart love luv mins kindly cheerio shes outta approx
    wrt aka re eg ie etc wise reckon reckoned guess suppose supposed wonder wondering curious tell show remind look
    looks looking want
    wanted
    cheers thanks sorry quickly quick honestly seriously apparently roughly approx about around""".split()
)

# Small words of other languages that English does not have.
FOREIGN = frozenset(
    """der die das den dem des ein eine einen einem einer und oder aber nicht ist sind war waren wird werden wie
    wieviel
    warum wieso wann wer wo ich du er sie es wir ihr mir mich dir uns mein meine meinen deine für mit von vom zu
    zum zur auf aus bei nach
    über unter auch noch schon mal nur sehr kann kannst können bitte hat haben hatte gibt denn doch eigentlich als
    wenn dass geworden davon daraus
    le la les un une des du et ou mais est sont était sera pas ne que qui quoi quel quelle quels combien pourquoi
    comment je tu il elle
    nous vous ils mon ma mes ton ta son sa ses pour avec dans sur sous chez au aux ce cette ces plus moins tres
    très peux peut
    el los las una unos y o pero es son era fue no si sí qué cuál cuánto cuánta cuántos cómo cuándo dónde yo tú él
    ella nosotros
    mi mis su sus para con en por sobre este esta estos hay algo más muy puedes puede del al cierto dicen
    het een en of maar niet zijn was waren wordt hoe hoeveel waarom wanneer wie waar ik jij je hij zij wij jullie
    mijn jouw voor met
    van naar op uit bij ook nog al wel kan kun geen deze dit dat die wat is er te
    il lo gli uno una ed ma non sono era chi che cosa quanto quanti perché come quando dove io tu lui lei noi voi
    mio mia per
    con da di nel nella sul sulla più molto puoi può dei delle
    o os as um uma e mas não é são foi quem quanto quantos porque como quando onde eu você ele ela nós meu minha
    para com em
    no na nos nas por mais muito pode isso czy jest nie jak ile dla""".split()
) - frozenset("a an as at by do in is it me no of on or so to we was war die dem son sans pour come e o y".split())

# Words of one country, as stems: what is said of the Danes is said of Denmark.
_NATIONS = """
denmark danish dane danes|sweden swedish swede swedes|norway norwegian norwegians|finland finnish finn finns|
iceland icelandic|netherlands dutch holland|belgium belgian belgians flemish|germany german germans|
austria austrian austrians|switzerland swiss|france french|spain spanish spaniard spaniards|
portugal portuguese|italy italian italians|greece greek greeks|turkey turkish turk turks|
poland polish pole poles|czechia czech czechs|slovakia slovak slovaks|hungary hungarian hungarians|
romania romanian romanians|bulgaria bulgarian|croatia croatian croats|serbia serbian serbs|slovenia slovenian|
ukraine ukrainian ukrainians|russia russian russians|britain british uk brits england english|
scotland scottish scots|wales welsh|ireland irish|usa us america american americans|canada canadian canadians|
mexico mexican mexicans|brazil brazilian brazilians|argentina argentine argentinian|chile chilean|
peru peruvian|colombia colombian|japan japanese|china chinese|india indian indians|korea korean koreans|
vietnam vietnamese|thailand thai|indonesia indonesian|malaysia malaysian|philippines filipino philippine|
taiwan taiwanese|australia australian australians aussie|egypt egyptian|morocco moroccan|nigeria nigerian|
kenya kenyan|israel israeli|iran iranian|iraq iraqi|estonia estonian|latvia latvian|lithuania lithuanian|
europe european europeans eu"""
NATIONS = {
    stem(word): frozenset(stem(other) for other in nation.split())
    for nation in _NATIONS.replace("\n", "").split("|")
    for word in nation.split()
}
