"""What a revision did about each claim that did not stand."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studio.web.diff import word_diff
from teacher.changes import became, revisions

BEFORE = "The doors stay open for 20 minutes. Close them then. Drivers get a bonus."
AFTER = "The doors stay open for 12 minutes [1]. Close them then."


def claim(text: str, verdict: str) -> dict[str, Any]:
    start = BEFORE.index(text)
    return {"text": text, "verdict": verdict, "span": [start, start + len(text)], "quotes": []}


def events(verdicts: tuple[str, str, str]) -> list[tuple[str, dict[str, Any]]]:
    sentences = ("The doors stay open for 20 minutes.", "Close them then.", "Drivers get a bonus.")
    claims = [claim(text, verdict) for text, verdict in zip(sentences, verdicts, strict=True)]
    issues = [{"id": "i1", "fix": "Name the rule."}, {"id": "i2", "fix": "Be brief."}]
    return [
        ("draft.finished", {"text": BEFORE}),
        ("claims.verified", {"candidate": 0, "claims": claims}),
        ("critique.finished", {"candidate": 0, "score": 0.2, "issues": issues}),
        ("revision.finished", {"candidate": 1, "parent": 0, "before": BEFORE, "text": AFTER, "applied": ["i1"]}),
    ]


def test_each_claim_that_did_not_stand_shows_what_became_of_its_words() -> None:
    [revision] = revisions(events(("CONTRADICTED", "SUPPORTED", "NOT_FOUND")))
    changed, removed = revision.claims
    assert [(part.equal, part.deleted, part.inserted) for part in changed["parts"][:2]] == [
        ("The doors stay open for ", "", ""),
        ("", "20", "12"),
    ]
    assert [(part.equal, part.deleted, part.inserted) for part in removed["parts"]] == [
        ("", "Drivers get a bonus.", "")
    ]
    assert not changed["has_stayed"]
    assert revision.asked == []


def test_a_wrong_claim_that_nothing_was_done_about_says_so() -> None:
    [revision] = revisions(events(("SUPPORTED", "CONTRADICTED", "SUPPORTED")))
    assert [claim["has_stayed"] for claim in revision.claims] == [True]


def test_where_no_claim_was_wrong_the_wishes_that_were_met_are_named() -> None:
    [revision] = revisions(events(("SUPPORTED", "SUPPORTED", "SUPPORTED")))
    assert (revision.claims, revision.asked) == ([], ["Name the rule."])


def test_the_score_after_is_there_once_the_revision_was_judged() -> None:
    given_events = events(("CONTRADICTED", "SUPPORTED", "SUPPORTED"))
    assert revisions(given_events)[0].scores == (0.2, None)
    judged = [*given_events, ("critique.finished", {"candidate": 1, "score": 0.9, "issues": []})]
    assert revisions(judged)[0].scores == (0.2, 0.9)


def test_a_revision_of_a_draft_that_was_never_verified_has_no_claims() -> None:
    [revision] = revisions(events(("SUPPORTED",) * 3)[3:])
    assert (revision.claims, revision.asked, revision.scores) == ([], [], (None, None))


def test_a_figure_that_stands_alone_and_stayed_is_not_shown_as_gone() -> None:
    [part] = became(word_diff("12. It is cold.", "12. It is warm."), 0, 2)
    assert (part.equal, part.deleted) == ("12", "")


WORDS = st.text("ab c.", max_size=40)


@given(WORDS, WORDS, st.data())
def test_no_word_of_the_stretch_is_lost_or_doubled(before: str, after: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    shown = became(word_diff(before, after), start, end)
    assert "".join(part.equal + part.deleted for part in shown) == before[start:end]
