"""Writing a signed export: all or nothing on disk, the same bytes for the same rows and settings, constant memory."""

from datasets.core.export.folder import sweep
from datasets.core.export.signing import (
    SigningRequest,
    attach,
    complete,
    read_request,
    read_signatures,
    request_for,
    seal,
    sign_request,
)
from datasets.core.export.writer import ExportResult, write
from datasets.core.framed import FrameKey

__all__ = [
    "ExportResult",
    "FrameKey",
    "SigningRequest",
    "attach",
    "complete",
    "read_request",
    "read_signatures",
    "request_for",
    "seal",
    "sign_request",
    "sweep",
    "write",
]
