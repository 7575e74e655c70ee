"""Streams rows into an export folder, counts and hashes them once, and has the result signed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from datasets.core import canonical, card, croissant, dsse, keys, names, parquet, statement, stubs
from datasets.core.errors import ExportError, KeyRefused, RecordError
from datasets.core.export.folder import Sink, appearing, put
from datasets.core.export.signing import request_for, seal
from datasets.core.framed import FrameKey, frame_of
from datasets.core.frames import FrameError, check_key
from datasets.core.layouts import LAYOUTS
from datasets.core.ledger import LedgerHead
from datasets.core.merkle import Tree
from datasets.core.policy import checker
from datasets.core.records import Row, WithheldRow, to_line
from datasets.core.settings import ExportSettings
from datasets.core.statement import FileInfo, Tally

_REPORT_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What was written. statement: the signed payload; head: the ledger after this export.

    entry: the line to append to the ledger file (an envelope); None while the export waits for its signature.
    """

    folder: Path
    rows: int
    withheld: int
    root: str
    statement: bytes = field(repr=False)
    files: tuple[FileInfo, ...]
    key_id: str | None
    entry: bytes | None = field(repr=False)
    head: LedgerHead


def write(
    folder: Path,
    rows: Iterable[Row],
    *,
    settings: ExportSettings,
    sign: dsse.Sign | None,
    ledger: LedgerHead,
    frame_key: FrameKey | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> ExportResult:
    """Write an export; folder must not exist and appears complete or not at all.

    rows: each once, ascending by id; a row that breaks the policy ends the export.
    sign: None leaves the folder unsigned with a signing request in it, for `attach`.
    progress: called with the number of rows done, at times.
    Raises RecordError, KeyRefused, FolderRefused or another ExportError; whatever `rows` raises passes through.
    """
    if frame_key is not None:
        try:
            check_key(frame_key.secret, new=True)
        except FrameError as error:
            raise KeyRefused("The frame key is too short or publicly known.", cause=str(error)) from error
    with appearing(folder) as target:
        files = _Files(target, settings, frame_key)
        with files:
            files.take(rows, progress)
            body, infos = files.finish()
        payload = statement.build(infos, body)
        root = files.tree.root().hex()
        request, head = request_for(payload, ledger)
        if sign is None:
            put(target, names.REQUEST, request.to_bytes())
            key_id, sealed = None, None
        else:
            sealed = seal(request, request.sign(sign), settings.keys)
            infos += [put(target, name, data) for name, data in sealed.files.items()]
            key_id = sealed.key_id
    return ExportResult(
        folder=folder,
        rows=files.tally.rows,
        withheld=files.tally.withheld,
        root=root,
        statement=payload,
        files=tuple(sorted(infos, key=lambda info: info.name)),
        key_id=key_id,
        entry=sealed.files[names.LEDGER] if sealed else None,
        head=head,
    )


class _Files:
    """The open files of one export."""

    def __init__(self, target: Path, settings: ExportSettings, frame_key: FrameKey | None) -> None:
        self.target = target
        self.settings = settings
        self.frame_key = frame_key
        self.tree = Tree()
        self.tally = Tally()
        self.rows = Sink(target, names.ROWS)
        self.index = Sink(target, names.INDEX)
        self.layouts = [(LAYOUTS[name], Sink(target, LAYOUTS[name].path)) for name in sorted(settings.layouts)]
        self.frames = Sink(target, names.FRAMES) if settings.frames else None
        self.parquet_sink: Sink | None = None
        self.parquet: parquet.Writer | None = None
        if settings.parquet:
            if not parquet.is_available():
                raise ExportError("Parquet needs pyarrow, which is not installed.")
            self.parquet_sink = Sink(target, names.PARQUET)
            self.parquet = parquet.Writer(self.parquet_sink)

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *_: object) -> None:
        if self.parquet is not None:
            self.parquet.close()
        optional = (self.frames, self.parquet_sink)
        for sink in (self.rows, self.index, *(sink for _, sink in self.layouts), *(s for s in optional if s)):
            sink.abandon()

    def take(self, rows: Iterable[Row], progress: Callable[[int], None]) -> None:
        """Write every row to every file."""
        check = checker(self.settings.policy, self.settings.keys.with_role("reviewer"))
        tree, tally, data, index = self.tree, self.tally, self.rows, self.index
        previous = ""
        for row in rows:
            line = to_line(row)
            if row.id <= previous:
                raise RecordError(f"Pair {row.id} comes after {previous}: rows must ascend by id, each once.")
            previous = row.id
            if isinstance(row, WithheldRow):
                leaf = bytes.fromhex(row.leaf)
                tally.withheld += 1
            else:
                problem = check(row)
                if problem is not None:
                    raise RecordError(f"Pair {row.id} may not leave: {problem}.")
                leaf = sha256(b"\x00" + line).digest()
                tally.add(row)
            tree.add(leaf)
            data.line(line)
            index.line(f"{leaf.hex()} {row.id}".encode())
            self._derive(row)
            if not tree.size % _REPORT_EVERY:
                progress(tree.size)
        progress(tree.size)

    def _derive(self, row: Row) -> None:
        if self.frames is not None:
            self.frames.line(canonical.dump(None if isinstance(row, WithheldRow) else frame_of(row, self.frame_key)))
        if isinstance(row, WithheldRow):
            return
        for layout, sink in self.layouts:
            for line in layout.lines(row):
                sink.line(canonical.dump(line))
        if self.parquet is not None:
            self.parquet.add(row)

    def finish(self) -> tuple[dict[str, Any], list[FileInfo]]:
        """Close the row files, write the files about them, and return the predicate and every file."""
        tools: dict[str, str] = {}
        infos = [self.rows.close(), self.index.close()]
        if self.parquet is not None and self.parquet_sink is not None:
            self.parquet.close()
            infos.append(self.parquet_sink.close())
            tools["parquet"] = parquet.writer_name()
        if self.frames is not None:
            infos.append(self.frames.close())
            tools["frames"] = "ForgeNumerics TRAIN_PAIR, strict"
        counts = {layout.name: sink.lines for layout, sink in self.layouts}
        for layout, sink in self.layouts:
            # A trainer cannot load an empty file: a layout that no row fits is not written.
            if counts[layout.name]:
                infos.append(sink.close())
            else:
                sink.discard()
        written = [name for name, count in counts.items() if count]
        signer = None
        if self.frames is not None and self.frame_key is not None:
            signer = {"signerId": self.frame_key.signer_id, "keyFingerprint": self.frame_key.fingerprint}
        body = statement.predicate(self.settings, self.tally, self.tree.root(), frames=signer, tools=tools)
        body["dataset"]["formats"]["layouts"] = written
        data = [info for info in infos if info.name != names.INDEX]
        extra = {names.CROISSANT: croissant.write(body, data), names.KEYS: keys.write_list(self.settings.keys)}
        extra |= stubs.write(written, counts)
        extra[names.CARD] = card.write(body, sorted(info.name for info in data))
        return body, infos + [put(self.target, name, content) for name, content in sorted(extra.items())]
