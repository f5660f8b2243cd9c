"""What the thesaurus knows beside WordNet: words that say too little, and pairs to add or keep apart."""

from __future__ import annotations

from agents.text import word_set

# Words that as a hypernym, whole or part tell nothing about what is under them.
VAGUE = word_set(
    """
    ability abstraction act action activity affair agent amount area arrangement artefact artifact aspect attribute
    being body branch capacity case cause change character class collection component composition concept condition
    content cover covering creation creature degree device division effect element end entity event fact factor
    feature feeling form formation function group grouping happening idea implement individual instance
    instrumentality instrument issue item kind lack level line location magnitude male female man manner mass
    material matter measure mechanism medium member mode motion movement nature number object occurrence operation
    order organism organization part past period person phase phenomenon piece place point portion position
    possession power practice procedure process product property quality quantity range rate relation
    relationship result role scale section sense series set shape side sign situation sort space stage state status
    structure stuff style subject substance support symbol system thing time topic trait type unit use
    value way whole woman word work year day month week hour minute second direction adult professional expert
    leader metal season mixture compound chemical liquid fluid solid gas color colour token decade century
    kilometer meter male child relative trait worker creator inhabitant occupation science discipline language
    """
)

# Pairs that everyone makes and WordNet has no short path for.
EVERYDAY = """
    eat food, eat diet, eat meal, food diet, throw discard, throw waste, discard waste, wildlife animal, wildlife
    fauna, sea ocean, heat thermal, heat hot, heat warm, doctor medical, physician medical, hospital medical, medicine
    medical, health medical, patient sick, job employment, work job, work employment, city urban, town urban, town
    city, countryside rural, village rural, law legal, court legal, farm agriculture, farmer agriculture, farm
    agricultural, crop agriculture, weather climate, rain rainfall, money cash, money wealth, price cost, price
    expensive, cost expensive, cost afford, price afford, worker employee, staff employee, boss manager, firm company,
    business company, business firm, tree forest, sun solar, moon lunar, star stellar, planet planetary, tide tidal,
    wave surf, kid child, baby infant, car automobile, car vehicle, truck vehicle, bus vehicle, vehicle transport,
    car transport, bicycle bike, plane aircraft, airplane aircraft, trash waste, garbage waste, rubbish waste, litter
    waste, computer digital, electricity electric, electricity power, electric electrical, electricity electrical,
    energy power, teach school, learn school, teacher school, learn study, build building, house housing, home
    housing, speed fast, age old, weight heavy, depth deep, height tall, height high, width wide, length long, size
    big, size large, temperature hot, temperature cold, temperature warm, heat temperature, distance far, danger
    risk, danger hazard, safe safety, reduce lower, reduce cut, reduce decrease, increase rise, increase raise, increase
    grow, kill die, dead die, death die, drug medication, drug medicine, pill medicine, cancer tumor, vote election,
    president presidential, government governmental, government state, police cop, war military, army military,
    soldier military, sea marine, ocean marine, river fluvial, coast coastal, bee insect, dog canine, cat feline, brain
    mental, mind mental, tooth dental, eye vision, see vision, ear hearing, heart cardiac, lung respiratory, breathe
    respiratory, bone skeletal, skin dermal, blood vascular, book author, begin beginning, origin begin, sleep dream,
    write author, pollution contaminate, sick disease, ill disease, illness disease, smart clever, tired fatigue, tired
    exhausted, salary pay, wage pay, income earn, buy purchase, shop store, shop buy, sell sale, trade commerce, tax
    levy, loan lend, loan borrow, debt borrow, debt owe, film cinema, movie cinema, internet web, internet online, web
    online, phone telephone, mobile phone, photo picture, road street, boat ship, ship vessel, boat vessel,
    gap difference, trash garbage, trash rubbish, smart intelligent, clever intelligent, advantage benefit, benefit
    upside, drawback disadvantage, drawback downside, disadvantage downside, advantage upside, crop plant, wheel car,
    finger hand, toe foot, battery cell, kill death, ask question, permit authorize, allow authorize, sleep asleep,
    awake wake, shrink reduce, shrink decrease, shrink smaller, reduce smaller, enlarge expand, enlarge increase,
    expand increase, expand growth, problem difficulty, problem challenge, issue problem, method technique, method
    approach, prove proof, believe belief, live life, live alive, see sight, hear
    hearing, think thought, know knowledge, lose loss, sing song, weak weakness, rich wealth,
    hungry hunger, thirsty thirst, hungry food, starve hunger, cook kitchen, cook food, drink beverage, clothes
    clothing, wear clothing, family parent, marry wedding, marry marriage, wedding marriage, crime
    criminal, steal theft, steal thief, jail prison, punish penalty, fine penalty, limb arm, limb leg, belly stomach,
    gut intestine, gut intestinal, germ bacteria, germ microbe, microbe microbial, bacteria bacterial, virus viral,
    flu influenza, jab vaccine, shot vaccine, jab vaccination, shot vaccination, doctor clinic, cost cheap, fee charge,
    bill invoice, rent lease, hire recruit, fire dismiss, layoff dismiss, quit resign, strike union, pension
    retirement, elderly old, senior elderly, teen teenager, teenager adolescent, youth young, ban prohibit, ban
    prohibition, law legislation, rule regulation, treaty agreement, deal agreement, country nation, nation state,
    citizen citizenship, immigrant immigration, migrate migration, emigrate migration, refugee asylum, wet moisture,
    damp moisture, dry drought, flood water, warming warm, cooling cool, ice frozen, ice freeze,
    snow frozen, storm hurricane, hurricane cyclone, typhoon cyclone, quake earthquake, earthquake seismic, volcano
    volcanic, volcano eruption, desert arid, jungle rainforest, coral reef, fish fishing, fish fishery,
    bird avian, cow cattle, cow bovine, pig swine, pork pig, beef cattle, beef cow, meat beef, meat pork, hen chicken,
    horse equine, worm earthworm, nuclear atomic, nuclear atom, reactor nuclear, emission emit, footprint emission,
    windmill turbine, dam hydroelectric, dam hydropower, charge charger,
    drive driver, drive car, fly flight, fly plane, sail boat, train railway, train rail, rail railway, railroad
    railway, ride rider, walk pedestrian, cycle bicycle, cycle bike, traffic congestion, password login, code software,
    program software, app application, app software, bug error, hack hacker, encrypt encryption, secret
    confidential, chip processor, guess estimate, forecast prediction, forecast predict, number figure, math
    mathematics, maths mathematics, math mathematical, maths mathematical, average mean, percent percentage,
    hospital clinic, guard protect, fund finance, fall drop, freeze frost, talk conversation, noise sound, noise loud,
    novel book, garden plant, leaf tree, kitchen house, travel trip, travel journey, border boundary, region area,
    soldier army, major important, simple easy
"""

