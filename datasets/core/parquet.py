"""Parquet rendering of the rows, and reading it back for comparison. Needs pyarrow; nothing else here does.

The file is promised byte for byte only for one version of pyarrow, which the statement names; it is always bound by
its digest.
"""

from collections.abc import Iterator
from typing import IO, Any

from datasets.core import canonical
from datasets.core.errors import Malformed
from datasets.core.layouts import provenance
from datasets.core.records import PairRecord

COLUMNS = ("id", "instruction", "completion", "system", "rejected", "provenance")
_ROWS_AT_ONCE = 2_000
_BYTES_AT_ONCE = 4 * 1024 * 1024


def is_available() -> bool:
    """Say whether pyarrow is installed."""
    try:
        import pyarrow.parquet  # noqa: F401 - only asking
    except ImportError:
        return False
    return True


def writer_name() -> str:
    """Return the writer's name and version, as the statement records it."""
    import pyarrow as pa

    return f"pyarrow {pa.__version__}"


def errors() -> tuple[type[Exception], ...]:
    """Return what reading a faulty file may raise."""
    import pyarrow as pa

    return (Malformed, pa.ArrowException, ValueError, OSError, KeyError, TypeError, AttributeError)


class Writer:
    """Writes rows in groups of bounded size, so memory does not grow with the number of rows."""

    def __init__(self, target: Any) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa = pa
        self._schema = pa.schema(
            [pa.field(name, pa.string(), nullable=name in {"system", "rejected"}) for name in COLUMNS]
        )
        self._writer = pq.ParquetWriter(target, self._schema, compression="zstd", version="2.6", write_statistics=False)
        self._rows: list[tuple[str | None, ...]] = []
        self._size = 0

    def add(self, record: PairRecord) -> None:
        """Append one row."""
        row = (
            record.id,
            record.instruction,
            record.completion,
            record.system,
            record.rejected,
            provenance(record),
        )
        self._rows.append(row)
        self._size += sum(len(text) for text in row if text)
        if len(self._rows) >= _ROWS_AT_ONCE or self._size >= _BYTES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = [self._pa.array(column, self._pa.string()) for column in zip(*self._rows, strict=True)]
            self._writer.write_table(self._pa.Table.from_arrays(columns, schema=self._schema))
            self._rows, self._size = [], 0

    def close(self) -> None:
        """Write what is left and the footer."""
        if self._writer.is_open:
            self._flush()
            self._writer.close()


def lines(source: IO[bytes]) -> Iterator[bytes]:
    """Yield each row as the canonical line it must equal in `data/train.jsonl`.

    Raises one of `errors()` for files that are not such a table.
    """
    import pyarrow.parquet as pq

    table = pq.ParquetFile(source)
    if tuple(table.schema_arrow.names) != COLUMNS:
        raise ValueError("other columns")
    for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE):
        for row in batch.to_pylist():
            line = canonical.load_object(row.pop("provenance").encode())
            line.update({name: value for name, value in row.items() if value is not None})
            yield canonical.dump(line)
