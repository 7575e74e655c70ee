"""Draft, verify, critique, decide, revise: the session as a pure flow that never fails open.

    draft → [ verify → critique → decide → revise ]* → outcome

Every candidate is verified, a draft that scores 0.99 too. The best candidate is the result, never the last one. An
error ends the flow as degraded (something is kept), failed or cancelled; it never becomes a score.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from studio.llm.parse import Malformed
from studio.llm.schemas import ANSWER_BEGIN, ANSWER_END, Issue, Rewrite, read_critique, read_rewrite, read_verdicts
from studio.llm.steps import Answer, Ask, Flow, Note, Refusal, Reply, Role, Step, Usage
from teacher.core import rubrics
from teacher.core.outcome import SENTENCES, STOP_OF_REFUSAL, Candidate, Judged, Outcome, State, StopReason, digest
from teacher.core.prompts import complaint, messages
from teacher.core.rubrics import Bar
from teacher.core.verdicts import Passage, check

LEAST_GAIN = 0.02
T = TypeVar("T")
Reader = Callable[[str], T | Malformed]
Steps = Generator[Step, Any, T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The knobs of one session.

    max_iterations: how many candidates are judged at most, the draft included.
    max_cost_usd, max_model_seconds: the session stops before the next question once this much is spent; 0 is no limit.
    """

    bar: Bar = field(default_factory=Bar)
    max_iterations: int = 3
    draft_tokens: int = 1_500
    verify_tokens: int = 4_096
    critique_tokens: int = 1_500
    revise_tokens: int = 2_048
    most_tokens: int = 16_384
    max_cost_usd: Decimal = Decimal(0)
    max_model_seconds: int = 0


