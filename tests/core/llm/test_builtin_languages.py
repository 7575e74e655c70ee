"""Documents that are not in English: nothing false is supported, and the sentence itself still is."""

import pytest

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import claim_spans, judge
from studio.llm.language import leaning

GERMAN = """\
Die Waschküche ist montags bis freitags von 7 bis 20 Uhr geöffnet. Sonntags darf nicht gewaschen werden. Jede
Mietpartei erhält zwei Kellerschlüssel, und ein Ersatzschlüssel kostet 35 Euro.

Frau Weber verwaltet die Fahrradgarage, und Herr Kranz betreut den Garten. Der Hausmeister meldet Schäden der
Verwaltung innerhalb von drei Tagen. Hunde dürfen nur an der Leine in den Hof. Alle Mieter müssen das
Treppenhaus abwechselnd reinigen, außer den Bewohnern des Erdgeschosses.

Der Vermieter übernimmt die Kosten der Heizungswartung, wenn der Vertrag nach 2015 geschlossen wurde. Grillen
auf dem Balkon ist verboten. Der Aufzug wurde 2011 von der Firma Otto Berg eingebaut und wird zweimal im Jahr
geprüft.
"""
FALSE_GERMAN = """\
Die Waschküche ist montags bis freitags von 7 bis 22 Uhr geöffnet.
Jede Mietpartei erhält drei Kellerschlüssel.
Ein Ersatzschlüssel kostet 45 Euro.
Sonntags darf gewaschen werden.
Grillen auf dem Balkon ist nicht verboten.
Grillen auf dem Balkon ist erlaubt.
Frau Kranz verwaltet die Fahrradgarage.
Herr Weber betreut den Garten.
Die Verwaltung meldet Schäden dem Hausmeister innerhalb von drei Tagen.
Herr Kranz verwaltet die Fahrradgarage, und Frau Weber betreut den Garten.
Der Hausmeister meldet Schäden der Verwaltung innerhalb von fünf Tagen.
Einige Mieter müssen das Treppenhaus abwechselnd reinigen.
Alle Mieter müssen das Treppenhaus abwechselnd reinigen.
Keine Mieter müssen das Treppenhaus abwechselnd reinigen.
Der Vermieter übernimmt die Kosten der Heizungswartung.
Der Vermieter übernimmt die Kosten der Heizungswartung, wenn der Vertrag vor 2015 geschlossen wurde.
Der Aufzug wurde 2012 von der Firma Otto Berg eingebaut.
Der Aufzug wird dreimal im Jahr geprüft.
Der Aufzug wurde 2011 von der Firma Otto Lang eingebaut.
Hunde dürfen nicht an der Leine in den Hof.
Hunde dürfen in den Hof.
Die Waschküche ist samstags bis freitags von 7 bis 20 Uhr geöffnet.
Der Mieter übernimmt die Kosten der Heizungswartung, wenn der Vertrag nach 2015 geschlossen wurde.
Der Aufzug wurde 2011 nicht von der Firma Otto Berg eingebaut.
Niemand verwaltet die Fahrradgarage.
Alle Mieter müssen das Treppenhaus abwechselnd reinigen, auch die Bewohner des Erdgeschosses.
Sonntags darf nicht gewaschen werden, montags auch nicht.
Der Aufzug wird mindestens zweimal im Jahr geprüft.
"""

FRENCH = """\
La médiathèque ouvre du mardi au samedi de 10 h à 18 h. Elle est fermée le dimanche. Chaque abonné peut
emprunter six livres pour trois semaines, et les nouveautés ne peuvent pas être renouvelées. L'abonnement
annuel coûte 18 euros.

Mme Girard dirige la section jeunesse et M. Petit s'occupe du fonds local. Les bibliothécaires préviennent les
lecteurs par courriel. Tous les enfants doivent être accompagnés, sauf les plus de douze ans. Aucun animal
n'est admis dans les salles.

La commune a acheté le bâtiment en 1998 à la famille Morel. Le retard coûte 0,20 euro par jour si le livre
n'est pas rendu après deux rappels. Il est interdit de manger dans la salle de lecture.
"""
FALSE_FRENCH = """\
La médiathèque ouvre du mardi au samedi de 10 h à 19 h.
Chaque abonné peut emprunter huit livres pour trois semaines.
Chaque abonné peut emprunter six livres pour quatre semaines.
L'abonnement annuel coûte 28 euros.
Les nouveautés peuvent être renouvelées.
Elle n'est pas fermée le dimanche.
La médiathèque est ouverte le dimanche.
Mme Petit dirige la section jeunesse.
M. Girard s'occupe du fonds local.
Les lecteurs préviennent les bibliothécaires par courriel.
La famille Morel a acheté le bâtiment en 1998 à la commune.
Certains enfants doivent être accompagnés.
Tous les enfants doivent être accompagnés.
Tout animal est admis dans les salles.
Il n'est pas interdit de manger dans la salle de lecture.
Il est permis de manger dans la salle de lecture.
La commune a acheté le bâtiment en 1989 à la famille Morel.
La commune a acheté le bâtiment en 1998 à la famille Martin.
Le retard coûte 0,20 euro par jour.
Le retard coûte 0,30 euro par jour si le livre n'est pas rendu après deux rappels.
Le retard coûte 0,20 euro par jour si le livre est rendu après deux rappels.
La commune n'a jamais acheté le bâtiment.
Aucun abonné ne peut emprunter six livres.
Seuls les enfants doivent être accompagnés.
La médiathèque ouvre du lundi au samedi de 10 h à 18 h.
Un animal est admis dans les salles.
Personne ne dirige la section jeunesse.
"""

