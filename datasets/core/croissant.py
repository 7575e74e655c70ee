"""Croissant 1.1 description of an export with responsible-AI and provenance fields, generated from the predicate."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from datasets.core.statement import FileInfo

_CR_TERMS = (
    *("citeAs", "column", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes"),
    *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "separator", "source", "subField", "transform"),
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _CR_TERMS},
}
_ENCODINGS = {".jsonl": "application/jsonlines", ".parquet": "application/x-parquet", ".fn": "application/jsonlines"}
_FIELDS = (
    ("id", "The pair's stable id."),
    ("instruction", "What was asked."),
    ("completion", "The approved answer."),
)


def write(body: Mapping[str, Any], files: Sequence[FileInfo]) -> bytes:
    """Return `croissant.json`. files: the data files with their digests."""
    data, rows = body["dataset"], body["rows"]
    teachers = [m["name"] for m in body["materials"] if m["kind"] in {"teacher", "judge"}]
    people = [p.get("name") or p["id"] for p in body["approvers"]]
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": data["name"],
        "description": data["description"] or "Instruction and answer pairs, each approved by people.",
        "version": data["version"],
        "license": data["licence"],
        "isLiveDataset": False,
        "distribution": [_file(info) for info in files],
        "recordSet": [_record_set()],
        "rai:dataCollection": f"{rows['count']} pairs drafted and criticised by models, then approved by people.",
        "rai:dataAnnotationProtocol": body["policy"]["rules"],
        "rai:annotationsPerItem": str(body["policy"]["minimumApprovals"]),
        "rai:dataUseCases": data["intendedUse"],
        "rai:machineAnnotationTools": teachers,
        "prov:wasAttributedTo": [{"@type": "prov:Agent", "prov:label": name} for name in people],
        "prov:wasDerivedFrom": [
            {"@type": "prov:Entity", "prov:label": m["name"], **({"@id": m["uri"]} if m.get("uri") else {})}
            for m in body["materials"]
            if m["kind"] not in {"teacher", "judge"}
        ],
        "prov:wasGeneratedBy": {"@type": "prov:Activity", "prov:label": "Draft, critique, revision and approval"},
    }
    if rows["lastApproval"]:
        document["datePublished"] = rows["lastApproval"]
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _file(info: FileInfo) -> dict[str, Any]:
    suffix = "." + info.name.rpartition(".")[2]
    return {
        "@type": "cr:FileObject",
        "@id": info.name,
        "name": info.name,
        "contentUrl": info.name,
        "contentSize": f"{info.size} B",
        "encodingFormat": _ENCODINGS.get(suffix, "text/plain"),
        "sha256": info.sha256,
    }


def _record_set() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "pairs",
        "name": "pairs",
        "description": "One approved pair a record.",
        "key": {"@id": "pairs/id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"pairs/{name}",
                "name": name,
                "description": text,
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": "data/train.jsonl"}, "extract": {"column": name}},
            }
            for name, text in _FIELDS
        ],
    }
