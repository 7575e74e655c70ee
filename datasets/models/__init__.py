"""Tables of the datasets app, a file per noun."""

from datasets.models.dataset import Dataset, default_dataset
from datasets.models.decision import Decision
from datasets.models.pair import Pair

__all__ = ["Dataset", "Decision", "Pair", "default_dataset"]