SPANISH = """\
El huerto tiene 42 parcelas y cada parcela mide 30 metros cuadrados. La cuota anual es de 60 euros. No se
permite usar pesticidas. Los socios pueden regar los martes y los jueves antes de las diez.

Lucía Romero coordina el compostaje y Andrés Vidal guarda las herramientas. El presidente informa a la
asamblea cada trimestre. Todos los socios deben trabajar cuatro horas al mes, excepto los mayores de setenta
años. Ningún socio puede ceder su parcela.

El ayuntamiento cedió el terreno a la asociación en 2009. Si un socio falta a tres reuniones, pierde su turno
de riego. El pozo fue reparado por la empresa Hidrosur. Los perros nunca entran en el invernadero.
"""
FALSE_SPANISH = """\
El huerto tiene 24 parcelas.
Cada parcela mide 40 metros cuadrados.
La cuota anual es de 80 euros.
Se permite usar pesticidas.
La cuota anual no es de 60 euros.
Los socios pueden regar los lunes y los jueves antes de las diez.
Los socios pueden regar los martes y los jueves después de las diez.
Andrés Vidal coordina el compostaje.
Lucía Vidal coordina el compostaje.
Lucía Romero guarda las herramientas.
La asamblea informa al presidente cada trimestre.
La asociación cedió el terreno al ayuntamiento en 2009.
Algunos socios deben trabajar cuatro horas al mes.
Todos los socios deben trabajar cuatro horas al mes.
Todos los socios deben trabajar seis horas al mes, excepto los mayores de setenta años.
Cualquier socio puede ceder su parcela.
Un socio puede ceder su parcela.
El ayuntamiento cedió el terreno a la asociación en 2019.
Si un socio falta a dos reuniones, pierde su turno de riego.
Un socio pierde su turno de riego.
Si un socio falta a tres reuniones, no pierde su turno de riego.
El pozo fue reparado por la empresa Hidronorte.
El pozo reparó la empresa Hidrosur.
El pozo no fue reparado por la empresa Hidrosur.
Los perros entran en el invernadero.
Los perros siempre entran en el invernadero.
Los socios no pueden regar los martes.
Nadie coordina el compostaje.
El presidente informa a la asamblea cada mes.
"""

NORWEGIAN = """\
Havna har 85 plasser, og hver plass koster 4200 kroner i året. Havnekontoret er åpent fra klokka 9 til 15. Det
er ikke lov å bade fra bryggene. Hver båteier skal stå nattvakt to ganger i sesongen.

Kari Lunde leder havnestyret, og Per Moen har ansvar for kranen. Havnefogden varsler båteierne på e-post. Alle
medlemmer må delta på dugnad, unntatt medlemmer over 75 år. Ingen kan leie ut plassen sin.

Kommunen solgte området til båtforeningen i 1987. Et medlem mister plassen hvis avgiften ikke er betalt før 1.
mars. Bensinpumpa ble levert av firmaet Norpump. Hunder må alltid gå i bånd.
"""
FALSE_NORWEGIAN = """\
Havna har 95 plasser.
Hver plass koster 5200 kroner i året.
Havnekontoret er åpent fra klokka 9 til 17.
Det er lov å bade fra bryggene.
Havnekontoret er ikke åpent fra klokka 9 til 15.
Hver båteier skal stå nattvakt tre ganger i sesongen.
Hver båteier skal ikke stå nattvakt to ganger i sesongen.
Per Moen leder havnestyret.
Kari Moen leder havnestyret.
Kari Lunde har ansvar for kranen.
Båteierne varsler havnefogden på e-post.
Båtforeningen solgte området til kommunen i 1987.
Noen medlemmer må delta på dugnad.
Alle medlemmer må delta på dugnad.
Ingen medlemmer må delta på dugnad, unntatt medlemmer over 75 år.
Alle kan leie ut plassen sin.
Kommunen solgte området til båtforeningen i 1997.
Et medlem mister plassen.
Et medlem mister plassen hvis avgiften er betalt før 1. mars.
Et medlem mister plassen hvis avgiften ikke er betalt før 1. mai.
Et medlem mister plassen hvis avgiften ikke er betalt etter 1. mars.
Bensinpumpa ble levert av firmaet Sørpump.
Bensinpumpa ble ikke levert av firmaet Norpump.
Hunder må aldri gå i bånd.
Hunder må ikke gå i bånd.
Ingen leder havnestyret.
Alle medlemmer må delta på dugnad, unntatt medlemmer over 65 år.
"""

