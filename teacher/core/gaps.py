"""Whether quoted sentences bear a claim out: what a model called SUPPORTED and its own quotes do not say.

A model may quote a true sentence for a false claim. Figures, bounds, names, limits and denials are compared, and the
sentences must be about the same thing. Nothing here proves a claim; each check can only take a verdict away.
"""

import re
from collections.abc import Sequence

from studio.llm.bounds import misbound
from studio.llm.builtin.evidence import Evidence
from studio.llm.builtin.judge import judge
from studio.llm.builtin.oppose import WHY
from studio.llm.figures import CITATION, figures, lacking
from studio.llm.language import content, is_turned, names, spelled, swapped, words
from studio.llm.quotes import UNSPACED

LEAST_SHARED = 0.3  # of a claim's words in the sentences it is quoted from; a fair paraphrase keeps more
LEAST_FOREIGN = 6  # words without any of English's small ones, for a text to be in another language
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_FIRM = frozenset(WHY.values()) - {WHY["bound"]}
_NARROWING = frozenset({"only", "solely", "exclusively", "unless", "except", "alone"})


def gap(text: str, around: Sequence[str], passages: Sequence[str], question: str) -> str:
    """What a supported claim says that the sentences around its quotes do not; empty when they say it all.

    passages: titles and texts of the quoted passages; what they or the question name needs no quote.
    """
    given = [figure for piece in around for figure in figures(piece)]
    if missing := lacking(figures(text), given):
        return f"The quotes do not hold the figure {missing[0].value}."
    if wrong := misbound(CITATION.sub("", text), [CITATION.sub("", piece) for piece in around]):
        return f"The quotes bound the figure {wrong.figure.value} differently."
    if unknown := _unknown(text, [question, *passages]):
        return f"The quoted passages do not name {unknown[0]}."
    if all(_turned(text, piece) for piece in around):
        return "The quote says the opposite."
    if not _related(text, " ".join(around), " ".join(passages)):
        return "The quotes speak of something else."
    if not _NARROWING.isdisjoint(spelled(text)) and all(_NARROWING.isdisjoint(spelled(piece)) for piece in around):
        return "The quotes do not limit it like this."
    return _objection(text, around, question)


def _unknown(text: str, told: Sequence[str]) -> list[str]:
    """Names and codes of a claim that nothing told holds. Without spaces or English only what has digits in it is told
    from other words: in German every noun has a capital."""
    if UNSPACED.search(text):
        return sorted(set(_DIGITS.findall(text)) - {number for each in told for number in _DIGITS.findall(each)})
    unknown = names(text).difference(*(spelled(each) for each in told))
    return sorted(name for name in unknown if is_english(text) or any(char.isdigit() for char in name))


def _turned(text: str, piece: str) -> bool:
    """Whether a quoted sentence is about the same words and denies what the claim affirms, or the other way round."""
    ours, theirs = set(content(text)), set(content(piece))
    alike = len(ours & theirs) + len(swapped(ours, theirs))
    return bool(ours) and alike / len(ours) >= 0.6 and is_turned(text, piece)


def _objection(text: str, pieces: Sequence[str], question: str) -> str:
    """What the built-in teacher, which compares word by word, holds against a claim in its own quotes; "" for nothing.

    It is stricter than a fair reader about who and what, so only differences of a firm kind count. Bounds have been
    compared already: "from 9:00" does bear out "opens at 9".
    """
    quoted = [{"label": str(n), "title": "", "text": piece} for n, piece in enumerate(pieces, 1)]
    found = judge(text, Evidence(quoted), question)
    return found.why if found.verdict == "CONTRADICTED" and found.why in _FIRM else ""


def _related(text: str, quoted: str, told: str) -> bool:
    """Whether a claim and the sentences quoted for it are about the same thing, as far as shared words can tell. A
    translation shares none, and a script without spaces has no words to share."""
    wanted = set(content(text))
    if len(wanted) < 2 or UNSPACED.search(text + quoted):
        return True
    if _is_foreign(text) != (_is_foreign(quoted) and not is_english(told)):
        return True
    shared = wanted & set(content(quoted))
    return len(shared) / len(wanted) >= LEAST_SHARED if is_english(text) else bool(shared)


def _is_foreign(text: str) -> bool:
    """Whether a text is in another language than English; a heading, a row or a list in English has few small words
    too, so a short text needs a letter that English does not have."""
    said = [word for word in words(text) if not word[0].isdigit()]
    return not is_english(text) and (len(said) >= LEAST_FOREIGN or not "".join(said).isascii())


def is_english(text: str) -> bool:
    """Whether enough of a text are the small words of English."""
    said = [word for word in words(text) if not word[0].isdigit()]
    return len(said) - len(content(text)) >= 0.2 * len(said)
