"""Small seeded exports for the tests: pairs, keys, settings, one finished folder."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from datasets.core import dsse, keys
from datasets.core.export import ExportResult, FrameKey, write
from datasets.core.ledger import LedgerHead
from datasets.core.records import Approval, PairRecord, Row, Vote, content_digest
from datasets.core.settings import Approver, ExportSettings, Material
from datasets.core.verify import LedgerOptions, Report, pin, verify

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x22" * 32)
SECRET = FrameKey(secret=b"a frame secret of thirty-two byte", signer_id="studio")
TIME = "2026-03-01T10:00:00Z"
_WORDS = (
    *("the", "lease", "ends", "in", "May", "naïve", "数据", "“quoted”", "line\u2028separator", "tab\there\nnew"),
    *("∴", "∷", "⦙", "≛", "🙂", "plain", "text"),
)


def public(private: Ed25519PrivateKey = PRIVATE) -> bytes:
    return private.public_key().public_bytes_raw()


def key_id(private: Ed25519PrivateKey = PRIVATE) -> str:
    return keys.key_id(public(private))


def entry(private: Ed25519PrivateKey = PRIVATE, **changes: object) -> keys.KeyEntry:
    return keys.KeyEntry(**({"public": public(private), "roles": ("export", "ledger")} | changes))


def key_list(*entries: keys.KeyEntry, version: int = 1, **changes: object) -> keys.KeyList:
    return keys.KeyList(version=version, keys=entries or (entry(),), **changes)


def pair(number: int, **changes: object) -> PairRecord:
    rng = random.Random(number)
    text = {
        "instruction": " ".join(rng.choices(_WORDS, k=6)) + f" {number}?",
        "completion": " ".join(rng.choices(_WORDS, k=30)) + ".",
        "system": "Answer from the lease." if number % 5 == 0 else None,
    } | {name: changes.pop(name) for name in ("instruction", "completion", "system") if name in changes}
    shown = content_digest(text["instruction"], text["completion"], text["system"])
    fields = {
        "id": f"pair-{number:05}",
        "created_at": f"2026-01-{number % 28 + 1:02}T08:00:00Z",
        "approvals": (Approval(by=f"u{number % 3}", at=f"2026-02-{number % 28 + 1:02}T09:00:00Z", shown=shown),),
        "score": f"0.{80 + number % 20}",
        "source": (f"session:{number}",),
        "teachers": ("model-a",) if number % 2 else ("model-a", "model-b"),
        "votes": (Vote(by="judge", score="0.9"),) if number % 7 == 0 else (),
        "rejected": "a much worse draft" if number % 3 == 0 else None,
        "edited": "ab" * 32 if number % 4 == 0 else None,
    }
    return PairRecord(**(text | fields | changes))


def pairs(count: int) -> list[PairRecord]:
    return [pair(number) for number in range(count)]


def settings(**changes: object) -> ExportSettings:
    fields = {
        "name": "Lease answers",
        "version": "1.0.0",
        "keys": key_list(),
        "description": "Questions about leases.",
        "licence": "CC-BY-4.0",
        "approvers": (Approver(id="u0", name="Ada"), Approver(id="u1"), Approver(id="u2")),
        "materials": (Material(name="lease.pdf", kind="document", digest={"sha256": "cd" * 32}),),
        "selection": {"approved": 40, "rejected": 3, "pending": 2},
        "producer": {"name": "studio", "version": "0.1.0"},
    }
    return ExportSettings(**(fields | changes))


def head(**changes: object) -> LedgerHead:
    return LedgerHead(**({"origin": "studio.example/exports", "time": TIME} | changes))


def make(folder: Path, rows: Iterable[Row], **changes: object) -> ExportResult:
    """Write an export; keyword arguments of write() are taken, all others go to the settings."""
    own = {name: changes.pop(name) for name in ("sign", "ledger", "frame_key", "progress") if name in changes}
    fields = {"sign": keys.signer(PRIVATE), "ledger": head()} | own
    return write(folder, rows, settings=settings(**changes), **fields)


def check(path: Path, *trusted: str, **options: object) -> Report:
    """Verify with the test key's fingerprint, or with the keys given."""
    ledger = {name: options.pop(name) for name in ("newer", "lines", "min_seq") if name in options}
    pins = pin(trusted or [key_id()], options.pop("threshold", 1))
    return verify(path, pins, ledger=LedgerOptions(**ledger), **options)


def resign(folder: Path, change: Callable[[bytes], bytes], private: Ed25519PrivateKey = PRIVATE) -> None:
    """Rewrite the signed statement as a dishonest or careless signer would."""
    path = folder / "attestation.dsse.json"
    payload = change(dsse.read(path.read_bytes()).payload)
    signature = keys.signer(private)(dsse.pae(dsse.STATEMENT_TYPE, payload))
    path.write_bytes(dsse.write(dsse.STATEMENT_TYPE, payload, [signature]))
