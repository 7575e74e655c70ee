"""The messages for each role: evidence first, so that every call of a session begins alike and a prefix cache can help.

The texts live in `teacher/prompts/`. Documents and candidates are fenced with marks that carry a digest of what they
enclose, which a document cannot know in advance.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from studio.llm.steps import Message, Role

_FOLDER = Path(__file__).parent.parent / "prompts"
_NAMES: dict[Role, str] = {"drafter": "drafter", "verifier": "verifier", "critic": "critic", "reviser": "reviser"}


@cache
def text(name: str) -> str:
    """One prompt text. Raises FileNotFoundError."""
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()


@cache
def version() -> str:
    """SHA-256 (hex) over all prompt texts; stored with each session."""
    together = "\n\0".join(text(name) for name in ("system", *_NAMES.values(), "part"))
    return hashlib.sha256(together.encode()).hexdigest()


def messages(role: Role, inputs: Mapping[str, Any]) -> tuple[Message, ...]:
    """The chat messages for a role, from the same inputs the built-in teacher reads.

    With "whole" the "candidate" is a part of it: the whole is shown, before the task, and the part behind it, so that
    the questions about all parts begin alike.
    """
    parts = [fence("EVIDENCE", _evidence(inputs["evidence"])), fence("QUESTION", str(inputs["question"]))]
    if "candidate" in inputs:
        parts.append(fence("CANDIDATE", str(inputs.get("whole", inputs["candidate"]))))
    if "verdicts" in inputs:
        parts.append(fence("VERDICTS", _verdicts(inputs["verdicts"], inputs.get("uncovered", ()))))
    if "issues" in inputs:
        parts.append(fence("ISSUES", _issues(inputs["issues"])))
    if inputs.get("failed"):
        parts.append(fence("EARLIER ATTEMPT", "It was worse: " + " ".join(map(str, inputs["failed"]))))
    parts.append(text(_NAMES[role]))
    if "whole" in inputs:
        parts += [fence("PART", str(inputs["candidate"])), text("part")]
    return ({"role": "system", "content": text("system")}, {"role": "user", "content": "\n\n".join(parts)})


def complaint(answer: str, error: str) -> tuple[Message, ...]:
    """What is appended when an answer could not be read: the answer, shortened, and what was wrong with it."""
    say = f"That answer could not be used: {error} Give the whole answer again, in exactly the form asked for."
    return ({"role": "assistant", "content": answer[:4_000] or "(empty)"}, {"role": "user", "content": say})


def fence(name: str, body: str) -> str:
    """Material between marks it cannot imitate."""
    mark = hashlib.sha256(body.encode()).hexdigest()[:8]
    return f"=== BEGIN {name} {mark} ===\n{body}\n=== END {name} {mark} ==="


def _evidence(passages: Sequence[Mapping[str, Any]]) -> str:
    return "\n\n".join(f"[{p['label']}] {p['title']}\n{p['text']}" for p in passages)


def _verdicts(claims: Sequence[Mapping[str, Any]], uncovered: Sequence[str]) -> str:
    lines = [f"{c['id']} {c['verdict']}: {c['text']}{_quoted(c)}" for c in claims]
    lines += [f"UNSUPPORTED SENTENCE: {sentence}" for sentence in uncovered]
    return "\n".join(lines) or "(no claims)"


def _quoted(claim: Mapping[str, Any]) -> str:
    if claim["verdict"] != "CONTRADICTED":
        return ""
    return "".join(f"\n    passage {q['label']} says: {q['text']}" for q in claim["quotes"])


def _issues(issues: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(json.dumps(dict(issue), ensure_ascii=False) for issue in issues) or "(none)"
