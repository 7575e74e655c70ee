"""Five everyday documents and what is false about them: nothing of it is supported."""

import pytest

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import judge

GLASSHOUSE = """\
# Glasshouse operating sheet

The north glasshouse is kept at 18 °C by day and 14 °C at night. The south glasshouse is kept at 24 °C by day.
Vents open automatically when the air exceeds 27 °C, unless the wind is above 12 m/s. Marek waters the
seedlings before the visitors arrive; Ines waters the orchids after closing.

Orchids, ferns and bromeliads are misted twice a day. Cacti are watered once a fortnight in summer and not at
all in winter. The propagator holds 240 pots, of which 36 are reserved for the school. Staff may prune the
vines; volunteers may only deadhead the roses.

| House | Crop | Feed (ml) | Interval (days) |
|---|---|---|---|
| North | Tomato | 40 | 7 |
| North | Pepper | 25 | 10 |
| South | Melon | 55 | 5 |
| South | Aubergine | 30 | 7 |

The boiler was replaced in March 2021 because the old one leaked. Fumigation takes four hours, and nobody may
enter until the gas alarm shows green.
"""
FALSE_GLASSHOUSE = """\
The north glasshouse is kept at 24 °C by day.
The north glasshouse is kept at 18 °C at night.
Vents always open when the air exceeds 27 °C.
Vents open automatically when the air exceeds 27 °C even if the wind is above 12 m/s.
Marek waters the seedlings after the visitors arrive.
Marek waters the orchids after closing.
Cacti are watered once a week in summer.
Cacti are watered once a fortnight in winter.
The propagator holds 36 pots.
Of the 240 pots, 36 are reserved for volunteers.
Volunteers may prune the vines.
Pepper is fed 40 ml every 7 days.
Melon in the south house gets 30 ml of feed.
Aubergine is fed more often than melon.
The boiler was replaced because it was too small.
The boiler was replaced in May 2021.
Staff may enter during fumigation if the gas alarm shows red.
Nobody may enter after the gas alarm shows green.
"""

ROWING = """\
# Rowing club safety code

Every crew must sign the outing book before launching and sign it again on return. Juniors under 16 may row
only with a coach launch in attendance. Cold-water rules apply from 1 November to 31 March: single sculls are
then barred, and doubles need a launch within 200 metres. The safety adviser, Priya Nair, inspects each hull
every six weeks; the boatman, Owen Tait, repairs the riggers.

Coxes weigh in at no less than 45 kg and carry dead weight if they are lighter. The red flag means that no
boat may leave; the amber flag means that only eights may leave. When lightning is seen, crews return at once
and wait thirty minutes after the last flash. Members who miss two safety briefings lose their launching
rights until they attend one.

The bridge arch on the left is for boats going upstream, while the right arch is for boats going downstream.
Most capsizes in 2022 happened within fifty metres of the landing stage. Neither alcohol nor headphones are
allowed on the water.
"""
FALSE_ROWING = """\
Every crew must sign the outing book after launching.
Juniors under 18 may row only with a coach launch in attendance.
Juniors under 16 may row without a coach launch.
Cold-water rules apply from 1 November to 31 May.
Doubles are barred in the cold-water season, and single sculls need a launch within 200 metres.
Owen Tait inspects each hull every six weeks.
Priya Nair repairs the riggers.
Each hull is inspected every six months.
Coxes weigh in at no more than 45 kg.
Coxes carry dead weight if they are heavier.
The amber flag means that no boat may leave.
On a red flag, only eights may leave.
Crews wait thirteen minutes after the last flash.
Crews wait thirty minutes before they return.
Members who miss one safety briefing lose their launching rights.
The bridge arch on the left is for boats going downstream.
All capsizes in 2022 happened within fifty metres of the landing stage.
Headphones are allowed on the water.
Alcohol but not headphones is allowed on the water.
"""

