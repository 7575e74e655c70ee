"""Word diff from a draft to its revision, in numbered hunks that can be kept or reverted one by one."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Op = Literal["equal", "insert", "delete"]
_Pieces = tuple[list[str], list[str], list[str]]  # the text that stayed, then what went and what came after it

_IDEOGRAPH = r"\u3040-\u30ff\u3400-\u9fff"
_LETTERS = rf"[^\W{_IDEOGRAPH}]+"
# One ideograph or kana; a word with inner apostrophes, hyphens and decimal marks ("don't", "1,000.5"); one other sign.
_WORD = re.compile(rf"[{_IDEOGRAPH}]|{_LETTERS}(?:['’.,-]{_LETTERS})*[\u0300-\u036f]*|[^\w\s]")
_MAX_CELLS = 60_000_000  # bits of the table below: 7.5 MB; larger texts are first matched paragraph by paragraph
_MIN_ISLAND = 4  # letters; a shorter stretch left alone between two changes reads as noise and joins them


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text with one fate. hunk: 1, 2, … for changes, None for text that stayed."""

    op: Op
    text: str
    hunk: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a reader sees in order: text that stayed (hunk None), or a hunk with what went and what came."""

    hunk: int | None
    equal: str = ""
    deleted: str = ""
    inserted: str = ""


def word_diff(draft: str, revised: str) -> list[Run]:
    """The runs that lead from draft to revised.

    Every character of both texts is in exactly one run: `keep` gives revised back byte for byte, `revert` the draft.
    White space belongs to the word before it, so a line break that moved never tears a sentence into crumbs.
    """
    old, new = _units(draft), _units(revised)
    pairs = _match([word for word, _ in old], [word for word, _ in new])
    return _number(_merge(_runs(old, new, pairs)))


def keep(runs: Iterable[Run]) -> str:
    """The revised text."""
    return "".join(run.text for run in runs if run.op != "delete")


def revert(runs: Iterable[Run]) -> str:
    """The draft."""
    return "".join(run.text for run in runs if run.op != "insert")


def apply(runs: Iterable[Run], reverted: Collection[int]) -> str:
    """The revised text with the hunks of those numbers put back to the draft's words."""
    dropped: dict[bool, Op] = {True: "insert", False: "delete"}
    return "".join(run.text for run in runs if run.op != dropped[run.hunk in reverted])


def parts(runs: Iterable[Run]) -> list[Part]:
    """The runs grouped for display: a hunk is one part, however many runs it has."""
    found: list[Part] = []
    for run in runs:
        if run.hunk is None:
            found.append(Part(hunk=None, equal=run.text))
            continue
        last = found.pop() if found and found[-1].hunk == run.hunk else Part(hunk=run.hunk)
        deleted = last.deleted + (run.text if run.op == "delete" else "")
        inserted = last.inserted + (run.text if run.op == "insert" else "")
        found.append(Part(hunk=run.hunk, deleted=deleted, inserted=inserted))
    return found


def _units(text: str) -> list[tuple[str, str]]:
    """(word, white space after it); a text that begins with white space begins with an empty word."""
    units: list[tuple[str, str]] = []
    end = 0
    word = ""
    for match in _WORD.finditer(text):
        start = match.start()
        if units or word or start:
            units.append((word, text[end:start]))
        word, end = match.group(), match.end()
    if word or end < len(text):
        units.append((word, text[end:]))
    return units


