"""README.md of an export: the data set card, generated from the signed predicate so that the two cannot differ."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from datasets.core import names

_VERIFY = """\
## Check it yourself

Compare the key fingerprint with the one the publisher gave you on another way. With the studio's code:

```
python -m datasets.core.verify . --key FINGERPRINT
```

With `openssl` and `sha256sum` alone, in this folder, with the publisher's public key beside it in `../key.pem`:

```
openssl pkey -pubin -in ../key.pem -outform DER | sha256sum
sed 's/.*"payload":"\\([^"]*\\)".*/\\1/' attestation.dsse.json | base64 -d > ../statement.json
{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < ../statement.json)"; cat ../statement.json; } > ../signed
sed 's/.*"sig":"\\([^"]*\\)".*/\\1/' attestation.dsse.json | base64 -d > ../signature
openssl pkeyutl -verify -pubin -inkey ../key.pem -rawin -in ../signed -sigfile ../signature
grep -o '{"sha256":"[0-9a-f]*"},"name":"[^"]*"' ../statement.json \\
  | sed 's/{"sha256":"\\([0-9a-f]*\\)"},"name":"\\(.*\\)"/\\1  \\2/' | sha256sum -c
```

The first line prints the fingerprint, the openssl line prints `Signature Verified Successfully`, and every file is `OK`.
"""  # noqa: E501 - commands stand on one line


def write(body: Mapping[str, Any], files: Sequence[str]) -> bytes:
    """Return the card for a predicate. files: paths in the export that people train on."""
    data, rows, policy = body["dataset"], body["rows"], body["policy"]
    sections = [
        _front_matter(data, rows, files),
        f"# {_plain(data['name'])} {_plain(data['version'])}\n",
        _plain(data["description"]) + "\n" if data["description"] else "",
        "Instruction and answer pairs, each read and approved by people, with a signature over every row.\n",
        _table(
            "Rows",
            ("what", "value"),
            [
                ("rows", f"{rows['count']}" + (f", {rows['withheld']} withheld" if rows["withheld"] else "")),
                ("splits", ", ".join(f"{name}: {count}" for name, count in sorted(rows["splits"].items())) or "none"),
                ("edited by a person", str(rows["edited"])),
                ("with a rejected draft", str(rows["preferences"])),
                ("approved between", f"{rows['firstApproval'] or 'never'} and {rows['lastApproval'] or 'never'}"),
                ("root over the rows", f"`{rows['root']}`"),
            ],
        ),
        "Intended use: " + _plain(data["intendedUse"]) + "\n",
        "Licence: " + _plain(data["licence"]) + "\n",
        _table(
            "Rules for every row",
            ("rule", "value"),
            [
                ("approvals by different people", str(policy["minimumApprovals"])),
                ("least score", policy["minimumScore"] or "none"),
                ("who may approve", _plain(policy["rules"])),
            ],
        ),
        _table(
            "What was left out", ("group", "pairs"), [(_words(k), str(v)) for k, v in sorted(body["selection"].items())]
        ),
        _table(
            "Who approved",
            ("person", "role", "rows"),
            [(_plain(p.get("name") or p["id"]), _plain(p["role"]), str(p["rows"])) for p in body["approvers"]],
        ),
        _table(
            "Made from",
            ("kind", "name", "rows or digest"),
            [(_plain(m["kind"]), _plain(m["name"]), _amount(m)) for m in body["materials"][:500]],
        ),
        _table("Checks", ("tool", "result"), [(_plain(k), _plain(v)) for k, v in sorted(body["checks"].items())]),
        "## Files\n\n" + "\n".join(f"- `{name}`" for name in files) + "\n",
        _VERIFY,
    ]
    return "\n".join(section for section in sections if section).encode()


def _front_matter(data: Mapping[str, Any], rows: Mapping[str, Any], files: Sequence[str]) -> str:
    count = rows["count"]
    bounds = [("n<1K", 1_000), ("1K<n<10K", 10_000), ("10K<n<100K", 100_000), ("100K<n<1M", 1_000_000)]
    size = next((name for name, bound in bounds if count < bound), "1M<n<10M")
    configs = [
        (name, f"derived/{name}.jsonl") for name in sorted(data["formats"]["layouts"], key=lambda n: n != "sft_trl")
    ]
    # Loaders want one file format for all configurations and the same columns in every row, which the authoritative
    # rows (empty fields left out) do not promise.
    first = configs[0][1] if configs else names.PARQUET if names.PARQUET in files else names.ROWS
    configs.insert(0, ("default", first))
    lines = [
        "---",
        f"pretty_name: {json.dumps(data['name'])}",
        "license: other",
        f"license_name: {json.dumps(data['licence'])}",
        "task_categories:",
        "- text-generation",
        "size_categories:",
        f"- {size}",
        "configs:",
    ]
    for name, path in configs:
        lines += [f"- config_name: {name}", "  data_files:", "  - split: train", f"    path: {path}"]
    return "\n".join([*lines, "---", ""])


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [f"## {title}", "", f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def _amount(material: Mapping[str, Any]) -> str:
    if "rows" in material:
        return f"{material['rows']} rows"
    return ", ".join(f"`{name}:{value}`" for name, value in sorted(material.get("digest", {}).items())) or "not stated"


def _words(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: " " + match[0].lower(), name)


def _plain(text: str) -> str:
    """Return text that stays text in a Markdown table: no markup, no line ends, no cell borders."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(str(text).split()))