LOAN = """\
# Loan agreement summary: the Hallam textiles

The Hallam Trust lends eleven tapestries to the Corder Museum for eighteen months. The museum insures the
tapestries for £2.4 million from collection until return. The trust pays for cleaning; the museum pays for
transport and framing. Light in the gallery must stay below 50 lux, and relative humidity between 45% and 55%.

Photography without flash is permitted for study, but not for sale. The museum shall not lend the tapestries
to a third party unless the trust agrees in writing. Dr Elsie Marr chose the works; Tom Ridley wrote the
labels. Seven of the eleven tapestries were woven in Bruges, three in Oudenaarde and one in London.

If damage occurs, the museum notifies the trust within 24 hours and stops the display. The agreement ends on
30 September 2026 and can be extended once, for six months at most. Visitors saw the tapestries for the first
time in 1954, before the house was sold.
"""
FALSE_LOAN = """\
The Corder Museum lends eleven tapestries to the Hallam Trust.
The Hallam Trust lends seven tapestries to the Corder Museum.
The trust insures the tapestries for £2.4 million.
The museum insures the tapestries for £2.4 billion.
The museum pays for cleaning.
The trust pays for transport and framing.
Light in the gallery must stay above 50 lux.
Relative humidity must stay between 45% and 65%.
Photography with flash is permitted for study.
Photography without flash is permitted for sale.
The museum may lend the tapestries to a third party.
The museum shall not lend the tapestries to a third party even if the trust agrees in writing.
Tom Ridley chose the works.
Three of the eleven tapestries were woven in Bruges.
One tapestry was woven in Oudenaarde.
If damage occurs, the trust notifies the museum within 24 hours.
The agreement can be extended for six months at least.
The agreement can be extended twice.
Visitors saw the tapestries for the first time after the house was sold.
"""

GATEWAY = """\
# Field gateway FG-310, integrator notes

The gateway polls each sensor every 15 seconds and uploads a batch every five minutes. If the uplink is lost,
it keeps readings for 72 hours and then discards the oldest first. Port A supplies 24 V and port B supplies 12
V; neither port is protected against reverse polarity. The status LED blinks green while pairing and stays red
after a fault.

An operator can read the log but cannot clear it; an administrator can do both. Passwords expire after 90 days
except for service accounts. The device rejects unsigned firmware. Version 4.2 removed support for Modbus RTU
and added support for OPC UA.

| Model | Ports | Range (m) | Weight (g) |
|---|---|---|---|
| FG-310 | 2 | 120 | 340 |
| FG-320 | 4 | 120 | 410 |
| FG-330 | 4 | 300 | 455 |

The controller sends a heartbeat to the gateway, and the gateway answers within two seconds. Rebooting takes
less than 40 seconds. Only the FG-330 has a metal case.
"""
FALSE_GATEWAY = """\
The gateway polls each sensor every five minutes.
The gateway uploads a batch every 15 seconds.
It keeps readings for 72 hours and then discards the newest first.
Port B supplies 24 V.
Both ports are protected against reverse polarity.
The status LED blinks red while pairing.
The status LED stays red before a fault.
An operator can clear the log.
An administrator cannot clear the log.
Passwords for service accounts expire after 90 days.
All passwords expire after 90 days.
The device accepts unsigned firmware.
Version 4.2 removed support for OPC UA.
Version 4.3 added support for OPC UA.
The FG-320 has 2 ports.
The FG-310 weighs 410 g.
The FG-320 has a longer range than the FG-310.
The FG-330 is the lightest model.
The gateway sends a heartbeat to the controller.
Rebooting takes more than 40 seconds.
The FG-310 has a metal case.
All models have a metal case.
"""

