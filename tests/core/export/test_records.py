"""A row says what it must in one spelling, and everything else is refused with a reason."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core import canonical
from datasets.core.errors import Malformed, RecordError
from datasets.core.policy import Policy, checker
from datasets.core.records import Approval, PairRecord, Vote, WithheldRow, content_digest, from_line, to_line
from tests.core.export.making import pair

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
SCORES = st.decimals(0, 1, places=3).map(str)
RECORDS = st.builds(
    PairRecord,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,20}", fullmatch=True),
    instruction=TEXT,
    completion=TEXT,
    created_at=st.just("2026-01-01T00:00:00Z"),
    system=st.none() | TEXT,
    rejected=st.none() | TEXT,
    score=st.none() | SCORES,
    source=st.lists(TEXT, max_size=2).map(tuple),
    teachers=st.lists(TEXT, max_size=2).map(tuple),
    votes=st.lists(st.builds(Vote, by=TEXT, score=SCORES), max_size=2).map(tuple),
    approvals=st.lists(
        st.builds(Approval, by=TEXT.filter(bool), at=st.just("2026-01-02T00:00:00Z"), shown=TEXT, position=st.none()),
        max_size=2,
    ).map(tuple),
)


@given(RECORDS)
def test_a_row_reads_as_it_was_written(record: PairRecord) -> None:
    assert from_line(to_line(record)) == record


@given(RECORDS)
def test_the_standard_library_writes_the_same_bytes(record: PairRecord) -> None:
    line = to_line(record)
    plain = json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert plain == line
    assert b"\n" not in line


@given(st.binary(max_size=80))
def test_any_bytes_are_a_row_or_malformed(data: bytes) -> None:
    try:
        row = from_line(data)
    except Malformed:
        return
    assert to_line(row) == data


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b'"id":', b'"id" :'),
        lambda line: line.replace(b"{", b'{"extra":1,', 1),
        lambda line: line.replace(b'"approvals":[', b'"approvals":[{"by":1},', 1),
        lambda line: line.replace(b'"score":"0.81"', b'"score":0.81'),
        lambda line: line.replace(b'"score":"0.81"', b'"score":"high"'),
        lambda line: line.replace(b"2026-01-02T08", b"2026-01-02 08"),
        lambda line: line.replace(b'"teachers":["model-a"]', b'"teachers":"model-a"'),
        lambda line: line[:-1] + b',"votes":[{"by":"judge","score":"high"}]}',
        lambda line: line[:-1] + b',"votes":[{"by":"judge","score":0.9}]}',
        lambda line: line[:-1],
        lambda line: b"[" + line + b"]",
        lambda line: b"[" * 100_000,
        lambda line: b'{"id":' + b"9" * 1_000_000 + b"}",
        lambda line: b"\xff" + line,
        lambda line: b'{"withheld":"00"}',
    ],
)
def test_another_spelling_or_type_is_malformed(change) -> None:
    line = to_line(pair(1))
    changed = change(line)
    assert changed != line
    with pytest.raises(Malformed):
        from_line(changed)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "a b"},
        {"id": ""},
        {"created_at": "yesterday"},
        {"created_at": "\u0662\u0660\u0662\u0666-01-01T00:00:00Z"},
        {"score": "much"},
        {"score": "\u0660.\u0669"},
        {"votes": (Vote(by="judge", score="0.9"), Vote(by="judge", score="much"))},
        {"split": "Train"},
    ],
    ids=[
        "space",
        "empty",
        "word",
        "digits of another script",
        "word as score",
        "score of another script",
        "word as a judge's score",
        "capital",
    ],
)
def test_a_field_that_cannot_be_written_is_refused(changes) -> None:
    with pytest.raises(RecordError):
        to_line(pair(1, **changes))


def test_half_a_surrogate_pair_is_refused() -> None:
    record = PairRecord(id="a", instruction="\ud800", completion="b", created_at="2026-01-01T00:00:00Z")
    with pytest.raises(RecordError, match="UTF-8"):
        to_line(record)
    with pytest.raises(RecordError, match="UTF-8"):
        content_digest("\ud800", "b")


def test_a_withheld_row_keeps_only_id_and_leaf() -> None:
    row = WithheldRow(id="pair-1", leaf="ab" * 32)
    assert from_line(to_line(row)) == row
    with pytest.raises(RecordError):
        to_line(WithheldRow(id="pair-1", leaf="short"))


def test_the_digest_depends_on_every_text() -> None:
    digests = {
        content_digest("a", "b"),
        content_digest("b", "a"),
        content_digest("a", "b", ""),
        content_digest("ab", ""),
    }
    assert len(digests) == 4


def test_the_policy_counts_people_and_not_approvals() -> None:
    one = pair(1).approvals[0]
    check = checker(Policy(min_approvals=2))
    assert check(pair(1, approvals=(one, one))) == "1 of 2 needed approvals"
    assert check(pair(1, approvals=(one, Approval(by="second", at=one.at, shown=one.shown)))) is None


def test_the_policy_refuses_approvals_of_other_text_and_low_scores() -> None:
    other = pair(2).approvals
    assert "another text" in (checker(Policy())(pair(1, approvals=other)) or "")
    assert "below" in (checker(Policy(min_score="0.9"))(pair(1)) or "")
    assert "below" in (checker(Policy(min_score="0.9"))(pair(1, score=None)) or "")
    assert checker(Policy(min_score="0.81"))(pair(1)) is None


def test_lines_are_read_within_a_limit() -> None:
    assert list(canonical.lines(io.BytesIO(b"a\nb\n"))) == [b"a", b"b"]
    with pytest.raises(Malformed, match="longer"):
        list(canonical.lines(io.BytesIO(b"a" * 100), limit=10))
    with pytest.raises(Malformed, match="cut"):
        list(canonical.lines(io.BytesIO(b"a\nb")))
