"""The sample data of the pattern page, which shows every component of the interface once."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings

ICONS = Path(settings.BASE_DIR) / "static" / "img" / "icons.svg"

DRAFT = (
    "Either party may end the agreement with thirty days of notice. Notice must be given in writing, and the deposit "
    "is returned within 14 days. Late payments carry a fee of 2 % a month."
)
REVISED = (
    "Either party may end the agreement with sixty days of written notice. The deposit is returned within 14 days, "
    "less any damage found at the final inspection. The contract names no fee for late payments."
)
ANSWER = """The notice period is **sixty days** [1], and the deposit comes back within 14 days [2].

- Notice must be in writing [1]
- Damage found at the inspection is deducted [2, 3]

| Case | Days |
|---|---|
| Notice | 60 |
| Deposit | 14 |

See [the model contract](https://example.org/contracts/model) and the clause `§ 4.2`.
"""


class SampleForm(forms.Form):
    """A form with one field of each kind and, once bound, its errors."""

    question = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "patterns-question"}),
        help_text="One question about the team's documents. A draft is kept in this browser.",
    )
    teacher = forms.ChoiceField(choices=[("builtin", "Built-in, no language model"), ("api", "DeepSeek")])
    threshold = forms.DecimalField(max_value=1, min_value=0, help_text="Between 0 and 1; a session stops above it.")
    notify = forms.BooleanField(required=False, label="Tell me when it is done")
    verdict = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("approve", "Approve"), ("reject", "Reject"), ("back", "Send back")]
    )


def examples() -> dict[str, Any]:
    """Everything the pattern page shows."""
    now = datetime.now(UTC)
    return {
        "draft": DRAFT,
        "revised": REVISED,
        "answer": ANSWER,
        "citations": {1: "#evidence-1", 2: "#evidence-2"},
        "form": SampleForm(initial={"threshold": "0.8"}, auto_id="id_clean_%s"),
        "broken_form": SampleForm({"question": "", "threshold": "3", "verdict": "approve"}),
        "chips": ["supported", "not_found", "contradicted", "not_checkable"],
        "states": ["queued", "running", "waiting", "paused", "done", "degraded", "cancelled", "failed"],
        "digest_value": "9f2c1b7ae05d4436a1c8e7f0b92d5c3467e81fa0cc53d9be27f4106a58b3ed12",
        "rows": [
            {"title": title, "state": state, "size": size, "chunks": chunks, "at": now - timedelta(minutes=age)}
            for title, state, size, chunks, age in (
                ("Lease agreement, Harbour Street 12", "ready", 184_220, 96, 12),
                ("Employee handbook 2026", "indexing", 1_204_880, 431, 1),
                ("Warranty terms for cold-room doors", "failed", 88_412, 0, 190),
                ("Minutes of the safety board, third quarter", "stored", 23_911, 0, 60 * 26),
            )
        ],
        "claims": [
            {
                "text": "The notice period is sixty days.",
                "verdict": "SUPPORTED",
                "quotes": [
                    {
                        "text": "This agreement may be ended by either party with sixty (60) days of notice",
                        "title": "Lease agreement, § 4.2",
                        "label": 1,
                        "document_id": None,
                    }
                ],
                "note": "",
            },
            {
                "text": "Late payments carry a fee of 2 % a month.",
                "verdict": "CONTRADICTED",
                "quotes": [
                    {
                        "text": "No fee is charged for late payment.",
                        "title": "Lease agreement, § 7",
                        "label": 2,
                        "document_id": None,
                    }
                ],
                "note": "",
            },
            {"text": "The landlord pays for the inspection.", "verdict": "NOT_FOUND", "quotes": [], "note": ""},
        ],
        "quality": [("poor", 14, "bad"), ("acceptable", 96, "warn"), ("good", 412, "good"), ("excellent", 238, "good")],
        "scores": [("draft", 0.52), ("1", 0.71), ("2", 0.86), ("3", 0.84)],
        "recent": [3, 5, 4, 8, 7, 11, 9, 14],
        "stats": [("312", "to review"), ("41", "decided today"), ("38", "an hour"), ("0.87", "average score")],
        "keys": [
            ("A", "approve"),
            ("E", "edit"),
            ("X", "reject"),
            ("S", "skip"),
            ("Z", "undo"),
            ("J K", "next, previous"),
        ],
        "tabs": [
            ("All", "?", True, "1 284"),
            ("To review", "?state=proposed", False, "312"),
            ("Approved", "?state=approved", False, "948"),
            ("Rejected", "?state=rejected", False, "24"),
        ],
        "command": "python -m datasets.core.verify export-7 --key 9f2c1b7ae05d4436",
        "now": now,
        "earlier": now - timedelta(minutes=3),
        "icons": re.findall(r'symbol id="([^"]+)"', ICONS.read_text()),
    }
