"""The conversation of the shipped demo: what the user says, and what a model says to it.

Every figure stands in the sample library's documents.
"""

from __future__ import annotations

MESSAGES = (
    "Write an article about solar power and grid storage",
    "By how much did the cost of solar energy fall, and what does it say about batteries?",
    "Compare solar power and wind power",
    "Run the comparison again",
    "Why did you compare them a second time?",
    "Write a short report on grid storage",
)

ARTICLE_REASON = "Nothing in memory covers solar power and grid storage yet."
COMPARE_REASON = "The article tells of solar power alone; a comparison needs both sides."
REPORT_REASON = "The article holds a little about storage; a report of its own was asked for."

ARTICLE_NOTES = """\
## What solar power does

- A photovoltaic cell is a thin layer of semiconductor, usually silicon, that releases electrons when light strikes \
its surface. (Solar Power)
- Solar panels emit no carbon dioxide while running, although making the panels and their frames causes some \
emissions. (Solar Power)
- The IPCC reported in 2014 a median life-cycle figure of 48 grams of carbon dioxide equivalent per kilowatt-hour for \
utility-scale solar, and 820 grams for coal. (Solar Power)

## What it costs

- The unit cost of solar energy fell by about 85 percent between 2010 and 2019, according to the IPCC. (Solar Power)
- The unit cost of lithium-ion batteries fell by about 85 percent between 2010 and 2019 as well. (Grid Storage and \
Batteries)

## Why storage belongs to it

- Solar panels produce nothing at night and less under thick cloud or in winter at high latitudes. (Solar Power)
- Pumped-storage hydropower provided more than 90 percent of the world's grid storage capacity in 2020. (Grid Storage \
and Batteries)
- The Hornsdale Power Reserve in South Australia started in 2017 with 100 megawatts and was expanded to 150 in 2020. \
(Grid Storage and Batteries)
- Most grid batteries hold only a few hours of full output. (Grid Storage and Batteries)
"""

ARTICLE = """\
# Solar Power After Sunset

Solar power has become far cheaper, and it keeps one plain weakness: the sun goes down. Panels give most at noon, and \
lamps are lit in the evening, so the story of solar power is, more and more, a story about storage.

## How light becomes electricity

A photovoltaic cell is a thin layer of semiconductor, usually silicon, that releases electrons when light strikes its \
surface. Running panels emit no carbon dioxide. Making them does, and still the balance is clear: the IPCC gave a \
median of 48 grams of carbon dioxide equivalent per kilowatt-hour for utility-scale solar over its whole life, against \
820 grams for coal.

## Two prices that fell together

The unit cost of solar energy fell by about 85 percent between 2010 and 2019, according to the IPCC. The unit cost of \
lithium-ion batteries fell by about 85 percent over the same years. Together they change what a power grid can be \
planned around.

## Where the evening comes from

- **Water uphill.** Pumped-storage hydropower provided more than 90 percent of the world's grid storage capacity in \
2020. It needs hills, water and space.
- **Batteries.** The Hornsdale Power Reserve in South Australia started in 2017 with 100 megawatts and grew to 150 in \
2020. It helps keep the grid's frequency steady.

## What is still missing

Most grid batteries hold only a few hours of full output. A calm and cloudy week takes more: links to other regions, \
flexible demand, and a mix of clean sources that do not all rest at the same time.

## Sources

- Solar Power — library:solar-power.md
- Grid Storage and Batteries — library:grid-storage-and-batteries.md
"""

FOLLOW_UP = (
    "The unit cost of solar energy fell by about 85 percent between 2010 and 2019 [{writer}]. Lithium-ion batteries "
    "became cheaper by the same share over those years [{writer}]. The notes behind the article add the limit: most "
    "grid batteries hold only a few hours of full output [{researcher}]."
)

