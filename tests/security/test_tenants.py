"""Nothing of another team is in any answer: every text field of theirs holds a canary, and we look everywhere."""

from urllib.parse import urlencode

import pytest

from datasets.models import Pair
from studio.vault.models import Chunk
from tests.security.matrix import API, PAGES
from tests.security.routes import address, bearer, body_of, copy_of, operation_address
from tests.security.world import Side

CANARY = b"THEIRS-CANARY"
OWN = b"OURS-CANARY"
WORDS = ["CANARY", "battery", "question", "title", "*", '"', "a OR b", "NEAR(CANARY)", "title:CANARY"]
LISTS = ["vault:document_list", "chat:conversation_list", "teacher:session_list", "datasets:pair_list", "vault:search"]


def ids_of(side: Side) -> list[str]:
    """Every id that a page of that team shows."""
    things = (
        "document",
        "conversation",
        "session",
        "pair",
        "dataset",
        "export",
        "key",
        "import_",
        "endpoint",
        "collection",
    )
    return [str(getattr(side, name).pk) for name in things]


def assert_ours_only(body: bytes, world) -> None:
    assert CANARY not in body
    found = [pk for pk in ids_of(world.theirs) if pk.encode() in body]
    assert not found


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row.get])
def test_a_page_shows_nothing_of_another_team(world, name):
    for headers in ({}, {"HX-Request": "true"}):
        response = copy_of(world.browsers["owner"]).get(address(name, world.ours), headers=headers)
        assert_ours_only(body_of(response), world)


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row.get and (row.of or row.also)])
def test_a_page_of_another_team_says_nothing(world, name):
    if "name" in PAGES[name].also and not PAGES[name].of:
        return
    response = copy_of(world.browsers["owner"]).get(address(name, world.theirs))
    if PAGES[name].stranger is None:  # the ways in name the team to whoever holds the link
        assert response.status_code == 404
        assert CANARY not in body_of(response)


@pytest.mark.parametrize("name", LISTS)
def test_no_filter_reaches_another_team(world, name):
    theirs = world.theirs
    queries = [{"q": word} for word in WORDS]
    cursors = [theirs.document, theirs.conversation, theirs.session, theirs.pair]
    queries += [{key: str(thing.pk)} for key in ("before", "after") for thing in cursors]
    queries += [{"collection": str(theirs.collection.pk)}, {"dataset": str(theirs.dataset.pk)}]
    queries += [{"deleted": str(theirs.deleted_conversation.pk)}, {"team": str(theirs.team.pk)}]
    queries += [{"sort": f"team__members__{field}"} for field in ("password", "email")]
    browser = copy_of(world.browsers["owner"])
    for query in queries:
        body = body_of(browser.get(f"{address(name, world.ours)}?{urlencode(query)}"))
        assert CANARY not in body
        shown = body.replace(next(iter(query.values())).encode(), b"")  # what we typed may be said again
        assert not [pk for pk in ids_of(theirs) if pk.encode() in shown]


@pytest.mark.parametrize("operation", [operation for operation in API if operation.startswith("GET")])
def test_an_operation_answers_with_nothing_of_another_team(world, operation):
    of, _, _, data, _ = API[operation]
    headers = bearer(world.ours.person("owner"), world.ours)
    path = operation_address(operation, of, world.ours)
    assert_ours_only(body_of(copy_of(world.browsers["anonymous"]).get(path, data(world.ours), headers=headers)), world)


def test_search_finds_our_passages_and_none_of_theirs(world):
    assert Chunk.objects.filter(text__contains=CANARY.decode()).exists()
    headers = bearer(world.ours.person("owner"), world.ours)
    for mode in ("hybrid", "keyword", "meaning"):
        for words in WORDS:
            answer = copy_of(world.browsers["anonymous"]).get(
                "/api/v1/search", {"q": words, "mode": mode, "limit": 100}, headers=headers
            )
            assert_ours_only(body_of(answer), world)
    assert OWN in body_of(copy_of(world.browsers["anonymous"]).get("/api/v1/search", {"q": "battery"}, headers=headers))


def test_the_canaries_are_where_they_belong(world):
    """The pages of the other team show theirs, so that the tests above look for something that exists."""
    browser = copy_of(world.browsers["stranger"])
    shown = [
        name for name, row in PAGES.items() if row.get and CANARY in body_of(browser.get(address(name, world.theirs)))
    ]
    assert len(shown) > 25
    assert Pair.objects.filter(team=world.theirs.team, instruction__contains=CANARY.decode()).count() == 4


def test_events_of_our_streams_hold_nothing_of_theirs(world):
    browser = copy_of(world.browsers["owner"])
    for stream in world.ours.streams.values():
        body = body_of(browser.get(f"/events/{stream}/"))
        assert b'"kind"' in body
        assert_ours_only(body, world)


def test_a_deleted_conversation_is_in_no_list(world):
    gone = world.ours.text("deleted question").encode()
    for path in ("/", "/ask/", f"/ask/{world.ours.conversation.pk}/"):
        assert gone not in copy_of(world.browsers["owner"]).get(path).content
