"""Tables of the datasets app, a file per noun."""

from datasets.models.dataset import Dataset, default_dataset
from datasets.models.decision import Decision
from datasets.models.export import Export, ExportRow
from datasets.models.imports import Import
from datasets.models.pair import Pair
from datasets.models.signing import FrameSecret, Ledger, LedgerEntry, SigningKey

__all__ = [
    "Dataset",
    "Decision",
    "Export",
    "ExportRow",
    "FrameSecret",
    "Import",
    "Ledger",
    "LedgerEntry",
    "Pair",
    "SigningKey",
    "default_dataset",
]
