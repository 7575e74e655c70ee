"""A pair as tests need it, in one call."""

import time
from typing import Any

from datasets.actions import propose_pair
from datasets.models import Pair
from studio.accounts.models import Team

INSTRUCTION = "How long does the battery of the field logger last?"
DRAFT = "The battery of the field logger lasts 12 hours and charges in one hour."
COMPLETION = "The battery of the field logger lasts 18 hours [1] and charges in two hours [2]."
EVIDENCE = [
    {
        "n": 1,
        "title": "Field logger manual",
        "text": "A full battery lasts 18 hours at 20 °C.",
        "start": 100,
        "end": 139,
    },
    {"n": 2, "title": "Field logger manual", "text": "Charging takes two hours.", "start": 300, "end": 325},
]
CLAIMS = [
    {
        "text": "The battery lasts 18 hours.",
        "verdict": "SUPPORTED",
        "quotes": [{"n": 1, "text": "lasts 18 hours", "start": 15, "end": 29}],
    },
    {
        "text": "It charges in two hours.",
        "verdict": "SUPPORTED",
        "quotes": [{"n": 2, "text": "two hours", "start": 15, "end": 24}],
    },
]


def make_pair(team: Team, **fields: Any) -> Pair:
    """A proposed pair; fields as those of `propose_pair`. The next one gets a later id, as ids count milliseconds."""
    given: dict[str, Any] = {
        "instruction": INSTRUCTION,
        "draft": DRAFT,
        "completion": COMPLETION,
        "score": "0.9",
        "evidence": EVIDENCE,
        "claims": CLAIMS,
        "critique": {
            "aspects": [{"name": "grounding", "score": 5, "why": "Every claim is quoted."}],
            "issues": [{"aspect": "grounding", "severity": "major", "fix": "The hours were wrong."}],
        },
        "provenance": {"origin": "api", "teachers": [{"model": "built-in", "provider": "studio"}]},
    }
    pair = propose_pair(team=team, **{**given, **fields})
    while time.time_ns() // 1_000_000 <= pair.pk.int >> 80:
        pass
    return pair