SOLAR_NOTES = """\
## How it works

- Solar power turns sunlight into electricity or useful heat without burning fuel. (Solar Power)
- An inverter changes the direct current from solar panels into the alternating current used by homes and power grids. \
(Solar Power)

## Strengths

- Replacing coal with solar power avoids more than nine-tenths of the climate pollution per unit of electricity. \
(Solar Power)

## Cost

- The unit cost of solar energy fell by about 85 percent between 2010 and 2019, according to the IPCC. (Solar Power)

## Limits and risks

- Solar panels produce nothing at night and less under thick cloud or during winter at high latitudes. (Solar Power)
"""

WIND_NOTES = """\
## How it works

- Wind power uses turbines to turn the motion of air into electricity. (Wind Power)
- The spinning rotor of a wind turbine drives a generator, either directly or through a gearbox. (Wind Power)

## Strengths

- Wind farms on land and at sea are a leading climate change solution because a turbine burns no fuel while running. \
(Wind Power)

## Cost

- The unit cost of wind energy fell by about 55 percent between 2010 and 2019, according to the IPCC. (Wind Power)

## Limits and risks

- Wind power varies with the weather, so power grids pair wind farms with storage, backup plants and long-distance \
cables. (Wind Power)
"""

SOLAR_NOTES_AGAIN = (
    SOLAR_NOTES
    + """
## Scale

- Solar capacity installed around the world passed 1,000 gigawatts during 2022, according to the International \
Renewable Energy Agency. (Solar Power)
"""
)

WIND_NOTES_AGAIN = (
    WIND_NOTES.replace(
        "- Wind power varies with the weather, so power grids pair wind farms with storage, backup plants and "
        "long-distance cables. (Wind Power)",
        "- Wind farms can kill birds and bats and change landscapes, which makes careful siting an important part of "
        "planning. (Wind Power)",
    )
    + """
## Scale

- Denmark met about 47 percent of its electricity consumption with wind power in 2019, which shows how far wind power \
can reach. (Wind Power)
"""
)

FOR_SOLAR = (
    "Solar power fell further in price: by about 85 percent between 2010 and 2019, where wind energy fell by about 55. "
    "Replacing coal with it avoids more than nine-tenths of the climate pollution per unit of electricity. Its "
    "weakness, the night, can be told in advance. (Solar Power)"
)
FOR_WIND = (
    "Wind power works when the sun is down and through the winter, when solar panels give least. Its whole life causes "
    "about 11 grams of carbon dioxide equivalent per kilowatt-hour on land, less than a quarter of the figure for "
    "utility-scale solar. (Wind Power)"
)
DEBATE = """\
Solar power is stronger where summers are bright: its unit cost fell faster, by about 85 percent in nine years. (Solar \
Power)

Wind power is stronger at sea, where winds are steadier, and in winter, when panels give least. (Wind Power)

For a whole country the question is seldom which of the two: their weak hours differ, so each makes the other's \
storage smaller.
"""
DEBATE_AGAIN = (
    DEBATE
    + """
New this time: both have shown that they work at scale, with more than 1,000 gigawatts of solar power in the world in \
2022 (Solar Power) and about 47 percent of Denmark's electricity from wind in 2019. (Wind Power)
"""
)

REPORT = """\
**Grid storage keeps electricity for later, so that supply can match demand at every moment; today most of it is water \
held uphill.**

- Pumped-storage hydropower provided more than 90 percent of the world's grid storage capacity in 2020.
- The unit cost of lithium-ion batteries fell by about 85 percent between 2010 and 2019, according to the IPCC.
- Every form loses some energy: large batteries in the United States returned about 82 percent of what they took in \
during 2019, pumped storage about 79 percent.
- Most grid batteries hold only a few hours of full output, so a calm and cloudy week needs other solutions.
- Pumped storage needs hills, water and space, which limits the number of suitable sites.

Source: Grid Storage and Batteries — library:grid-storage-and-batteries.md
"""

WHY = (
    "Because you asked for it: after the first comparison you wrote “Run the comparison again”, and what is asked for "
    "anew is worked out anew, even while a result of a minute ago is at hand. The second one added how far both have "
    "come: more than 1,000 gigawatts of solar power in the world in 2022 [{solar}], and about 47 percent of Denmark's "
    "electricity from wind in 2019 [{wind}]."
)
