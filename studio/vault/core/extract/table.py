"""CSV: the source as it stands, one block for each record."""

import csv
from bisect import bisect_right
from typing import Final

from studio.vault.core.decoding import decode
from studio.vault.core.document import Block, Extracted
from studio.vault.core.errors import DamagedFile
from studio.vault.core.extract.plain import fill_gaps
from studio.vault.core.sniff import find_delimiter

__all__ = ["read_csv"]

MAX_CELL: Final = 1_000_000


def read_csv(data: bytes) -> Extracted:
    """Each record is a row block, also when a quoted cell holds line breaks. Offsets are those of the source."""
    text = decode(data)
    csv.field_size_limit(MAX_CELL)
    lines = text.splitlines(keepends=True) if "\n" not in text else [line + "\n" for line in text.split("\n")]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    reader = csv.reader(lines, delimiter=find_delimiter(text[: 64 * 1024]) or ",")
    blocks: list[Block] = []
    first = 0
    try:
        for _ in reader:
            last = reader.line_num
            start, end = starts[first], min(starts[last], len(text))
            piece = text[start:end]
            if piece.strip():
                blocks.append(
                    Block(
                        kind="row",
                        start=start + len(piece) - len(piece.lstrip()),
                        end=start + len(piece.rstrip()),
                    )
                )
            first = last
    except csv.Error as error:
        line_number = bisect_right(starts, starts[first]) if first < len(starts) else first
        raise DamagedFile(f"This table cannot be read from line {line_number} on.", cause="csv") from error
    return Extracted(text=text, kind="csv", blocks=fill_gaps(text, blocks))
