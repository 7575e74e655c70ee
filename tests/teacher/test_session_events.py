"""Every kind of session event has a template, shows what it carries, and keeps hostile text inert."""

import pytest

from studio.events.actions import append
from studio.events.kinds import registered, template_of
from studio.events.render import to_html
from teacher import kinds
from tests.teacher.sessions import make_session

pytestmark = pytest.mark.django_db
EVIL = '<script>alert(1)</script> <img src=x onerror="alert(2)"> [x](javascript:alert(3))'
SPENT = {"spent": {"tokens": 5, "cost_usd": "0.1", "model_ms": 7}, "model": EVIL}
DOCUMENT = "0192f3a1-c7de-7000-8000-000000000000"
PLACE = {"label": "1", "title": EVIL, "document_id": DOCUMENT, "start": 3, "end": 9}
CLAIM = {
    "id": "k1",
    "text": EVIL,
    "kind": "fact",
    "span": [0, 4],
    "verdict": "CONTRADICTED",
    "quotes": [{**PLACE, "text": EVIL}, {**PLACE, "document_id": "", "text": EVIL}],
    "why": EVIL,
    "downgraded": False,
    "note": EVIL,
}
SAMPLES = {
    "session.started": {
        "question": EVIL,
        "threshold": "0.8",
        "max_iterations": 3,
        "teacher": EVIL,
        "rubric": "r",
        "prompts": "p",
    },
    "evidence.packed": {"passages": [PLACE, {**PLACE, "document_id": ""}], "source": "vault"},
    "draft.finished": {"text": EVIL, "sha256": "0", "author": EVIL, **SPENT},
    "claims.verified": {
        "iteration": 1,
        "candidate": 0,
        "claims": [CLAIM],
        "uncovered": [EVIL],
        "invented": 2,
        "grounding": 0.5,
        **SPENT,
    },
    "critique.finished": {
        "iteration": 1,
        "candidate": 0,
        "score": 0.5,
        "grounding": 0.5,
        "contradicted": 1,
        "aspects": [{"name": "tone", "score": 3, "why": EVIL}],
        "issues": [{"id": "i1", "aspect": "tone", "severity": "minor", "fix": EVIL}],
        **SPENT,
    },
    "decision.made": {
        "iteration": 1,
        "candidate": 1,
        "action": "stop",
        "reason": "max_iterations",
        "score": 0.5,
        "best": 0,
        "best_score": 0.6,
        "threshold": 0.8,
        "least_grounding": 0.9,
        "rubric": "r",
        **SPENT,
    },
    "revision.finished": {
        "iteration": 1,
        "candidate": 1,
        "parent": 0,
        "before": "x",
        "text": EVIL,
        "sha256": "0",
        "author": EVIL,
        "applied": ["i1"],
        "not_applied": [],
        **SPENT,
    },
    "answer.malformed": {"step": "verify.1", "role": "verifier", "error": EVIL, **SPENT},
    "answer.cut": {"step": "verify.1", "role": "verifier", "max_tokens": 4096, **SPENT},
    "session.waiting": {"message": EVIL, "cause": EVIL, "next_try": "2026-11-23T10:00:00+00:00"},
    "session.paused": {"message": EVIL, "until": "2026-11-24T00:00:00+00:00"},
    "session.resumed": {},
    "session.finished": {
        "state": "degraded",
        "stop_reason": "unparsable",
        "message": EVIL,
        "score": None,
        "iterations": 1,
        "tokens": 5,
        "cost_usd": "0.1",
    },
    "session.proposed": {"pair_id": DOCUMENT},
}


def test_every_kind_has_a_sample_here():
    ours = {name for name, payload in registered().items() if payload.__module__ == kinds.__name__}
    assert ours == SAMPLES.keys()


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_event_is_drawn_once_and_inert(bob, kind):
    session = make_session(bob)
    event = append(session.stream, kind, SAMPLES[kind], actor=bob)
    html = to_html(event)
    assert template_of(kind).startswith("teacher/events/")
    assert html.count(f'id="event-{event.seq}"') == 1
    for live in ("<script>alert", "<img", 'href="javascript:'):
        assert live not in html
