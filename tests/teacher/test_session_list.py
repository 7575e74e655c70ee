"""The list of sessions: filters, order, pages of keys, and a cost that does not grow."""

from decimal import Decimal

import pytest
from django.urls import reverse

from studio.web.paging import PAGE_SIZE
from teacher.models import Session

pytestmark = pytest.mark.django_db
LIST = "teacher:session_list"


def rows(team, number, **fields):
    return Session.objects.bulk_create([Session(team=team, question=f"Question {n}", **fields) for n in range(number)])


def shown(response):
    return [session.question for session in response.context["page"].rows]


def test_an_empty_list_says_what_it_is_for_and_has_one_way_to_begin(client_for, bob, team):
    empty = client_for(bob).get(reverse(LIST)).content.decode()
    assert "No session yet" in empty
    assert empty.count('data-key="n"') == 1
    rows(team, 1)
    assert client_for(bob).get(reverse(LIST)).content.decode().count('data-key="n"') == 1


def test_the_newest_comes_first(client_for, bob, team):
    newest_first = sorted(rows(team, 3), key=lambda session: session.pk, reverse=True)
    assert shown(client_for(bob).get(reverse(LIST))) == [session.question for session in newest_first]


def test_filters_by_state_and_words(client_for, bob, team):
    rows(team, 2)
    Session.objects.create(team=team, question="About returns", state="done")
    client = client_for(bob)
    assert shown(client.get(reverse(LIST), {"state": "done"})) == ["About returns"]
    assert shown(client.get(reverse(LIST), {"q": "RETURNS"})) == ["About returns"]
    assert len(shown(client.get(reverse(LIST), {"state": "nonsense", "sort": "team__name", "after": "x"}))) == 3


@pytest.mark.parametrize("sort", ["", "created", "-created", "score", "-score", "cost", "-cost"])
def test_pages_meet_without_gap_or_overlap(client_for, bob, team, sort):
    for n in range(PAGE_SIZE + 7):
        Session.objects.create(
            team=team,
            question=f"Question {n}",
            score=None if n % 5 == 0 else Decimal(n % 7) / 10,
            cost_usd=Decimal(n % 3),
        )
    client = client_for(bob)
    first = client.get(reverse(LIST), {"sort": sort})
    second = client.get(reverse(LIST) + first.context["next"])
    both = shown(first) + shown(second)
    assert sorted(both) == sorted(f"Question {n}" for n in range(PAGE_SIZE + 7))
    back = client.get(reverse(LIST) + second.context["previous"])
    assert shown(back) == shown(first)
    assert not second.context["next"]


def test_scores_are_sorted_with_the_unjudged_below_all_others(client_for, bob, team):
    for score in ("0.5", None, "0.9"):
        Session.objects.create(team=team, question=str(score), score=score and Decimal(score))
    assert shown(client_for(bob).get(reverse(LIST), {"sort": "-score"})) == ["0.9", "0.5", "None"]


def test_twenty_sessions_cost_as_many_statements_as_one(client_for, bob, team, statements):
    client = client_for(bob)
    client.get(reverse(LIST))
    rows(team, 1, created_by=bob)
    one = statements(lambda: client.get(reverse(LIST)))
    rows(team, 19, created_by=bob)
    assert statements(lambda: client.get(reverse(LIST))) == one


def test_the_list_reads_no_long_text(client_for, bob, team):
    rows(team, 1, given_draft="x", evidence=[{}], draft="x", best_text="x", claims=[{}], critique={"x": 1}, cause="x")
    session = client_for(bob).get(reverse(LIST)).context["page"].rows[0]
    long = {"given_draft", "evidence", "draft", "best_text", "claims", "critique", "cause"}
    assert session.get_deferred_fields() >= long


def test_a_refresh_gets_the_list_alone(client_for, bob, team):
    rows(team, 1)
    page = client_for(bob).get(reverse(LIST), headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith("<section")
    assert "<html" not in page