AFTERCARE = """\
Aftercare for cats following dental surgery

Keep your cat indoors for 48 hours. Offer soft food for ten days, and give the tablet with food, never on an
empty stomach. The painkiller is given once a day for three days; the antibiotic is given twice a day for
seven days. Do not give paracetamol, which is poisonous to cats.

Slight bleeding on the first day is normal. Call the surgery if bleeding continues after the second day or if
your cat does not eat for 24 hours. Kittens under four months and cats with kidney disease stay overnight; all
other cats go home the same day. The check-up on day ten is free, but a missed check-up costs £22.

The nurse removes the drip and the vet removes the stitches. Stitches dissolve in three to five weeks and need
not be removed unless they irritate the gum. Brushing may start again after two weeks. Dry food is harder on
the gums than tinned food.
"""
FALSE_AFTERCARE = """\
Keep your cat indoors for 24 hours.
Give the tablet on an empty stomach.
The painkiller is given twice a day for seven days.
The antibiotic is given for three days.
Paracetamol can be given to cats.
Paracetamol is not poisonous to cats.
Bleeding on the second day is normal.
Call the surgery if your cat does not eat for 48 hours.
All cats go home the same day.
Cats with kidney disease go home the same day.
Kittens under six months stay overnight.
The check-up on day ten costs £22.
The nurse removes the stitches.
Stitches dissolve in less than three weeks.
Stitches must always be removed.
Brushing may start again before two weeks.
Tinned food is harder on the gums than dry food.
Dry food is softer on the gums than tinned food.
"""

DOCUMENTS = [
    (GLASSHOUSE, FALSE_GLASSHOUSE),
    (ROWING, FALSE_ROWING),
    (LOAN, FALSE_LOAN),
    (GATEWAY, FALSE_GATEWAY),
    (AFTERCARE, FALSE_AFTERCARE),
]


def verdict(claim, text):
    return judge(claim, Evidence([{"label": "1", "title": "", "text": text}])).verdict


@pytest.mark.parametrize(
    ("document", "claim"),
    [(document, claim) for document, claims in DOCUMENTS for claim in claims.splitlines()],
    ids=lambda value: value if len(value) < 100 else "",
)
def test_a_false_claim_about_an_everyday_document_is_never_supported(document, claim):
    assert verdict(claim, document) != "SUPPORTED"


DUTIES = "The safety adviser, Priya Nair, inspects each hull; the boatman, Owen Tait, repairs the riggers."
STAYS = "Kittens stay overnight; all other cats go home the same day."


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Priya Nair repairs the riggers.", DUTIES),
        ("Priya Nair must repair the riggers.", DUTIES.replace("repairs", "must repair")),
        ("The safety adviser repairs the riggers.", DUTIES),
        ("The safety adviser repairs the riggers.", DUTIES.replace("; the", ", and the")),
        ("Priya Nair inspects each hull and repairs the riggers.", DUTIES),
        (
            "Ann inspects the hulls and repairs the riggers.",
            "Ann inspects the hulls. The boatman, Bo, repairs the riggers.",
        ),
        ("All cats go home the same day.", STAYS),
        ("Cats go home the same day.", STAYS),
        (
            "Faults are reported through the portal for all classes.",
            "Faults are reported by telephone for class A and through the portal for all other classes.",
        ),
    ],
)
def test_what_one_of_two_does_and_what_the_others_do_is_not_told_of_all(claim, text):
    assert verdict(claim, text) != "SUPPORTED"


@pytest.mark.parametrize(
    "text",
    [
        "In winter, the gate closes at six.",
        "Usually, in winter, the gate closes at six.",
        "On Sundays, the gate closes at six.",
        "With a permit, the gate closes at six.",
        "After rain, in winter, the gate closes at six.",
        "Dogs are banned; in winter, the gate closes at six.",
        "Dogs are banned, and in winter, the gate closes at six.",
        "Under 5 °C, the gate closes at six.",
    ],
)
def test_what_a_sentence_begins_with_narrows_it(text):
    assert verdict("The gate closes at six.", text) != "SUPPORTED"
    assert verdict(text, text) == "SUPPORTED"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The gate closes at six.", "In addition, the gate closes at six."),
        ("Dogs are banned.", "Dogs are banned; in winter, the gate closes at six."),
        ("Priya Nair inspects each hull.", DUTIES),
        ("The boatman repairs the riggers.", DUTIES),
        ("Owen Tait repairs the riggers.", DUTIES),
        ("All other cats go home the same day.", STAYS),
        ("Members help each other in the garden.", "Members help each other in the garden."),
        ("The committee meets monthly.", "The committee, chaired by Ms Ode and Mr Po, meets monthly."),
    ],
)
def test_what_each_of_two_does_is_told_of_each(claim, text):
    assert verdict(claim, text) == "SUPPORTED"
