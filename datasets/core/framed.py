"""A row as its TRAIN_PAIR frame, and the shared secret that signs frames for readers of the old format."""

from dataclasses import dataclass, field
from hashlib import sha256

from datasets.core.errors import RecordError
from datasets.core.frames import DEFAULT_LIMITS, FrameError, build_train_pair
from datasets.core.frames import sign as sign_frame
from datasets.core.records import PairRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameKey:
    """The shared secret of the old format's signature line. It proves integrity to its holders, nothing else."""

    secret: bytes = field(repr=False)
    signer_id: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 over a label and the secret: names the key without giving it away (keys have 32 random bytes)."""
        return sha256(b"frame key\0" + self.secret).hexdigest()


def frame_of(record: PairRecord, key: FrameKey | None = None) -> str:
    """Return the record's TRAIN_PAIR frame, signed when a key is given; the line's time is the pair's own."""
    metadata = {"PAIR_ID": record.id}
    if record.score is not None:
        metadata["QUALITY_SCORE"] = record.score
    if record.system is not None:
        metadata["SYSTEM"] = record.system
    try:
        frame = build_train_pair(record.instruction, record.completion, created_at=record.created_at, metadata=metadata)
        if key is not None:
            frame = sign_frame(frame, key=key.secret, signer_id=key.signer_id, timestamp=record.created_at)
    except FrameError as error:
        raise RecordError(f"Pair {record.id} cannot be written as a frame.", cause=str(error)) from error
    if len(frame) > DEFAULT_LIMITS.max_frame_chars:
        raise RecordError(f"Pair {record.id} is too long for a frame that readers accept.")
    return frame
