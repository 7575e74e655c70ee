"""Where things stand in an export folder."""

import re

ROWS = "data/train.jsonl"
# One line a row: leaf hash in hex, a space, the id. Signed like every file, it lets `verify` name the very row that was
# changed, dropped, added or moved, at about 100 bytes a row; proofs for one pair come from it without reading the rows.
INDEX = "data/train.index"
PARQUET = "data/train.parquet"
FRAMES = "frames/train.fn"
CARD = "README.md"
CROISSANT = "croissant.json"
KEYS = "keys.json"
ATTESTATION = "attestation.dsse.json"
LEDGER = "ledger.dsse.json"
CHECKPOINT = "checkpoint"
REQUEST = "signing_request.json"

# Not covered by the statement: they carry or follow its signature.
UNLISTED = frozenset({ATTESTATION, LEDGER, CHECKPOINT})

# What file systems, packers and version control leave beside files. No export has such names; no trainer reads them.
_LITTER = re.compile(
    r"(.*/)?(\.DS_Store|Thumbs\.db|desktop\.ini|\.gitattributes|\._[^/]*|(__MACOSX|\.git|\.cache)(/.*)?)"
)
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,4}").fullmatch


def is_safe(name: str) -> bool:
    """Say whether a path from outside stays inside its folder and means the same on every system."""
    return len(name) <= 200 and _SAFE(name) is not None


def is_litter(name: str) -> bool:
    """Say whether a path, or a folder on it, is there by the doing of a system and no part of an export."""
    return _LITTER.fullmatch(name) is not None
