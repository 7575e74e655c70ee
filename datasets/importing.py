"""Reading a file of pairs in a worker: check all lines first, then propose what is new."""

from collections.abc import Callable, Iterator
from typing import IO, Literal

from django.db import transaction

from datasets.actions.imports import tell
from datasets.actions.proposals import propose_pair
from datasets.core import conversations
from datasets.core.imports import Candidate, Problem, read
from datasets.models import Import, Pair
from datasets.models.pair import folded_sha256, sha256_of
from studio.accounts.models import Team
from studio.accounts.secrets import sealer
from studio.jobs.registry import JobFailed
from studio.web.errors import StudioError

BATCH = 100
SHOWN_PROBLEMS = 200
SALVAGED = "salvaged"


def run(found: Import, *, stopped: Callable[[], bool], progress: Callable[[int, int], None]) -> None:
    """Read the file; with problems and without the word to go on, stop and ask, else propose its pairs.

    The same pair is proposed once, however often and in whatever layout it is handed in.
    """
    problems: list[Problem] = []
    count = bad = 0
    for item in _items(found):
        if isinstance(item, Problem):
            bad += 1
            problems += [item] if len(problems) < SHOWN_PROBLEMS else []
        else:
            count += 1
    listed = [{"line": p.line, "code": p.code, "message": p.message} for p in problems]
    Import.objects.filter(pk=found.pk).update(found=count, problem_count=bad, problems=listed)
    if not count:
        raise JobFailed("No line of the file holds a pair.")
    if bad and not found.take_rest:
        _move(found, Import.State.ASKING)
        return
    new = known = 0
    for batch in _batches(found):
        if stopped():
            raise JobFailed("It was called off; the pairs so far are in the queue.")
        made = _propose(found, batch)
        new, known = new + made, known + len(batch) - made
        progress(new + known, count)
        Import.objects.filter(pk=found.pk).update(created_pairs=new, known=known)
    _move(found, Import.State.DONE, sealed_secret="")
    found.path.unlink(missing_ok=True)


def _items(found: Import) -> Iterator[Candidate | Problem]:
    secret = sealer().open(found.sealed_secret, found.context).encode() if found.sealed_secret else None
    try:
        with found.path.open("rb") as stream:
            yield from _read(stream, secret, salvage=found.salvage)
    except FileNotFoundError as error:
        raise JobFailed("The file is gone; hand it in again.", cause=str(error)) from error


def _read(stream: IO[bytes], secret: bytes | None, *, salvage: bool) -> Iterator[Candidate | Problem]:
    for item in read(stream, key=secret, salvage=salvage):
        if isinstance(item, Candidate) and any("\x00" in text for text in _texts(item)):
            yield Problem(line=item.line, code="import.text", message="The text holds a NUL character.")
        else:
            yield item


def _texts(item: Candidate) -> Iterator[str]:
    yield from (item.instruction, item.completion, item.system or "", item.rejected or "", *item.teachers)
    for passage in item.evidence:
        yield from (passage["title"], passage["text"])


def _batches(found: Import) -> Iterator[list[Candidate]]:
    batch: list[Candidate] = []
    for item in _items(found):
        if isinstance(item, Candidate):
            batch.append(item)
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _propose(found: Import, batch: list[Candidate]) -> int:
    """Propose those of the batch that the team does not have yet; returns how many that were."""
    with transaction.atomic():
        # The team's row is the lock: the same file handed in twice at once must not make its pairs twice.
        Team.objects.select_for_update().get(pk=found.team_id)
        pairs = Pair.objects.filter(team=found.team_id)
        proposed = pairs.filter(content_sha256__in=[_content(candidate) for candidate in batch])
        standing = pairs.filter(folded_sha256__in=[_folded(candidate) for candidate in batch])
        known: set[object] = set(proposed.values_list("content_sha256", flat=True))
        known.update(standing.values_list("instruction", "system", "completion"))
        made = 0
        for candidate in batch:
            # Known by what was proposed, or, where a reviewer has edited it since, by what the pair says now.
            marks = (_content(candidate), (candidate.instruction, candidate.system or "", candidate.completion))
            if not known.intersection(marks):
                _make(found, candidate)
                made += 1
            known.update(marks)
        return made


def _content(candidate: Candidate) -> str:
    """What `Pair.content_sha256` would be."""
    return sha256_of(
        {
            "instruction": candidate.instruction,
            "system": candidate.system or "",
            "draft": candidate.rejected or "",
            "completion": candidate.completion,
        }
    )


def _folded(candidate: Candidate) -> str:
    """What `Pair.folded_sha256` would be."""
    return folded_sha256(
        instruction=candidate.instruction, system=candidate.system or "", completion=candidate.completion
    )


def _make(found: Import, candidate: Candidate) -> None:
    origin: Literal["chat", "file"] = "chat" if candidate.kind == conversations.KIND else "file"
    try:
        propose_pair(
            team=found.team,
            instruction=candidate.instruction,
            system=candidate.system or "",
            draft=candidate.rejected or "",
            completion=candidate.completion,
            score=candidate.score,
            evidence=candidate.evidence,
            provenance={"origin": origin, "teachers": [{"model": name[:300]} for name in candidate.teachers]},
            flags=[SALVAGED] if candidate.salvaged else [],
            dataset=found.dataset,
        )
    except StudioError as error:
        raise JobFailed(f"Line {candidate.line}: {error.message}") from error


def _move(found: Import, state: str, **fields: str) -> None:
    with transaction.atomic():
        if Import.objects.filter(pk=found.pk, state=Import.State.READING).update(state=state, **fields):
            tell(found.pk, state)