CHINESE = """\
图书馆周二至周日上午九点开放,周一闭馆。每位读者最多可借五本书,借期为30天。年费是120元。馆内禁止饮食。

王丽负责儿童阅览室,张强负责古籍部。馆员通知读者还书。所有读者必须出示证件,十二岁以下儿童除外。任何人不得转借借书证。

市政府于2003年向图书馆捐赠了大楼。如果图书逾期超过十天,读者需要支付罚款。电梯由东方公司安装。读者不能带宠物入馆。
"""
FALSE_CHINESE = """\
每位读者最多可借六本书。
借期为40天。
年费是150元。
馆内允许饮食。
馆内不禁止饮食。
张强负责儿童阅览室。
王丽负责古籍部。
王强负责儿童阅览室。
读者通知馆员还书。
图书馆于2003年向市政府捐赠了大楼。
部分读者必须出示证件。
所有读者必须出示证件。
任何人可以转借借书证。
市政府于2013年向图书馆捐赠了大楼。
如果图书逾期超过二十天,读者需要支付罚款。
读者需要支付罚款。
如果图书逾期超过十天,读者不需要支付罚款。
电梯由西方公司安装。
电梯不是由东方公司安装。
读者能带宠物入馆。
读者可以带宠物入馆。
周二闭馆。
周一开放。
图书馆周二至周日上午八点开放。
没有读者必须出示证件。
每位读者至少可借五本书。
年费是20元。
年费是1200元。
十二岁以上儿童除外。
"""

LANGUAGES = [
    (GERMAN, FALSE_GERMAN),
    (FRENCH, FALSE_FRENCH),
    (SPANISH, FALSE_SPANISH),
    (NORWEGIAN, FALSE_NORWEGIAN),
    (CHINESE, FALSE_CHINESE),
]
FALSEHOODS = [(document, claim) for document, claims in LANGUAGES for claim in claims.splitlines()]


def of(text):
    return Evidence([{"label": "1", "title": "", "text": text}])


@pytest.mark.parametrize(("document", "claim"), FALSEHOODS, ids=lambda v: v if len(v) < 120 else "")
def test_a_false_claim_in_another_language_is_never_supported(document, claim):
    assert judge(claim, of(document)).verdict != "SUPPORTED"


@pytest.mark.parametrize("document", [document for document, _ in LANGUAGES])
def test_every_whole_sentence_of_another_language_supports_itself(document):
    evidence = of(document)
    unlike = [s.quotable for s in evidence.sentences if judge(s.text, evidence).verdict != "SUPPORTED"]
    assert [text for text in unlike if not text.endswith(("?", ":"))] == []


@pytest.mark.parametrize(
    ("document", "claim", "part"),
    [
        (GERMAN, "Die Waschküche ist montags bis freitags von 7 bis 22 Uhr geöffnet.", "von 7 bis 20 Uhr"),
        (NORWEGIAN, "Kommunen solgte området til båtforeningen i 1997.", "i 1987"),
        (SPANISH, "La cuota anual es de 80 euros.", "60 euros"),
    ],
)
def test_the_same_sentence_with_another_figure_is_contradicted(document, claim, part):
    found = judge(claim, of(document))
    assert found.verdict == "CONTRADICTED"
    assert part in found.proof[0].quotable


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        (
            "Koirat ovat sallittuja pihalla kytkettyinä, paitsi sunnuntaina iltapäivisin.",
            "Koirat ovat sallittuja pihalla.",
        ),
        ("Semua anggota harus hadir setiap bulan, kecuali anggota baru.", "Semua anggota harus hadir setiap bulan."),
        ("Psy mogą wchodzić do parku, jeżeli są na smyczy.", "Psy mogą wchodzić do parku."),
        ("Собакам можно входить во двор, если они на поводке.", "Собакам можно входить во двор."),
    ],
)
def test_a_language_nobody_listed_is_not_taken_for_english(sentence, claim):
    assert judge(claim, of(sentence)).verdict == "NOT_FOUND"
    assert judge(sentence, of(sentence)).verdict == "SUPPORTED"


def test_a_short_english_line_without_function_words_stays_english():
    evidence = of("The lift is checked every year.\n\nStore below 25 °C, away from light, and never in a freezer.")
    assert judge("Store below 25 °C.", evidence).verdict == "SUPPORTED"


def test_a_name_with_foreign_letters_leaves_a_sentence_english():
    assert leaning("Lucía Romero and Jörg Møller open the gate before the visitors arrive.") > 0


def test_typographic_apostrophes_are_not_of_another_language():
    assert leaning("The visitor’s dog doesn’t enter the hall.") == leaning("The visitor's dog doesn't enter the hall.")


def test_a_sentence_of_another_language_is_one_claim():
    text = "Die Halle ist offen, während der Hof am Sonntag geschlossen bleibt; das Tor ist nicht besetzt."
    assert claim_spans(text) == [(0, len(text))]
