"""What follows from one sentence by taking it apart, and what only seems to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import judge
from studio.llm.builtin.statements import LONGEST_TAKEN_APART, MOST_STATEMENTS, statements

FOLLOWS = """\
Loose clothing, gloves and jewellery are forbidden near rotating parts. | Gloves are forbidden near rotating parts.
Cash, tickets and jewellery are not insured. | Cash and tickets are not insured.
Add the caraway and marjoram after the first hour. | The caraway is added after the first hour.
Support is offered in English, German and Polish. | Support is offered in German.
The shop is open on weekdays from 8 to 12 and on Saturdays from 9 to 14. | On Saturdays the shop is open from 9 to 14.
The price is 385 euros and includes travel, full board and the lift pass. | The lift pass is included in the price.
Used cylinders are refilled by the warden, Ilse Hartmann, within a day. | The warden is Ilse Hartmann.
Pupils who need medicine hand it to Ms Keller, who is in charge of first aid. | Ms Keller is in charge of first aid.
Playback is available for FLAC and ALAC files, but not for MP3. | Playback is available for ALAC files.
Playback is available for FLAC and ALAC files, but not for MP3. | Playback is not available for MP3.
Bonfires are allowed only between November and February, and never on Sundays. | Bonfires are not allowed on Sundays.
The meeting is in the library, not in the hall. | The meeting is in the library.
The buffer was raised to 5 seconds because users reported dropouts. | Users reported dropouts.
Clean it with water; bleach is not allowed, because it damages the seals. | Bleach is not allowed.
Clean it with water; vinegar damages the seals. | Vinegar damages the seals.
Cover the pot and simmer the stew for two and a half hours. | The stew is simmered for 2.5 hours.
Costs of repatriation are covered if a doctor agrees. | Repatriation costs are covered if a doctor agrees.
The Danner Foundation funded the study in May. | The study was funded by the Danner Foundation in May.
Der Eintritt kostet 5 Euro und der Kaffee kostet 2 Euro. | Der Eintritt kostet 5 €.
"""
DOES_NOT_FOLLOW = """\
Breakfast and dinner cost 20 euros. | Breakfast costs 20 euros.
Ana and Ben share a room. | Ana shares a room.
Ana and Ben together own the boat. | Ana owns the boat.
The room is for adults and children over 12. | The room is for children.
The room is for children and adults over 60. | The room is for adults.
Only members and guests may enter. | Only members may enter.
Only members and guests may enter. | Only guests may enter.
Dogs are not allowed in the garden and the hall on Sundays. | Dogs are not allowed in the garden.
The fee covers the boat, the guide and the lunch on weekdays. | The fee covers the boat.
You must not drink and drive. | You must not drink.
Tickets cannot be returned or exchanged after 5 pm. | Tickets cannot be returned.
You may pay in cash or by card above 10 euros. | You may pay by card.
If the fan or the pump fails, the alarm sounds. | If the fan fails and the pump fails, the alarm sounds.
If the fan and the pump fail, the alarm sounds. | If the fan fails, the alarm sounds.
If the fan and the pump fail, the alarm sounds. | If the pump fails, the alarm sounds.
Notice must be given in writing or by fax. | Notice must be given in writing.
Notice must be given in writing or by fax. | Notice must be given by fax.
Notice must be given in writing or by fax. | Notice must be given in writing and by fax.
The valve needs oil if the noise returns. | Oil is required for the valve.
The permit requires a photo only for adults. | A photo is required for the permit.
The pass includes the museum but not the tower. | The tower is included in the pass.
The pass does not include the tower. | The tower is included in the pass.
The pass may include the tower. | The tower is included in the pass.
The price without tax includes lunch. | Lunch is included in the price.
The price for members includes lunch. | Lunch is included in the price.
The old price includes lunch. | Lunch is included in the new price.
The engine is checked by the mechanic, Paul Reed, and the pilot, Ann Lowe, signs. | Ann Lowe is the mechanic.
The engine is checked by the mechanic, Paul Reed, and the pilot, Ann Lowe, signs. | Paul Reed signs.
The chair, Paul Reed, thanked the clerk, Ann Lowe. | Ann Lowe is the chair.
The chair, Paul Reed, thanked the clerk, Ann Lowe. | Ann Lowe thanked the clerk.
The chair, Paul Reed, thanked the clerk, Ann Lowe. | The clerk thanked Paul Reed.
The former mayor, Paul Reed, opened the hall. | Paul Reed is the mayor.
The shop is open on weekdays from 8 to 12 and on Saturdays from 9 to 14. | The shop is open on Saturdays from 8 to 12.
The shop is open on weekdays from 8 to 12 and on Saturdays from 9 to 14. | The shop is open on weekdays from 9 to 14.
The shop is open on weekdays from 8 to 12 and on Saturdays from 9 to 14. | The shop is open on Saturdays.
Sales rose by 3 percent in May and by 5 percent in June. | Sales rose by 5 percent in May.
Sales rose by 3 percent in May and by 5 percent in June. | Sales rose by 3 percent in June.
It may be closed because the bridge is icy. | The bridge is closed.
The road is not closed because the bridge is icy. | The road is not closed.
The claim was rejected, perhaps because the form was late. | The form was late.
Claims are paid if the loss occurred because the lock was broken. | The lock was broken.
Vera believes that the dam broke because the gate was stuck. | The gate was stuck.
Vera believes that the dam broke because the gate was stuck. | The dam broke.
Ivo said the pump failed; Lea denies this. | The pump failed.
Refunds are given; this does not apply to sale items. | Refunds are given to sale items.
The tenant pays for water, the landlord for heating and the city for roads. | The tenant pays for heating.
Parking is free for residents, but not for guests on Sundays. | Parking is not free for guests.
Parking is free for residents on Sundays, but not for guests. | Parking is free for residents.
Children may swim with a parent, but not in the sea. | Children may not swim.
Members may book the court with a deposit; guests may not. | Guests may book the court with a deposit.
Members may vote; guests may not. | Members may not vote.
The committee chose Oslo instead of Bergen. | The committee chose Bergen.
The meeting is in the library, not in the hall. | The meeting is in the hall.
The grant is for students, not for staff, unless the dean agrees. | The grant is for students.
The manual was written by Ada, who trained Bob. | Bob trained Ada.
The manual was written by Ada for Bob, who trained the staff. | Ada trained the staff.
The rafts, which the club built in March, belong to the town. | The town built the rafts in March.
The rafts, which the club built in March, belong to the town. | The rafts belong to the club.
Mix the flour and water and add the salt. | Mix the flour and the salt.
Cool the dish and remove the foil after 10 minutes. | Cool the dish after 10 minutes.
Do not open the lid and touch the blade. | Touch the blade.
Staff must not clean the hall and lock the gate. | Staff must lock the gate.
All lamps and heaters are switched off at night. | All heaters are switched off.
Neither lamps nor heaters are switched off. | Lamps are switched off.
Most lamps and heaters are new. | Lamps are new.
Milk and honey are mixed in equal parts. | Milk is mixed in equal parts.
The red and blue wires are connected. | The red wires are connected.
The final payment is due within two weeks. | The last two weeks are paid.
The firm plans to move to Lund. | The firm moved to Lund.
She refused to sign the lease. | She signed the lease.
Ana started to paint the hall. | Ana painted the hall.
The office has moved to Lund. | The office will move to Lund.
The office will move to Lund. | The office has moved to Lund.
The office has not moved to Lund. | The office has moved to Lund.
The guests leave on Sunday. | The guests arrive on Sunday.
The customer's manager signs the order. | The manager's customer signs the order.
The manager of the assistant signs the form. | The assistant manager signs the form.
The assistant of the manager signs the form. | The manager of the assistant signs the form.
Ann informs Bob about the cost. | Bob informs Ann about the cost.
Ann is informed by Bob about the cost. | Ann informs Bob about the cost.
The club pays the trainer for the court. | The trainer pays the club for the court.
Cash or jewellery is insured up to 500 euros. | Cash and jewellery are insured up to 500 euros.
Der Eintritt kostet 5 Euro und für Kinder 2 Euro. | Der Eintritt kostet 2 Euro.
Der Mieter zahlt die Heizung und der Vermieter das Wasser. | Der Mieter zahlt das Wasser.
Hunde sind erlaubt und müssen an die Leine, wenn Kinder da sind. | Hunde sind erlaubt.
Die Kosten tragen Mieter und Vermieter gemeinsam. | Die Kosten tragen Mieter.
Le parking est gratuit et ouvert si le gardien est là. | Le parking est gratuit.
La cuota incluye el barco y la comida. | La cuota incluye la comida y el barco rojo.
Cut the beef and the lamb into cubes of 4 cm. | Cut the beef into cubes of 4 mm.
The lamps and the fans in the hall are new. | The lamps are new.
Gloves and masks for visitors are free. | Gloves are free.
Ice and snow on the road are removed by the city. | Ice is removed by the city.
The coach and captain of the team decide. | The coach decides.
The museum lends books to schools and paintings to banks. | The museum lends books to banks.
The museum lends books to schools and paintings to banks. | The museum lends paintings to schools.
The nurse washes the hands of the patient and the doctor checks the wound. | The nurse checks the wound.
The pump is stopped and the valve is opened before cleaning. | The pump is stopped before cleaning.
The pump is stopped before cleaning and the valve is opened. | The valve is opened before cleaning.
The prize went to Ana for her novel and to Ben for his play. | The prize went to Ana for her play.
The store in Lund and Malmö closes at 6, the one in Ystad at 8. | The store in Lund closes at 8.
Crews repair the roof and paint the doors in spring. | Crews repair the roof in spring.
The captain spoke to the owners of the barge, who live in Ghent. | The captain lives in Ghent.
Visitors with a badge, who may enter the lab, must sign. | Visitors may enter the lab.
The hall and the tower cost 3 million euros. | The tower cost 3 million euros.
The heater runs at half speed during the night. | The heater runs at half speed.
The nightly job runs at half speed during the night. | The nightly job runs at half speed.
The board chose the plan for Lund instead of the plan for Ystad. | The board chose the plan for Ystad.
The deposit is returned and the keys are handed over if the flat is clean. | The deposit is returned.
Ms Berg reported that the roof leaked and the gutter was blocked. | The roof leaked.
Ms Berg reported that the roof leaked and the gutter was blocked. | The gutter was blocked.
According to the vendor, the panel lasts 25 years and needs no service. | The panel lasts 25 years.
According to the vendor, the panel lasts 25 years and needs no service. | The panel needs no service.
The museum, a former mill, and the church were restored in 2004 and 2011. | The church was restored in 2004.
Guests from Norway, Sweden and Finland pay 20, 25 and 30 euros. | Guests from Finland pay 20 euros.
The dean asked whether the grant was spent and the report was sent. | The report was sent.
Mr Dahl, who chairs the works council, and Ms Roth, the nurse, signed the minutes. | Mr Dahl is the nurse.
Nobody but the caretaker, Ann Lowe, has a key. | Ann Lowe has no key.
The garage next to the bakery, Adler Bikes, repairs scooters. | The bakery is Adler Bikes.
The owner of the barge, who lives in Ghent, pays the fee. | The barge lives in Ghent.
The captain spoke to the owners of the barge, who live in Ghent. | The barge lives in Ghent.
The price of the ticket, which is printed on the back, is refunded. | The ticket is printed on the back.
The lid of the jar, which was bought in 2010, is cracked. | The jar was bought in 2010.
Visitors with a badge, who may enter the lab, must sign. | The badge may enter the lab.
Some drivers, who had no licence, were fined. | Drivers had no licence.
Two of the boats, which leak, are for sale. | The boats leak.
Half of the pupils, who sat at the back, failed. | The pupils sat at the back.
Access may be granted to lawyers in May, but not to their clients. | Access is not granted to clients.
The price probably includes breakfast. | Breakfast is included in the price.
The mayor and the council of Lund and Ystad agreed. | The council of Lund agreed.
The bread and butter pudding is served at noon. | The bread is served at noon.
Black and white photographs are archived. | Black photographs are archived.
Ann and Ben are married. | Ann is married.
Ann and Ben are neighbours. | Ann is a neighbour.
Ann and Ben are the parents of Kim. | Ann is the parents of Kim.
Lund and Ystad are connected by rail. | Lund is connected by rail.
The hall and tower were sold for 3 million euros. | The tower was sold for 3 million euros.
The brothers Tom and Jan are twins. | The brothers Tom are twins.
Nurses and doctors were outnumbered by visitors. | Nurses were outnumbered by visitors.
Ann and Ben are alone in the house. | Ann is alone in the house.
The bus and the tram were the winners of the vote. | The bus was the winners of the vote.
Flour, water and salt are enough for bread. | Flour is enough for bread.
Flour, water and salt are enough for bread. | Water is enough for bread.
A passport and a visa are enough for entry. | A passport is enough for entry.
A passport and visa are sufficient. | A passport is sufficient.
The seller and buyer are in agreement. | The seller is in agreement.
Ann and Ben were elected chair and secretary. | Ben was elected chair.
Oslo and Rome are the capitals of Norway and Italy. | Rome is the capital of Norway.
The prize is shared by Ann and Ben. | The prize is shared by Ann.
The river runs between Lund and Ystad. | The river runs between Lund.
You may choose soup or salad. | You may choose soup and salad.
A tent or caravan may be parked for 14 nights. | A tent and a caravan may be parked for 14 nights.
Members may bring a guest or a dog. | Members may bring a guest and a dog.
The seller may repair or replace the goods. | The seller may repair and replace the goods.
Visitors may be searched or refused entry by the guard. | Visitors are refused entry by the guard.
Soak the beans and drain them after 8 hours. | Soak the beans after 8 hours.
Sand the board and oil it twice before use. | Sand the board twice.
The court ruled that the fine was void because the form was unsigned. | The form was unsigned.
The hall will open in May 2030, when the lift is ready. | The hall opened in May 2030.
The ground floor is heated with gas in winter, the attic is not. | The attic is not heated.
If it rains, the match is moved; the fee is waived; tea is free. | The fee is waived.
If it rains, the match is moved; the fee is waived; tea is free. | Tea is free.
On strike days: trains stop; buses run hourly; taxis are free. | Taxis are free.
On strike days: trains stop; buses run hourly; taxis are free. | Buses run hourly.
"""


def rows(text: str) -> list[tuple[str, str]]:
    pairs = [line.split(" | ") for line in text.splitlines()]
    return [(sentence, claim) for sentence, claim in pairs]


def verdict(sentence: str, claim: str) -> str:
    return judge(claim, Evidence([{"label": "1", "title": "", "text": sentence}])).verdict


@pytest.mark.parametrize(("sentence", "claim"), rows(FOLLOWS))
def test_a_part_of_what_a_sentence_says_is_supported(sentence: str, claim: str) -> None:
    assert verdict(sentence, claim) == "SUPPORTED"


@pytest.mark.parametrize(("sentence", "claim"), rows(DOES_NOT_FOLLOW))
def test_what_holds_of_several_together_or_of_a_part_only_is_not_told_of_another(sentence: str, claim: str) -> None:
    assert verdict(sentence, claim) != "SUPPORTED"


WORDS = ("the", "pump", "and", "or", ",", ";", "which", "because", "Ann", "Lowe", "includes", "not", "is", "on", "9")


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_every_sentence_has_few_statements_and_the_same_every_time(text: str) -> None:
    found = statements(text)
    assert len(found) <= MOST_STATEMENTS
    assert statements.__wrapped__(text) == found


@pytest.mark.parametrize(
    "unit", ["a, b, ", "because because ", "and and ", "the x of ", "which who ", "the a, which b, "]
)
def test_a_very_long_sentence_is_not_taken_apart(unit: str) -> None:
    assert statements("Cash and tickets are insured; tea is free") != ()
    assert statements((unit * LONGEST_TAKEN_APART)[: LONGEST_TAKEN_APART - 1] + "xy") == ()
