"""Search: the right passage, exact text, one's own team only, and the reasons."""

import random

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.accounts.models import Team, User
from studio.events.watch import may_watch
from studio.vault import actions
from studio.vault.models import Chunk, ChunkVector, Document
from studio.vault.reading import text_of
from studio.vault.search import MODES, hybrid, vectors
from studio.vault.views.search import why
from studio.web.ids import uuid7
from tests.factories import make_team
from tests.studio.vault.samples import HANDBOOK, REACTOR, actor_of, ready

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_finds_the_passage_with_its_exact_text(alice: User, team: Team, mode) -> None:  # type: ignore[no-untyped-def]
    ready(alice, team, HANDBOOK)
    reactor = ready(alice, team, REACTOR)
    hit = hybrid(team.pk, "How often must the coolant pump be inspected?", mode=mode)[0]
    assert hit.document_id == reactor.pk
    assert "inspected every month" in hit.text
    assert text_of(reactor)[hit.start : hit.end] == hit.text
    assert 0 < hit.score <= 1
    assert set(hit.legs) == ({"keyword", "meaning"} if mode == "hybrid" else {mode})


def test_meaning_finds_what_no_word_says(alice: User, team: Team) -> None:
    handbook = ready(alice, team, HANDBOOK)
    ready(alice, team, REACTOR)
    query = "vacation allowance of staff"
    assert hybrid(team.pk, query, mode="keyword") == []
    assert hybrid(team.pk, query, mode="meaning")[0].document_id == handbook.pk
    assert "28 days" in hybrid(team.pk, query)[0].text


def test_every_way_to_write_a_word_finds_it_on_either_database(alice: User, team: Team) -> None:
    text = (
        "The ﬁnancial ofﬁce of Café №5 keeps Donau\u00addampf\u00adschiff in studio/settings.py. 所得税法。 Who are we?"
    )
    ready(alice, team, text)
    ready(alice, team, HANDBOOK)
    for query in (
        "financial office",
        "cafe",
        "CAFÉ",
        "No5",
        "Donaudampfschiff",
        "settings.py",
        "settings",
        "税",
        "we",
    ):
        hits = hybrid(team.pk, query, mode="keyword")
        assert [hit.text for hit in hits] == [text], query


def test_a_part_number_is_found_by_keyword(alice: User, team: Team) -> None:
    ready(alice, team, HANDBOOK)
    ready(alice, team, REACTOR)
    assert "XK-7731" in hybrid(team.pk, "XK-7731")[0].text


def test_chinese_is_found_and_not_ranked_by_an_english_embedder(alice: User, team: Team) -> None:
    document = ready(alice, team, "# 规定\n\n每位员工每年有二十八天带薪年假。\n\n# 差旅\n\n出差乘坐二等座。")
    hit = hybrid(team.pk, "年假有多少天")[0]
    assert hit.document_id == document.pk
    assert "二十八天" in hit.text
    assert set(hit.legs) == {"keyword"}


def test_nothing_of_another_team_is_found(alice: User, charlie: User, team: Team) -> None:
    ready(alice, team, HANDBOOK)
    theirs = charlie.teams.get()
    ready(charlie, theirs, REACTOR)
    for mode in MODES:
        assert {hit.title for hit in hybrid(theirs.pk, "pump leave hotel", mode=mode)} <= {"RX-40 manual"}
    assert hybrid(make_team("Empty").pk, "pump") == []


@pytest.mark.parametrize("mode", MODES)
def test_collections_narrow_before_ranking(alice: User, team: Team, mode) -> None:  # type: ignore[no-untyped-def]
    ready(alice, team, HANDBOOK, collection="People")
    machines = ready(alice, team, REACTOR, collection="Machines")
    assert machines.collection_id is not None
    hits = hybrid(team.pk, "pump leave hotel valve", mode=mode, collections=[machines.collection_id])
    assert {hit.document_id for hit in hits} == {machines.pk}
    assert hybrid(team.pk, "pump", mode=mode, collections=[]) == []
    assert hybrid(team.pk, "pump", mode=mode, collections=[uuid7()]) == []


