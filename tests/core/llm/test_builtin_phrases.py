"""Words that change places, cells that change rows, parts that are dropped: none of it is supported."""

import pytest

from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import judge
from studio.llm.builtin.write import NO_ANSWER, draft

TABLE = "Plan,Monthly price (USD),Users included\nStarter,9,1\nTeam,29,5\nBusiness,99,25"


def verdict(text: str, claim: str) -> str:
    return judge(claim, Evidence([{"label": "1", "title": "", "text": text}])).verdict


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The control contains water instead of template.", "The control contains template instead of water."),
        ("Add 1 µL of the supernatant to 24 µL of master mix.", "Add 24 µL of the supernatant to 1 µL of master mix."),
        ("500 g rye flour, 300 g wheat flour and salt.", "300 g rye flour, 500 g wheat flour and salt."),
        ("Twenty-three species of fish live here, four of which are endemic.", "Twenty-three species are endemic."),
        (
            "The cost must be met by the applicant, in cash or in kind.",
            "The cost must be met by the applicant in cash.",
        ),
        ("Grants pay for tools, but not for salaries or land.", "Grants pay for land."),
        (
            "If availability falls below 99 %, the customer receives a credit of 5 %.",
            "The customer receives a credit of 5 %.",
        ),
        ("Do not vortex the sample after spinning.", "Do not spin the sample after vortexing."),
        ("Children under 12 years must not take Dolorin.", "Do not take Dolorin."),
        ("The proposal was rejected by three votes to one.", "The proposal was rejected by one vote to three."),
        ('The lease binds Hollis Ltd ("the Landlord") and Maren Okafor.', "Maren Okafor is the Landlord."),
        (TABLE, "The Team plan costs 99 USD a month."),
        (TABLE, "The Team plan includes 29 users."),
        (TABLE, "The Team plan costs 29 USD a year."),
    ],
)
def test_a_claim_with_words_or_cells_in_other_places_is_not_supported(text, claim):
    assert verdict(text, claim) != "SUPPORTED"


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (TABLE, "The Team plan costs 29 USD a month."),
        ("Divers found the char in 2011 and took it home.", "The char was found by divers in 2011."),
        (
            "Claims are settled within 3 weeks if all papers are in.",
            "If all papers are in, claims are settled within 3 weeks.",
        ),
        ("Maintenance is announced and does not count as downtime.", "Maintenance does not count as downtime."),
    ],
)
def test_a_row_or_a_whole_phrase_in_another_place_is_not_contradicted(text, claim):
    assert verdict(text, claim) != "CONTRADICTED"


def test_a_question_of_two_parts_is_answered_in_both():
    text = "Backups are kept for 35 days. The office opens at nine. Personal data is encrypted with AES-256."
    answer = draft(
        "How long are backups kept and how is personal data encrypted?", Evidence([{"label": "1", "text": text}])
    )
    assert "35 days" in answer
    assert "AES-256" in answer


def test_what_somebody_did_not_do_is_no_answer_to_who_did_it():
    text = "The Quiet Dam is shown in the Great Hall at eight."
    assert draft('Who directed "The Quiet Dam"?', Evidence([{"label": "1", "text": text}])) == NO_ANSWER


@pytest.mark.parametrize("piece", ["1 ", "1,", "not ", "if a, "])
def test_a_claim_too_long_to_compare_is_not_found(piece):
    assert verdict("The lift carries 450 kg.", piece * 20_000) in ("NOT_FOUND", "NOT_CHECKABLE")


def test_a_sentence_behind_a_hundred_kilobytes_of_tiny_rows_is_still_found():
    table = "\n".join(f"x{n}\ty{n}\tz{n}" for n in range(6_000))
    evidence = Evidence([{"label": "1", "title": "", "text": f"{table}\n\nThe lift carries 450 kg."}])
    assert len(evidence.sentences) > 6_000
    assert judge("The lift carries 450 kg.", evidence).verdict == "SUPPORTED"
    assert draft("How much weight does the lift carry?", evidence) == "The lift carries 450 kg [1]."