# A word, then its forms.
IRREGULAR = """
    child children, man men, woman women, foot feet, tooth teeth, mouse mice, goose geese, wolf wolves, wife wives,
    knife knives, shelf shelves, leaf leaves, life lives, loaf loaves, half halves, thief thieves, calf calves,
    hoof hooves, crisis crises, analysis analyses, basis bases, hypothesis hypotheses, thesis theses, bacterium
    bacteria, fungus fungi, medium media, datum data, criterion criteria, phenomenon phenomena, index indices,
    nucleus nuclei, alga algae, larva larvae, formula formulae, vertebra vertebrae, stimulus stimuli, radius radii,
    good better best, bad worse worst, far farther further farthest, buy bought, build built, bring brought, begin
    began begun, break broke broken, burn burnt, catch caught, choose chose chosen, deal dealt,
    draw drew drawn, drink drank drunk, drive drove driven, eat ate eaten, fall fell fallen, feed fed, feel felt, fight
    fought, find found, flee fled, fly flew flown, forbid forbade forbidden, forget forgot forgotten, freeze froze
    frozen, grow grew grown, hear heard, hide hid hidden, hold held, know knew known, lead led, learn learnt, lend
    lent, lose lost, mean meant, meet met, pay paid, ride rode ridden, ring rang rung, rise rose risen, run ran, seek
    sought, sell sold, send sent, shake shook shaken, shine shone, shoot shot, show shown, shrink shrank shrunk, sing
    sang sung, sink sank sunk, sleep slept, speak spoke spoken, spend spent, stand stood, steal stole
    stolen, stick stuck, strike struck, swim swam swum, teach taught, tear tore torn, tell told, think thought, throw
    threw thrown, understand understood, wake woke woken, wear wore worn, weave wove woven, win won, write wrote written
"""

# Of one kind, but apart, though WordNet somewhere puts them together.
APART = """
    coal gas, oil gas, city village, town village, sugar salt, man woman, nuclear energy, ocean river, sea river, sea
    lake, rain snow, wave tide, wave wind, tea coffee, cause effect, question answer, doctor nurse, doctor patient
"""
