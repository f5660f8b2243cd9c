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
    for word in """able besides apart except two three four five six seven eight nine ten tip tips advice hint hints
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
