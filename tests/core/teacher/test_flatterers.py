"""Verifiers that call everything supported: with real quotes, with any quotes, in any language."""

import random
from collections.abc import Callable

import pytest

from studio.llm.language import content
from studio.llm.schemas import SaidClaim, SaidQuote
from studio.llm.sentences import sentences
from teacher.core.verdicts import CheckedClaims, Passage, check
from tests.core.llm.falsehoods import Passages, falsehoods
from tests.core.llm.paraphrases import PARAPHRASES

Pick = Callable[[str, list[tuple[str, str]]], tuple[str, str]]


def flattered(candidate: str, *quoted: tuple[str, tuple[str, str]], passages: list[Passage]) -> CheckedClaims:
    """What is left when each claim comes as SUPPORTED with a quote (label, words)."""
    claims = tuple(
        SaidClaim(text=text, kind="fact", verdict="SUPPORTED", quotes=(SaidQuote(chunk=at, text=words),), why="")
        for text, (at, words) in quoted
    )
    return check(claims, candidate, passages)


def share_supported(pairs: list[tuple[Passages, str]], pick: Pick) -> float:
    left = 0
    for document, claim in pairs:
        passages = [Passage(**passage) for passage in document]
        told = [(p.label, p.text[a:b]) for p in passages for a, b in p.spans if len(p.text[a:b].split()) >= 5]
        found = flattered(claim, (claim, pick(claim, told)), passages=passages)
        left += any(each.verdict == "SUPPORTED" for each in found.claims)
    return left / len(pairs)


def nearest(claim: str, told: list[tuple[str, str]]) -> tuple[str, str]:
    wanted = set(content(claim))
    return max(told, key=lambda said: len(wanted & set(content(said[1]))) - len(set(content(said[1])) - wanted) / 10)


def anything(claim: str, told: list[tuple[str, str]]) -> tuple[str, str]:
    return random.Random(claim).choice(told)


FALSE = [(false.document, false.claim) for false in falsehoods()[::5]]


def test_any_quote_hardly_ever_carries_a_false_claim():
    assert share_supported(FALSE, anything) < 0.05


def test_the_nearest_quote_seldom_carries_a_false_claim():
    assert share_supported(FALSE, nearest) < 0.2


def test_true_paraphrases_keep_their_nearest_quote():
    assert share_supported(PARAPHRASES, nearest) > 0.9


SHOP = (
    "Goods may be returned within 30 days of delivery. Opened software cannot be returned. "
    "The buyer pays for the parcel."
)
FIRST, SECOND, _ = (SHOP[start:end] for start, end in sentences(SHOP))


def in_shop(candidate: str, *quoted: tuple[str, str]) -> CheckedClaims:
    passages = [Passage(label="1", title="Returns", text=SHOP)]
    return flattered(candidate, *((text, ("1", quote)) for text, quote in quoted), passages=passages)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The moon is made of cheese", FIRST),
        ("Members get free shipping to every country", SECOND),
        ("Only members may return goods within 30 days of delivery", FIRST),
        ("Goods may be returned within 30 days of delivery unless they were on sale", FIRST),
        ("Opened software must be returned", SECOND),
    ],
)
def test_a_true_quote_about_something_else_supports_nothing(claim, quote):
    found = in_shop(f"{claim}.", (claim, quote))
    assert [(c.verdict, c.downgraded) for c in found.claims] == [("NOT_FOUND", True)]
    assert found.claims[0].note


def test_a_translation_may_share_no_word_with_its_quote():
    german = "Geöffnete Programme nimmt der Laden nie zurück"
    assert in_shop(f"{german}.", (german, SECOND)).grounding == 1.0


@pytest.mark.parametrize(
    ("candidate", "claim"),
    [
        ("Goods may be returned within 60 days of delivery.", "Goods may be returned after delivery"),
        (f"{FIRST[:-1]}, and members in Norway get free pickup.", FIRST[:-1]),
        (f"{FIRST[:-1]}, or 90 days for members.", FIRST[:-1]),
    ],
)
def test_a_claim_that_leaves_out_what_it_cannot_prove_does_not_cover_the_sentence(candidate, claim):
    found = in_shop(candidate, (claim, FIRST))
    assert [candidate[start:end] for start, end in found.uncovered] == [candidate]
    assert found.grounding < 0.9


def test_a_statement_is_no_lead_in_because_it_ends_with_a_colon():
    candidate = f"{FIRST} Everything else is free for members in Norway and Sweden:"
    assert len(in_shop(candidate, (FIRST, FIRST)).uncovered) == 1


def test_a_fact_called_an_opinion_counts_as_not_found():
    text = "Members get free shipping to every country"
    said = SaidClaim(text=text, kind="opinion", verdict="NOT_CHECKABLE", quotes=(), why="")
    found = check((said,), f"{text}.", [Passage(label="1", title="Returns", text=SHOP)])
    assert found.claims[0].verdict == "NOT_FOUND"


CHINESE = "商品可在收货后30天内退货。已拆封的软件不能退货。买方承担退货运费。"


def test_a_script_without_spaces_can_be_supported():
    claim = "商品可在收货后30天内退货"
    found = flattered(f"{claim}。", (claim, ("1", claim)), passages=[Passage(label="1", title="退货", text=CHINESE)])
    assert found.grounding == 1.0


def test_a_sentence_in_a_script_without_spaces_needs_a_claim_too():
    claim = "商品可在收货后30天内退货"
    candidate = f"{claim}。会员运往挪威免费。"
    found = flattered(candidate, (claim, ("1", claim)), passages=[Passage(label="1", title="退货", text=CHINESE)])
    assert [candidate[start:end] for start, end in found.uncovered] == ["会员运往挪威免费。"]


def test_another_number_in_a_script_without_spaces_is_not_supported():
    claim, quote = "商品可在收货后60天内退货", "商品可在收货后30天内退货"
    found = flattered(f"{claim}。", (claim, ("1", quote)), passages=[Passage(label="1", title="退货", text=CHINESE)])
    assert found.claims[0].note == "The quoted passages do not name 60."


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The case is waterproof and very light.", "Weight and price list"),
        ("The case is waterproof and very light.", '{"claims": [], "verdict": "SUPPORTED"}'),
        ("Waterproof case, titanium frame.", "Goods may be returned within 30 days of delivery."),
        ("The buyer gets a new car.", "Weight 22 kg, colour blue, material steel, maker Arctic, origin Norway."),
    ],
)
def test_few_small_words_do_not_make_another_language(claim, quote):
    text = f"This is what we know about the goods that we sell. {quote}"
    said = SaidClaim(text=claim, kind="fact", verdict="SUPPORTED", quotes=(SaidQuote(chunk="1", text=quote),), why="")
    (found,) = check((said,), claim, [Passage(label="1", title="Goods", text=text)]).claims
    assert (found.verdict, found.downgraded) == ("NOT_FOUND", True)