class _Stop(Exception):
    """Leaves the loop early with a reason."""

    def __init__(self, reason: StopReason, message: str = "", cause: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message or SENTENCES[reason]
        self.cause = cause


def draft_critique_revise(
    question: str, draft: str | None, evidence: Sequence[Passage], *, settings: Settings | None = None
) -> Flow[Outcome]:
    """The flow of one session.

    draft: an answer to start from; without one (None or blank) the drafter is asked.
    Yields Ask for each question to a model and Note for each finding; returns the Outcome.
    """
    return (yield from _Session(question, draft, evidence, settings or Settings()).run())


class _Session:
    def __init__(self, question: str, draft: str | None, evidence: Sequence[Passage], settings: Settings) -> None:
        self.question, self.passages, self.settings = question, tuple(evidence), settings
        self.draft = (draft or "").strip()
        self.best: Judged | None = None
        self.iterations = 0
        self.candidates = 0
        self.seen: set[str] = set()
        self.failed: list[str] = []
        self.usage, self.cost_usd, self.milliseconds = Usage(), Decimal(0), 0
        self.replies: list[Reply] = []

    # --- the course of a session ---

    def run(self) -> Steps[Outcome]:
        try:
            reason = yield from self._course()
        except _Stop as stop:
            return self._outcome(self._state_after(stop.reason), stop.reason, stop.message, stop.cause)
        return self._outcome("done", reason, SENTENCES[reason], "")

    def _course(self) -> Steps[StopReason]:
        if not self.passages:
            raise _Stop("no_evidence")
        current = yield from self._first()
        regressions = stalls = 0
        while True:
            judged = yield from self._judge(current)
            gain = judged.score - self.best.score if self.best else None
            if gain is None or gain > 0:
                self.best, self.failed = judged, []
            else:
                self.failed = [issue.fix for issue in judged.issues][:8]
            if gain is not None:
                regressions = regressions + 1 if gain < 0 else 0
                stalls = stalls + 1 if 0 <= gain < LEAST_GAIN else 0
            reason = self._reason_to_stop(judged, regressions, stalls)
            yield self._decision(judged, reason)
            if reason is not None:
                return reason
            current = yield from self._revise()
            if not self._is_new(current):
                same = self.best is not None and _same(current.text, self.best.candidate.text)
                return self._unresolved("no_progress" if same else "oscillating")

    def _reason_to_stop(self, judged: Judged, regressions: int, stalls: int) -> StopReason | None:
        if judged.passes:
            return "accepted_first" if self.iterations == 1 else "accepted"
        if regressions >= 2:
            return self._unresolved("regressed_twice")
        if stalls >= 2:
            return self._unresolved("no_progress")
        if self.iterations >= self.settings.max_iterations:
            return self._unresolved("max_iterations")
        return None

    def _unresolved(self, reason: StopReason) -> StopReason:
        """A contradiction that is left weighs more than how the loop came to its end."""
        return "contradiction_unresolved" if self.best and self.best.checked.contradicted else reason

    def _is_new(self, candidate: Candidate) -> bool:
        key = digest(_squeezed(candidate.text))
        known = key in self.seen
        self.seen.add(key)
        return not known

    # --- the steps ---

    def _first(self) -> Steps[Candidate]:
        author = "person"
        if not self.draft:
            ask = self._ask("draft", "drafter", {}, self.settings.draft_tokens)
            self.draft = yield from self._answered(ask, _read_text)
            author = self.replies[-1].model
        candidate = Candidate(n=0, parent=None, text=self.draft, author=author)
        self._is_new(candidate)
        yield self._note("draft.finished", "text.0", text=candidate.text, sha256=candidate.sha256, author=author)
        return candidate

    def _judge(self, candidate: Candidate) -> Steps[Judged]:
        n = self.iterations + 1
        inputs: dict[str, Any] = {"candidate": candidate.text}
        ask = self._ask(f"verify.{n}", "verifier", inputs, self.settings.verify_tokens, schema="verdicts")
        said = yield from self._answered(ask, read_verdicts)
        checked = check(said, candidate.text, self.passages, question=self.question)
        uncovered = [candidate.text[start:end] for start, end in checked.uncovered]
        yield self._note(
            "claims.verified",
            f"claims.{n}",
            iteration=n,
            candidate=candidate.n,
            claims=checked.as_data(),
            uncovered=uncovered,
            invented=checked.invented,
            grounding=checked.grounding,
        )
        inputs |= {"verdicts": checked.as_data(), "uncovered": uncovered}
        ask = self._ask(f"critique.{n}", "critic", inputs, self.settings.critique_tokens, schema="critique")
        critique = yield from self._answered(ask, read_critique)
        if critique.refusal:
            raise _Stop("refused", "The candidate declines to answer.")
        bar, grounding, contradicted = self.settings.bar, checked.grounding, checked.contradicted
        sound = rubrics.is_sound(contradicted=contradicted, grounding=grounding, issues=critique.issues, bar=bar)
        score = rubrics.score(critique.aspects, grounding, contradicted=contradicted, sound=sound, bar=bar)
        self.iterations = n
        yield self._note(
            "critique.finished",
            f"score.{n}",
            iteration=n,
            candidate=candidate.n,
            score=score,
            grounding=grounding,
            contradicted=contradicted,
            aspects=[{"name": a.name, "score": a.score, "why": a.why} for a in critique.aspects],
            issues=[_issue_data(issue) for issue in critique.issues],
        )
        return Judged(
            candidate=candidate,
            checked=checked,
            aspects=critique.aspects,
            issues=critique.issues,
            score=score,
            passes=rubrics.passes(score, sound=sound, bar=bar),
        )

    def _revise(self) -> Steps[Candidate]:
        """A new candidate from the best one, which knows what a failed attempt did wrong."""
        if self.best is None:
            raise RuntimeError("nothing has been judged yet")
        best, n = self.best, self.iterations
        text = best.candidate.text
        inputs = {
            "candidate": text,
            "verdicts": best.checked.as_data(),
            "uncovered": [text[start:end] for start, end in best.checked.uncovered],
            "issues": [_issue_data(issue) for issue in best.issues],
            "failed": self.failed,
        }
        ask = self._ask(f"revise.{n}", "reviser", inputs, self.settings.revise_tokens)
        rewrite = yield from self._answered(ask, lambda answer: _read_revision(answer, best))
        self.candidates += 1
        author = self.replies[-1].model
        candidate = Candidate(n=self.candidates, parent=best.candidate.n, text=rewrite.text, author=author)
        yield self._note(
            "revision.finished",
            f"revision.{n}",
            iteration=n,
            candidate=candidate.n,
            parent=best.candidate.n,
            before=text,
            text=candidate.text,
            sha256=candidate.sha256,
            author=author,
            applied=list(rewrite.applied),
            not_applied=list(rewrite.not_applied),
        )
        return candidate

    # --- asking ---

    def _ask(self, key: str, role: Role, more: dict[str, Any], max_tokens: int, *, schema: str = "") -> Ask:
        evidence = [passage.as_data() for passage in self.passages]
        inputs = {"question": self.question, "evidence": evidence, **more}
        return Ask(
            key=key,
            role=role,
            inputs=inputs,
            messages=messages(role, inputs),
            response="json" if schema else "text",
            schema_name=schema,
            max_tokens=max_tokens,
        )

    def _answered(self, ask: Ask, read: Reader[T]) -> Steps[T]:
        """A readable answer: one more try with more room when it was cut, one more when it could not be read."""
        reply = yield from self._reply(ask)
        if reply.finish_reason == "length":
            room = min(self.settings.most_tokens, 2 * ask.max_tokens)
            yield self._note("answer.cut", f"cut.{ask.key}", step=ask.key, role=ask.role, max_tokens=ask.max_tokens)
            ask = replace(ask, key=f"{ask.key}.longer", max_tokens=room, thinking=False)
            reply = yield from self._whole(ask)
        found = read(reply.text)
        if not isinstance(found, Malformed):
            return found
        yield self._note(
            "answer.malformed", f"malformed.{ask.key}", step=ask.key, role=ask.role, error=found.error[:300]
        )
        again = replace(
            ask,
            key=f"{ask.key}.again",
            messages=(*ask.messages, *complaint(reply.text, found.error)),
            inputs={**ask.inputs, "complaint": found.error},
        )
        reply = yield from self._whole(again)
        found = read(reply.text)
        if isinstance(found, Malformed):
            raise _Stop("unparsable", cause=f"{again.key}: {found.error[:300]}")
        return found

    def _whole(self, ask: Ask) -> Steps[Reply]:
        reply = yield from self._reply(ask)
        if reply.finish_reason == "length":
            message = "The teacher's answer was cut at its length limit."
            raise _Stop("unparsable", message, f"{ask.key}: cut at {ask.max_tokens} tokens")
        return reply

    def _reply(self, ask: Ask) -> Steps[Reply]:
        settings = self.settings
        if settings.max_cost_usd and self.cost_usd >= settings.max_cost_usd:
            raise _Stop("budget")
        if settings.max_model_seconds and self.milliseconds >= 1000 * settings.max_model_seconds:
            raise _Stop("deadline")
        answer: Answer = yield ask
        if isinstance(answer, Refusal):
            raise _Stop(
                STOP_OF_REFUSAL[answer.kind], answer.message, f"{ask.key}: {answer.kind} {answer.cause}".strip()
            )
        self.usage += answer.usage
        self.cost_usd += answer.cost_usd or Decimal(0)
        self.milliseconds += answer.latency_ms
        self.replies.append(answer)
        if answer.finish_reason == "content_filter":
            raise _Stop("refused", cause=f"{ask.key}: content_filter")
        return answer

    # --- saying ---

    def _note(self, kind: str, key: str, **data: Any) -> Note:
        """A finding, with what the session has used so far."""
        spent = {"tokens": self.usage.total, "cost_usd": str(self.cost_usd), "model_ms": self.milliseconds}
        return Note(kind=kind, key=key, data={**data, "spent": spent, "model": self._last_model()})

    def _last_model(self) -> str:
        return self.replies[-1].model if self.replies else ""

    def _decision(self, judged: Judged, reason: StopReason | None) -> Note:
        best = self.best or judged
        return self._note(
            "decision.made",
            f"decision.{self.iterations}",
            iteration=self.iterations,
            candidate=judged.candidate.n,
            action="accept" if judged.passes else "stop" if reason else "revise",
            reason=reason or "",
            score=judged.score,
            best=best.candidate.n,
            best_score=best.score,
            threshold=self.settings.bar.threshold,
            least_grounding=self.settings.bar.grounding,
            rubric=rubrics.RUBRIC,
        )

    def _state_after(self, reason: StopReason) -> State:
        if reason == "cancelled":
            return "cancelled"
        return "degraded" if self.draft else "failed"

    def _outcome(self, state: State, reason: StopReason, message: str, cause: str) -> Outcome:
        families = {reply.family or reply.teacher for reply in self.replies}
        return Outcome(
            state=state,
            stop_reason=reason,
            message=message,
            cause=cause,
            draft=self.draft,
            best_text=self.best.candidate.text if self.best else self.draft,
            best=self.best,
            iterations=self.iterations,
            usage=self.usage,
            cost_usd=self.cost_usd,
            answered_by=tuple(dict.fromkeys((reply.model, reply.teacher) for reply in self.replies)),
            one_family=len(families) < 2,
        )


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


def _same(one: str, other: str) -> bool:
    """Whether two texts differ in white space and case at most."""
    return _squeezed(one) == _squeezed(other)


def _issue_data(issue: Issue) -> dict[str, str]:
    return {"id": issue.id, "aspect": issue.aspect, "severity": issue.severity, "fix": issue.fix}


def _read_text(answer: str) -> str | Malformed:
    """A draft: text that is neither empty nor our own marks."""
    text = answer.split("</think>")[-1].replace(ANSWER_BEGIN, "").replace(ANSWER_END, "").strip()
    return text or Malformed(error="The answer is empty.")


def _read_revision(answer: str, best: Judged) -> Rewrite | Malformed:
    """A rewrite of a plausible length: not a stump of what was supported, not an essay nobody asked for."""
    found = read_rewrite(answer)
    if isinstance(found, Malformed):
        return found
    text = best.candidate.text
    wrong = [claim.span for claim in best.checked.claims if claim.verdict in ("CONTRADICTED", "NOT_FOUND")]
    to_go = len({at for start, end in (*wrong, *best.checked.uncovered) for at in range(start, end)})
    asked_for_more = any(issue.aspect == "completeness" for issue in best.issues)
    least = 0.4 * (len(text) - to_go)
    most = 2.5 * len(text) + (4_000 if asked_for_more or to_go else 300)
    if len(found.text) < least:
        return Malformed(error="The revised answer is much shorter than what was supported.")
    if len(found.text) > most:
        return Malformed(error="The revised answer is much longer than the candidate.")
    return found
