"""The review queue in a browser without a script, and the answers that a script gets."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from datasets.models import Decision, Pair
from studio.accounts.models import Team, User
from tests.datasets.pairs import COMPLETION, DRAFT, INSTRUCTION, make_pair

Clients = Callable[[User], Client]
SCRIPT = {"HX-Request": "true"}
HOSTILE = '</textarea></template><script>alert(1)</script><img src=x onerror="alert(2)">{{ 7|add:7 }}'


def decide(client: Client, pair: Pair, *, script: bool = False, **data: Any) -> Any:
    return client.post(f"/pairs/{pair.pk}/decide/", {"version": 1, **data}, headers=SCRIPT if script else {})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def cards_in(response: Any) -> list[str]:
    return re.findall(r'data-card="([0-9a-f-]+)"', text_of(response))


@pytest.fixture
def rita_client(rita: User, client_for: Clients) -> Client:
    return client_for(rita)


def test_the_queue_shows_one_card_and_has_three_more_at_hand(team: Team, rita: User, rita_client: Client) -> None:
    pairs = [make_pair(team) for _ in range(6)]
    response = rita_client.get("/review/")
    assert cards_in(response) == [str(pair.pk) for pair in pairs[:4]]
    assert text_of(response).count("<template data-next>") == 3
    assert set(Pair.objects.filter(leased_by=rita).values_list("pk", flat=True)) == {pair.pk for pair in pairs[:4]}


def test_every_verdict_has_its_key_on_its_button(team: Team, rita_client: Client) -> None:
    make_pair(team)
    page = text_of(rita_client.get("/review/"))
    for key in "aexrszjkdi":
        assert re.search(rf'data-key="{key}"', page), key
    for number in range(1, 7):
        assert f'data-key="{number}"' in page


def test_two_reviewers_get_different_cards(team: Team, alice: User, rita_client: Client, client_for: Clients) -> None:
    for _ in range(8):
        make_pair(team)
    mine, theirs = cards_in(rita_client.get("/review/")), cards_in(client_for(alice).get("/review/"))
    assert len(mine) == len(theirs) == 4
    assert not set(mine) & set(theirs)


def test_the_queue_can_be_filtered_and_sorted(team: Team, rita_client: Client) -> None:
    low = make_pair(team, instruction="About penguins", score=0.2)
    high = make_pair(team, instruction="About penguins and seals", score=0.9)
    make_pair(team, instruction="About whales")
    found = cards_in(rita_client.get("/review/", {"q": "penguins", "sort": "-score"}))
    assert found == [str(high.pk), str(low.pk)]


def test_a_link_to_a_pair_puts_it_in_front(team: Team, rita_client: Client) -> None:
    pairs = [make_pair(team) for _ in range(6)]
    found = cards_in(rita_client.get("/review/", {"pair": str(pairs[5].pk)}))
    assert found == [str(pair.pk) for pair in (pairs[5], *pairs[:3])]


def test_a_link_to_a_pair_that_somebody_holds_says_so(
    team: Team, alice: User, rita_client: Client, client_for: Clients
) -> None:
    pair = make_pair(team)
    client_for(alice).get("/review/")
    response = rita_client.get("/review/", {"pair": str(pair.pk)})
    assert "somebody else is on it" in text_of(response)
    assert cards_in(response) == []


def test_members_see_the_queue_s_figures_but_no_card(team: Team, bob: User, client_for: Clients) -> None:
    make_pair(team)
    response = client_for(bob).get("/review/")
    assert "Reviewers decide here" in text_of(response)
    assert cards_in(response) == []
    assert Pair.objects.get().leased_by is None


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        ({"verdict": "approve"}, "approved", ("", "")),
        ({"verdict": "reject:wrong"}, "rejected", ("wrong", "")),
        ({"verdict": "reject", "reason": "Too long."}, "rejected", ("", "Too long.")),
        ({"verdict": "send_back", "note": "Name the source."}, "sent_back", ("", "Name the source.")),
    ],
)
def test_a_plain_form_decides_and_leads_back_to_the_queue(
    team: Team, rita_client: Client, data: dict[str, str], status: str, reason: tuple[str, str]
) -> None:
    pair = make_pair(team)
    response = decide(rita_client, pair, seconds="12", **data)
    assert (response.status_code, response.url) == (302, "/review/")
    pair.refresh_from_db()
    decision = Decision.objects.get()
    assert (pair.status, decision.seconds) == (status, 12)
    assert (decision.reason_code, decision.reason) == reason


def test_the_way_back_keeps_the_filter(team: Team, rita_client: Client) -> None:
    pair = make_pair(team)
    response = rita_client.post(f"/pairs/{pair.pk}/decide/?q=battery&sort=score", {"verdict": "approve", "version": 1})
    assert response.url == "/review/?q=battery&sort=score"


def test_the_answer_to_a_script_brings_the_next_card(team: Team, rita_client: Client) -> None:
    pairs = [make_pair(team) for _ in range(6)]
    hand = cards_in(rita_client.get("/review/"))
    response = decide(rita_client, pairs[0], script=True, verdict="approve", have=hand[1:])
    assert response.status_code == 200
    assert cards_in(response) == [str(pairs[4].pk)]


def test_a_pair_whose_decision_is_still_on_its_way_is_not_given_out_again(team: Team, rita_client: Client) -> None:
    pairs = [make_pair(team) for _ in range(3)]
    response = decide(rita_client, pairs[0], script=True, verdict="approve", without=[str(pairs[1].pk)])
    assert cards_in(response) == [str(pairs[2].pk)]


def test_the_answer_to_a_script_with_an_empty_hand_fills_it(team: Team, rita_client: Client) -> None:
    pairs = [make_pair(team) for _ in range(6)]
    response = decide(rita_client, pairs[0], script=True, verdict="approve")
    assert cards_in(response) == [str(pair.pk) for pair in pairs[1:5]]


def test_an_untouched_text_keeps_its_bytes_although_browsers_change_line_ends(team: Team, rita_client: Client) -> None:
    text = "One\r\ntwo\rthree\nfour"
    pair = make_pair(team, completion=text)
    decide(rita_client, pair, verdict="approve", text="One\r\ntwo\r\nthree\r\nfour")
    pair.refresh_from_db()
    assert (pair.completion, Decision.objects.get().was_edited) == (text, False)


def test_an_edited_text_is_stored_with_plain_line_ends(team: Team, rita_client: Client) -> None:
    pair = make_pair(team)
    decide(rita_client, pair, verdict="approve", text="  One\r\n\r\nTwo ")
    pair.refresh_from_db()
    assert pair.completion == "  One\n\nTwo "


def test_the_first_empty_line_of_a_text_survives_the_form(team: Team, rita_client: Client) -> None:
    make_pair(team, completion="\n\nAfter two empty lines.")
    page = text_of(rita_client.get("/review/"))
    assert 'spellcheck="true">\n\n\nAfter two empty lines.</textarea>' in page


def test_ticked_hunks_go_back_to_the_draft_without_a_script(team: Team, rita_client: Client) -> None:
    pair = make_pair(team, draft="Red fish swim slowly today.", completion="Blue fish swim quickly today.")
    decide(rita_client, pair, verdict="approve", text=pair.completion, revert=["2"])
    pair.refresh_from_db()
    assert pair.completion == "Blue fish swim slowly today."


def test_reverting_every_hunk_gives_the_draft(team: Team, rita_client: Client) -> None:
    pair = make_pair(team)
    decide(rita_client, pair, verdict="approve", revert=[str(number) for number in range(1, 20)])
    pair.refresh_from_db()
    assert pair.completion == DRAFT


@pytest.mark.parametrize("script", [True, False])
def test_a_late_decision_is_answered_409_with_the_text_kept(
    team: Team, alice: User, rita_client: Client, client_for: Clients, script: bool
) -> None:
    pair = make_pair(team)
    decide(client_for(alice), pair, verdict="reject", reason="Not this one.")
    response = decide(rita_client, pair, script=script, verdict="approve", text="My careful text")
    page = text_of(response)
    assert response.status_code == 409
    assert "Alice rejected this pair meanwhile" in page
    assert "My careful text</textarea>" in page
    assert COMPLETION in page
    assert ("<html" in page) is not script
    pair.refresh_from_db()
    assert (pair.status, pair.completion) == ("rejected", COMPLETION)


def test_a_decision_about_an_older_version_shows_the_card_again_with_the_text(team: Team, rita_client: Client) -> None:
    pair = make_pair(team)
    decide(rita_client, pair, verdict="approve")
    rita_client.post("/review/undo/")
    response = decide(rita_client, pair, verdict="approve", text="My careful text")
    assert response.status_code == 409
    assert cards_in(response) == [str(pair.pk)]
    assert 'name="version" value="2"' in text_of(response)


@pytest.mark.parametrize(
    "data", [{"verdict": "reject"}, {"verdict": "maybe"}, {"verdict": "approve", "text": "a\x00b"}, {"verdict": ""}]
)
def test_a_form_that_cannot_be_used_is_answered_422(team: Team, rita_client: Client, data: dict[str, str]) -> None:
    response = decide(rita_client, make_pair(team), **data)
    assert response.status_code == 422
    assert "Nothing was saved yet" in text_of(response)
    assert Pair.objects.get().is_proposed


def test_a_skipped_pair_is_free_for_others_and_comes_again_at_the_end(
    team: Team, alice: User, rita_client: Client, client_for: Clients
) -> None:
    pairs = [make_pair(team) for _ in range(2)]
    rita_client.get("/review/")
    rita_client.post(f"/pairs/{pairs[0].pk}/skip/")
    assert cards_in(rita_client.get("/review/")) == [str(pairs[1].pk)]
    assert cards_in(client_for(alice).get("/review/")) == [str(pairs[0].pk)]
    decide(client_for(alice), pairs[0], verdict="approve")
    decide(rita_client, pairs[1], verdict="approve")
    other = make_pair(team)
    rita_client.post(f"/pairs/{other.pk}/skip/")
    assert cards_in(rita_client.get("/review/")) == [str(other.pk)]


def test_undo_brings_the_pair_back(team: Team, rita_client: Client) -> None:
    pair = make_pair(team)
    decide(rita_client, pair, verdict="approve", text="Changed.")
    assert rita_client.post("/review/undo/").url == f"/review/?pair={pair.pk}"
    pair.refresh_from_db()
    assert (pair.status, pair.version, pair.completion) == ("proposed", 2, COMPLETION)


def test_undo_answers_a_script_with_the_card(team: Team, rita_client: Client) -> None:
    pair = make_pair(team)
    decide(rita_client, pair, script=True, verdict="approve")
    assert cards_in(rita_client.post("/review/undo/", headers=SCRIPT)) == [str(pair.pk)]
    assert cards_in(rita_client.post("/review/undo/", headers=SCRIPT)) == []


def test_an_empty_queue_offers_an_undo_to_whoever_has_decided(team: Team, rita_client: Client) -> None:
    assert "data-undo-last hidden>" in text_of(rita_client.get("/review/"))
    decide(rita_client, make_pair(team), verdict="approve")
    assert "data-undo-last>" in text_of(rita_client.get("/review/"))
    rita_client.post("/review/undo/")
    assert "data-undo-last hidden>" in text_of(rita_client.get("/review/"))


def test_the_heartbeat_says_which_cards_are_still_held(
    team: Team, alice: User, rita: User, rita_client: Client
) -> None:
    pairs = [make_pair(team) for _ in range(3)]
    have = cards_in(rita_client.get("/review/"))
    Pair.objects.filter(pk=pairs[1].pk).update(leased_by=alice)
    decide(rita_client, pairs[2], verdict="approve")
    held = rita_client.post("/review/heartbeat/", {"have": [*have, "nonsense"]}).json()["held"]
    assert held == [str(pairs[0].pk)]


def test_leafing_on_brings_more_until_the_hand_is_full(team: Team, rita_client: Client) -> None:
    for _ in range(20):
        make_pair(team)
    have = cards_in(rita_client.get("/review/"))
    while fresh := cards_in(rita_client.post("/review/more/", {"have": have})):
        have += fresh
    assert len(have) == len(set(have)) == 12


@pytest.mark.parametrize("address", ["decide/", "skip/", "undo/", "take-over/"])
def test_strangers_find_nothing_and_members_may_not(
    team: Team, bob: User, charlie: User, client_for: Clients, address: str
) -> None:
    pair = make_pair(team)
    data = {"verdict": "approve", "version": 1}
    assert client_for(charlie).post(f"/pairs/{pair.pk}/{address}", data).status_code == 404
    assert client_for(bob).post(f"/pairs/{pair.pk}/{address}", data).status_code == 403
    assert Pair.objects.get().is_proposed


@pytest.mark.parametrize("address", ["/review/more/", "/review/undo/", "/review/heartbeat/", "/pairs/bulk/"])
def test_members_may_not_use_the_queue_s_tools(bob: User, client_for: Clients, address: str) -> None:
    assert client_for(bob).post(address).status_code == 403


@pytest.mark.parametrize("address", ["/review/", "/review/counts/", "/pairs/"])
def test_nobody_looks_in_without_signing_in(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 302


def test_a_stranger_s_queue_is_their_own(team: Team, charlie: User, client_for: Clients) -> None:
    make_pair(team)
    assert cards_in(client_for(charlie).get("/review/")) == []


@pytest.mark.parametrize("field", ["instruction", "system", "draft", "completion"])
def test_hostile_text_is_inert(team: Team, rita_client: Client, field: str) -> None:
    pair = make_pair(team, **{field: HOSTILE})
    for page in (rita_client.get("/review/"), rita_client.get(f"/pairs/{pair.pk}/"), rita_client.get("/pairs/")):
        text = text_of(page)
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "onerror=" not in text.replace("onerror=&quot;", "")
    assert text_of(rita_client.get("/review/")).count("</template>") == 5  # the page's own


def test_hostile_evidence_claims_and_critique_are_inert(team: Team, rita_client: Client) -> None:
    evidence = [{"n": 1, "title": HOSTILE, "text": HOSTILE, "document_id": HOSTILE}]
    claims = [{"text": HOSTILE, "verdict": "NOT_FOUND", "quotes": [{"n": 1, "text": "onerror"}], "note": HOSTILE}]
    critique = {
        "summary": HOSTILE,
        "aspects": [{"name": HOSTILE, "score": 1, "why": HOSTILE}],
        "issues": [{"fix": HOSTILE, "severity": HOSTILE}],
    }
    make_pair(team, evidence=evidence, claims=claims, critique=critique, flags=[HOSTILE])
    text = text_of(rita_client.get("/review/"))
    assert "<script>alert" not in text
    assert "<img" not in text
    assert INSTRUCTION in text


def test_a_reason_is_inert_in_the_conflict_and_in_the_history(
    team: Team, alice: User, rita_client: Client, client_for: Clients
) -> None:
    pair = make_pair(team)
    decide(client_for(alice), pair, verdict="reject", reason=HOSTILE)
    for page in (decide(rita_client, pair, verdict="approve", text=HOSTILE), rita_client.get(f"/pairs/{pair.pk}/")):
        assert "<script>alert" not in text_of(page)


def test_the_figures_above_the_queue_count_decisions_of_this_person(
    team: Team, alice: User, rita_client: Client, client_for: Clients
) -> None:
    pairs = [make_pair(team) for _ in range(4)]
    decide(rita_client, pairs[0], verdict="approve")
    decide(client_for(alice), pairs[1], verdict="approve")
    text = re.sub(r"<[^>]+>", "", text_of(rita_client.get("/review/counts/")))
    assert "2 left" in text
    assert "1 by you today" in text
