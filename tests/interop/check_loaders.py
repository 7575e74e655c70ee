"""Stock loaders read the folder: mlcroissant with its digests, and Hugging Face datasets with every configuration."""

import json
import sys
import tempfile
import warnings
from pathlib import Path

import mlcroissant

from datasets import __file__ as loaded_from
from datasets import get_dataset_config_names, load_dataset


def main() -> None:
    folder = Path(sys.argv[1]) / "export"
    if Path(__file__).parents[2] / "datasets" in Path(loaded_from).parents:
        raise SystemExit("run this outside the project, whose package has the same name")
    rows = [json.loads(line) for line in (folder / "data/train.jsonl").read_bytes().splitlines()]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        described = mlcroissant.Dataset(str(folder / "croissant.json"))
    records = list(described.records("pairs"))
    if [_text(record["pairs/completion"]) for record in records] != [row["completion"] for row in rows]:
        raise SystemExit("mlcroissant reads other rows")
    errors = described.metadata.ctx.issues.errors
    if errors:
        raise SystemExit(f"mlcroissant finds errors: {errors}")
    print(f"ok    mlcroissant reads {len(records)} records and their digests, without an error")

    with tempfile.TemporaryDirectory() as cache:
        for name in get_dataset_config_names(str(folder)):
            found = load_dataset(str(folder), name, split="train", cache_dir=cache)
            answers = [message[0]["content"] for message in found["completion"]] if name == "default" else None
            if answers is not None and answers != [row["completion"] for row in rows]:
                raise SystemExit("datasets reads other rows")
            print(f"ok    datasets loads {name}: {found.num_rows} rows, {', '.join(found.column_names)}")


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    main()