def _match(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of a longest common subsequence, rising in both."""
    start, stop_old, stop_new = 0, len(old), len(new)
    while start < stop_old and start < stop_new and old[start] == new[start]:
        start += 1
    while stop_old > start and stop_new > start and old[stop_old - 1] == new[stop_new - 1]:
        stop_old, stop_new = stop_old - 1, stop_new - 1
    head = [(i, i) for i in range(start)]
    tail = [(stop_old + i, stop_new + i) for i in range(len(old) - stop_old)]
    left, right = old[start:stop_old], new[start:stop_new]
    pick = _subsequence if len(left) * len(right) <= _MAX_CELLS else _by_rare_words
    return head + [(i + start, j + start) for i, j in pick(left, right)] + tail


def _subsequence(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """A longest common subsequence by bit-parallel rows: one big integer per word of `new`, one bit per word of `old`.

    A zero bit in a row marks a place where the subsequence of that prefix grew; walking back from the last row follows
    them. Source: Crochemore, Iliopoulos, Pinzon, Reid, "A fast and practical bit-vector algorithm for the longest
    common subsequence problem", IPL 2001.
    """
    places: dict[str, int] = {}
    for i, word in enumerate(old):
        places[word] = places.get(word, 0) | (1 << i)
    full = (1 << len(old)) - 1
    row = full
    rows: list[int] = []
    for word in new:
        hits = row & places.get(word, 0)
        row = ((row + hits) | (row - hits)) & full
        rows.append(row)
    found: list[tuple[int, int]] = []
    i, j = len(old), len(new)
    while i and j:
        growth = ~rows[j - 1] & ((1 << i) - 1)
        if not growth:
            break
        i = growth.bit_length()
        while j > 1 and not (rows[j - 2] >> (i - 1)) & 1:
            j -= 1
        i, j = i - 1, j - 1
        found.append((i, j))
    return found[::-1]


def _by_rare_words(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """For very long texts: tie both at words that occur once in each, then match what lies between (patience diff)."""
    seen_old, seen_new = _once(old), _once(new)
    candidates = [(i, seen_new[word]) for word, i in seen_old.items() if word in seen_new]
    anchors = _rising(candidates)
    found: list[tuple[int, int]] = []
    i = j = 0
    for next_i, next_j in [*anchors, (len(old), len(new))]:
        left, right = old[i:next_i], new[j:next_j]
        if len(left) * len(right) <= _MAX_CELLS:
            found += [(i + a, j + b) for a, b in _subsequence(left, right)]
        if next_i < len(old):
            found.append((next_i, next_j))
        i, j = next_i + 1, next_j + 1
    return found


def _once(words: Sequence[str]) -> dict[str, int]:
    """Position of each word that occurs once."""
    first: dict[str, int] = {}
    repeated: set[str] = set()
    for i, word in enumerate(words):
        if word in first:
            repeated.add(word)
        first[word] = i
    return {word: i for word, i in first.items() if word not in repeated}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of pairs, given by rising first, whose second rises too (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        if pile == len(tops):
            tops.append(j)
            piles.append(index)
        else:
            tops[pile], piles[pile] = j, index
        before.append(piles[pile - 1] if pile else -1)
    found: list[tuple[int, int]] = []
    index = piles[-1] if piles else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _runs(
    old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]], pairs: Sequence[tuple[int, int]]
) -> list[tuple[Op, str]]:
    """Raw runs in order; where only the white space after a word changed, only the white space is a change."""
    runs: list[tuple[Op, str]] = []
    i = j = 0
    for next_i, next_j in [*pairs, (len(old), len(new))]:
        runs += [("delete", word + space) for word, space in old[i:next_i]]
        runs += [("insert", word + space) for word, space in new[j:next_j]]
        if next_i < len(old):
            (word, space), (_, other) = old[next_i], new[next_j]
            if space == other:
                runs.append(("equal", word + space))
            else:
                runs += [("equal", word), ("delete", space), ("insert", other)]
        i, j = next_i + 1, next_j + 1
    return runs


def _merge(raw: Iterable[tuple[Op, str]]) -> list[tuple[Op, str]]:
    """Join neighbours of one kind, deletions before insertions, and drown islands of a few letters between changes."""
    blocks: list[_Pieces] = [([], [], [])]
    for op, text in raw:
        if op == "equal":
            if blocks[-1][1] or blocks[-1][2]:
                blocks.append(([], [], []))
            blocks[-1][0].append(text)
        else:
            blocks[-1][1 if op == "delete" else 2].append(text)
    merged: list[_Pieces] = []
    for equal, deleted, inserted in blocks:
        follows_change = bool(merged) and (_says_something(merged[-1][1]) or _says_something(merged[-1][2]))
        if follows_change and (deleted or inserted) and _is_island("".join(equal)):
            merged[-1][1].extend(equal + deleted)
            merged[-1][2].extend(equal + inserted)
        else:
            merged.append((equal, deleted, inserted))
    joined = [["".join(pieces) for pieces in block] for block in merged]
    joined.append(["", "", ""])
    for block, following in pairwise(joined):
        space = _common_space(block[1], block[2])
        if space:
            block[1], block[2] = block[1].removesuffix(space), block[2].removesuffix(space)
            following[0] = space + following[0]
    ops: tuple[Op, Op, Op] = ("equal", "delete", "insert")
    return [(op, text) for block in joined for op, text in zip(ops, block, strict=True) if text]


def _common_space(left: str, right: str) -> str:
    """White space that both end with; it did not change, so it should not look changed."""
    ends = [text[len(text.rstrip()) :] for text in (left, right)]
    length = 0
    while length < min(map(len, ends)) and ends[0][-1 - length] == ends[1][-1 - length]:
        length += 1
    return ends[0][len(ends[0]) - length :]


def _says_something(pieces: Iterable[str]) -> bool:
    return any(piece.strip() for piece in pieces)


def _is_island(text: str) -> bool:
    return len(text.strip()) < _MIN_ISLAND and "\n" not in text


def _number(runs: Iterable[tuple[Op, str]]) -> list[Run]:
    """Give each change between two stretches of unchanged text its number, from 1."""
    found: list[Run] = []
    hunk = 0
    was_equal = True
    for op, text in runs:
        if op == "equal":
            found.append(Run(op=op, text=text))
        else:
            hunk += was_equal
            found.append(Run(op=op, text=text, hunk=hunk))
        was_equal = op == "equal"
    return found