def test_what_is_added_or_forgotten_counts_from_the_next_query_on(alice: User, team: Team) -> None:
    handbook = ready(alice, team, HANDBOOK)
    assert hybrid(team.pk, "coolant pump", mode="meaning")[0].document_id == handbook.pk
    reactor = ready(alice, team, REACTOR)
    assert hybrid(team.pk, "coolant pump", mode="meaning")[0].document_id == reactor.pk
    actions.forget_document(actor_of(alice, team), reactor)
    for mode in MODES:
        assert reactor.pk not in {hit.document_id for hit in hybrid(team.pk, "coolant pump", mode=mode)}


@pytest.mark.parametrize(
    "query",
    [
        *("", "   ", '"', "'; DROP TABLE vault_chunk; --", "a AND (b", "\x00", "*", "words:x NEAR", "a:b ^c -d | & !e"),
        *(
            "🙂",
            "👩‍🚀",
            "税",
            "年假有多少天",
            "word " * 1_000,
            "x" * 5_000,
            "to be or not to be",
            "\u202e",
            "\ud800",
            "1e5 0x1F",
        ),
    ],
)
def test_any_query_is_answered(alice: User, team: Team, query: str) -> None:
    ready(alice, team, HANDBOOK)
    for mode in MODES:
        hybrid(team.pk, query, mode=mode)
    assert Chunk.objects.exists()


def test_a_search_takes_three_statements(alice: User, team: Team) -> None:
    ready(alice, team, HANDBOOK)
    hybrid(team.pk, "pump")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        hybrid(team.pk, "holiday")
    assert len(queries) == (3 if connection.vendor == "sqlite" else 6)


def test_the_limit_is_met_when_enough_exist(alice: User, team: Team) -> None:
    paragraphs = [f"# Part {number}\n\nThe pump number {number} is inspected.\n" for number in range(30)]
    ready(alice, team, "\n".join(paragraphs))
    for mode in MODES:
        assert len(hybrid(team.pk, "pump inspection", mode=mode, limit=25)) == 25


def test_random_masks_never_let_a_foreign_passage_through(team: Team) -> None:
    others = [make_team(f"Team {number}") for number in range(3)]
    random_ = np.random.default_rng(7)
    owner: dict[int, Team] = {}
    for each in (team, *others):
        document = Document.objects.create(team=each, title="x", sha256=uuid7().hex * 2, size=1)
        rows = Chunk.objects.bulk_create(
            Chunk(document=document, ordinal=n, start=n, end=n + 1, words=1, text="x") for n in range(40)
        )
        points = random_.normal(size=(40, 384)).astype(np.float32)
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        vectors.add(each.pk, [(row.pk, point) for row, point in zip(rows, points, strict=True)])
        vectors.touch(each.pk)
        owner |= {row.pk: each for row in rows}
    for _ in range(50):
        query = random_.normal(size=384).astype(np.float32)
        each = random.choice([team, *others])
        found = vectors.search(each.pk, query, limit=10, collections=None)
        assert len(found) == 10
        assert all(owner[chunk_id] == each for chunk_id, _ in found)
    assert ChunkVector.objects.count() == 160


def test_why_names_the_ranks_and_shares(alice: User, team: Team) -> None:
    ready(alice, team, HANDBOOK)
    hits = hybrid(team.pk, "holiday")
    sentence = why(hits[0], {"keyword", "meaning"})
    assert sentence.startswith("Keyword rank 1 (BM25")
    assert "Meaning rank 1 (cosine" in sentence
    assert why(hits[-1], {"keyword", "meaning"}).startswith("Keyword not among the first 100 gives 0 + Meaning rank 3")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the index of SQLite")
def test_the_keyword_index_keeps_positions_and_stems() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'vault_search'")
        (sql,) = cursor.fetchone()
    assert "porter unicode61" in sql
    assert "detail" not in sql  # without positions a ranked query does not end in minutes


def test_members_and_nobody_else_watch_the_vault(bob: User, charlie: User, team: Team) -> None:
    assert may_watch(bob, f"vault:{team.pk}")
    assert not may_watch(charlie, f"vault:{team.pk}")
    assert not may_watch(bob, "vault:nonsense")
