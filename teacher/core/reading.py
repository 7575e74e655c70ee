"""Reading the texts a teacher writes, a draft and a revision: what is no text, or no plausible one, is malformed."""

from studio.llm.parse import Malformed, spoken
from studio.llm.schemas import ANSWER_BEGIN, ANSWER_END, Rewrite, read_rewrite
from teacher.core.outcome import Judged


def read_text(answer: str) -> str | Malformed:
    """A draft: text that is neither empty nor our own marks."""
    text = spoken(answer).replace(ANSWER_BEGIN, "").replace(ANSWER_END, "").strip()
    return text or Malformed(error="The answer is empty.")


def read_revision(answer: str, best: Judged) -> Rewrite | Malformed:
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
