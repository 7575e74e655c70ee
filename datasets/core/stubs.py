"""The small files beside the derived data: what each file is, and a configuration stub for each trainer."""

import json
from collections.abc import Mapping, Sequence

from datasets.core.layouts import LAYOUTS, Layout


def write(names: Sequence[str], counts: Mapping[str, int]) -> dict[str, bytes]:
    """Return path → bytes for the chosen layouts. counts: lines in each layout's file."""
    chosen = [LAYOUTS[name] for name in names]
    if not chosen:
        return {}
    files = {"derived/README.md": _readme(chosen, counts)}
    entries = {
        f"arcticcodex_{layout.name}": {"file_name": f"{layout.name}.jsonl", **layout.llama_factory}
        for layout in chosen
        if layout.llama_factory
    }
    if entries:
        files["derived/dataset_info.json"] = (json.dumps(entries, indent=2, sort_keys=True) + "\n").encode()
    if any(layout.axolotl for layout in chosen):
        files["derived/axolotl.yaml"] = _axolotl(chosen)
    return files


def _readme(chosen: Sequence[Layout], counts: Mapping[str, int]) -> bytes:
    rows = [f"| `{it.name}.jsonl` | {counts[it.name]} | {it.consumer} | {it.columns} |" for it in chosen]
    trl = [f"load_dataset('json', data_files='derived/{it.name}.jsonl')" for it in chosen if "TRL" in it.consumer]
    text = [
        "# Files for trainers",
        "",
        "Each file holds the rows of `../data/train.jsonl` in the layout of one kind of trainer. Use one file, not",
        "several together: they hold the same pairs. Files with `rejected` answers hold only pairs whose draft may",
        "stand as the worse answer.",
        "",
        "| file | lines | for | columns |",
        "|---|---|---|---|",
        *rows,
        "",
        "`pair_id` names the row; `provenance` is canonical JSON in one string (approvals, score, teachers, source).",
    ]
    if trl:
        text += ["", "## TRL", "", "```python", "from datasets import load_dataset", "", *trl, "```"]
    text += [
        "",
        "## Other trainers",
        "",
        "LLaMA-Factory: copy the entries of `dataset_info.json` into its own. Axolotl: paste the fragment of",
        "`axolotl.yaml` that names your file. Each is present only when a chosen file needs it.",
        "",
    ]
    return "\n".join(text).encode()


def _axolotl(chosen: Sequence[Layout]) -> bytes:
    documents = []
    for layout in chosen:
        if layout.axolotl:
            training = ["rl: dpo"] if layout.name.startswith("dpo") else []
            entry = [f"  - path: {layout.path}", "    ds_type: json", *(f"    {line}" for line in layout.axolotl)]
            documents.append("\n".join([*training, "datasets:", *entry, ""]))
    return ("# One document for each file; keep only the one you train on.\n" + "---\n".join(documents)).encode()
