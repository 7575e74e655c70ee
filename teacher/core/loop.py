"""Draft, verify, critique, decide, revise: the session as a pure flow that never fails open.

    draft → [ verify → critique → decide → revise ]* → outcome

Every candidate is verified, a draft that scores 0.99 too. The best candidate is the result, never the last one. An
error ends the flow as degraded (something is kept), failed or cancelled; it never becomes a score.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from studio.llm.schemas import Issue, SaidClaim, read_critique, read_verdicts
from studio.llm.sentences import sentences
from studio.llm.steps import Ask, Flow, Note, Role
from teacher.core import rubrics
from teacher.core.asking import Account, Steps, Stop
from teacher.core.outcome import SENTENCES, Candidate, Judged, Outcome, State, StopReason, digest
from teacher.core.prompts import messages
from teacher.core.reading import read_revision, read_text
from teacher.core.settings import Settings
from teacher.core.verdicts import CheckedClaims, Passage, check

LEAST_GAIN = 0.02


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
        self.account = Account(settings)

    # --- the course of a session ---

    def run(self) -> Steps[Outcome]:
        try:
            reason = yield from self._course()
        except Stop as stop:
            return self._outcome(self._state_after(stop.reason), stop.reason, stop.message, stop.cause)
        return self._outcome("done", reason, SENTENCES[reason], "")

    def _course(self) -> Steps[StopReason]:
        if not self.passages:
            raise Stop("no_evidence")
        current = yield from self._first()
        regressions = stalls = 0
        while True:
            judged = yield from self._judge(current)
            gain = judged.value - self.best.value if self.best else None
            if self.best is None or judged.is_better_than(self.best):
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
            self.draft = yield from self.account.answered(ask, read_text)
            author = self.account.model
        candidate = Candidate(n=0, parent=None, text=self.draft, author=author)
        self._is_new(candidate)
        yield self.account.note("draft.finished", "text.0", text=candidate.text, sha256=candidate.sha256, author=author)
        return candidate

    def _judge(self, candidate: Candidate) -> Steps[Judged]:
        n = self.iterations + 1
        checked = yield from self._verify(candidate.text, n)
        uncovered = [candidate.text[start:end] for start, end in checked.uncovered]
        yield self.account.note(
            "claims.verified",
            f"claims.{n}",
            iteration=n,
            candidate=candidate.n,
            claims=checked.as_data(),
            uncovered=uncovered,
            invented=checked.invented,
            grounding=checked.grounding,
        )
        inputs = {"candidate": candidate.text, "verdicts": checked.as_data(), "uncovered": uncovered}
        ask = self._ask(f"critique.{n}", "critic", inputs, self.settings.critique_tokens, schema="critique")
        critique = yield from self.account.answered(ask, read_critique)
        if critique.refusal:
            raise Stop("refused", "The candidate declines to answer.")
        bar, grounding, contradicted = self.settings.bar, checked.grounding, checked.contradicted
        sound = rubrics.is_sound(contradicted=contradicted, grounding=grounding, issues=critique.issues, bar=bar)
        value = rubrics.value(critique.aspects, grounding, contradicted=contradicted)
        score = rubrics.score(value, sound=sound, bar=bar)
        self.iterations = n
        yield self.account.note(
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
            value=value,
            score=score,
            passes=rubrics.passes(value, sound=sound, bar=bar),
        )

    def _verify(self, text: str, n: int) -> Steps[CheckedClaims]:
        """The checked claims of a candidate; a long one is verified in parts, each with the whole before it."""
        parts = _parts(text, self.settings.part_sentences)
        claims: list[SaidClaim] = []
        for number, part in enumerate(parts, 1):
            key = f"verify.{n}.{number}" if len(parts) > 1 else f"verify.{n}"
            inputs = {"candidate": part, "whole": text} if len(parts) > 1 else {"candidate": text}
            ask = self._ask(key, "verifier", inputs, self.settings.verify_tokens, schema="verdicts")
            said = yield from self.account.answered(ask, read_verdicts)
            claims += said.claims
        return check(claims, text, self.passages, question=self.question)

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
        room = max(self.settings.revise_tokens, min(self.settings.most_tokens, len(text) // 2))  # it holds the whole
        ask = self._ask(f"revise.{n}", "reviser", inputs, room)
        rewrite = yield from self.account.answered(ask, lambda answer: read_revision(answer, best))
        self.candidates += 1
        author = self.account.model
        candidate = Candidate(n=self.candidates, parent=best.candidate.n, text=rewrite.text, author=author)
        yield self.account.note(
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

    # --- saying ---

    def _decision(self, judged: Judged, reason: StopReason | None) -> Note:
        best = self.best or judged
        return self.account.note(
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
            grounding=judged.checked.grounding,
            least_grounding=self.settings.bar.grounding,
            contradicted=judged.checked.contradicted,
            blockers=sum(issue.severity == "blocker" for issue in judged.issues),
            rubric=rubrics.RUBRIC,
        )

    def _state_after(self, reason: StopReason) -> State:
        if reason == "cancelled":
            return "cancelled"
        return "degraded" if self.draft else "failed"

    def _outcome(self, state: State, reason: StopReason, message: str, cause: str) -> Outcome:
        families = {reply.family or reply.teacher for reply in self.account.replies}
        return Outcome(
            state=state,
            stop_reason=reason,
            message=message,
            cause=cause,
            draft=self.draft,
            best_text=self.best.candidate.text if self.best else self.draft,
            best=self.best,
            iterations=self.iterations,
            usage=self.account.usage,
            cost_usd=self.account.cost_usd,
            answered_by=tuple(dict.fromkeys((reply.model, reply.teacher) for reply in self.account.replies)),
            one_family=len(families) < 2,
        )


def _parts(text: str, most: int) -> list[str]:
    """The text in stretches of whole sentences, about equally long and none longer than so many sentences."""
    spans = sentences(text)
    if len(spans) <= most:
        return [text]
    count = -(-len(spans) // most)
    edges = [n * len(spans) // count for n in range(count + 1)]
    return [text[spans[a][0] : spans[b - 1][1]] for a, b in pairwise(edges)]


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


def _same(one: str, other: str) -> bool:
    """Whether two texts differ in white space and case at most."""
    return _squeezed(one) == _squeezed(other)


def _issue_data(issue: Issue) -> dict[str, str]:
    return {"id": issue.id, "aspect": issue.aspect, "severity": issue.severity, "fix": issue.fix}
