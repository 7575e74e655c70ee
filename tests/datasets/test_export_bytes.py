"""The same approved pairs give the same bytes on every database, whatever order they were stored in."""

import base64
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from datasets import actions
from datasets.actions import ExportChoice
from datasets.core import keys
from datasets.models import Dataset, Decision, Ledger, Pair, SigningKey
from datasets.models.pair import sha256_of
from studio.accounts.models import Membership, Role, Team, User
from studio.accounts.secrets import sealer
from tests.datasets.approved import acting, run_as_worker

START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
# Of the fixed content below. They change only when the form of rows or cards is changed on purpose.
DIGESTS = {
    "data/train.jsonl": "a7363ee12e33419a51bd00afbb63717fd827d0e1cd1d77d88e49bb911d5ef106",
    "data/train.index": "4f6fc87f3d835ffd770150d03fb8881d19fae684cb607558aab2a71fb9848916",
    "derived/sft_trl.jsonl": "23e0f4a2fe7c320f1ad6d5d1102de083859d8cc5a951662eb7cba658c91f03fc",
    "README.md": "2176e27156ffbe41135c585467183ebf4c2422976cb4ac5f976168956ed1199d",
    "croissant.json": "bbf7424fb1459712698895a83064216f6aa35b2a29657d07c4dd5a25f6a73c06",
    "keys.json": "f96078b3b392283c32faaa26d5176bc78fe190abe4ca3b9a076972cc06b0b36f",
}
# Of name and digest of every file but the two that tell when the export was made; changes with the version, too.
ALL_THE_REST = "49c2558d7480429c86fdaefa380b6524c0f4fb46e5c8e4b03702acd391bb0017"
LEDGER = {"ledger.dsse.json", "checkpoint"}


def fixed(number: int) -> UUID:
    return UUID(int=(0x01A20000 << 96) | (7 << 76) | (2 << 62) | number)


def store(order: list[int]) -> Dataset:
    """The same team, people, key, pairs and decisions, stored in the order given."""
    team = Team.objects.create(id=fixed(1), name="Arctic Lab", created=START)
    people = [User.objects.create(pk=9001 + n, email=f"p{n}@example.org", name=f"Person {n}") for n in (0, 1)]
    for person in people:
        Membership.objects.create(user=person, team=team, role=Role.OWNER)
    private = Ed25519PrivateKey.from_private_bytes(b"\x41" * 32)
    public = private.public_key().public_bytes_raw()
    key = SigningKey(team=team, name="Fixed", key_id=keys.key_id(public), created=START)
    key.public = base64.b64encode(public).decode()
    key.sealed = sealer().seal(base64.b64encode(private.private_bytes_raw()).decode(), key.context)
    key.save()
    Ledger.objects.create(team=team, keys_version=1)
    dataset = Dataset.objects.create(id=fixed(2), team=team, name="Leases", licence="CC-BY-4.0", created=START)
    for n in order:
        pair = Pair.objects.create(
            id=fixed(100 + n),
            team=team,
            dataset=dataset,
            status=Pair.Status.APPROVED,
            instruction=f"Question {n} about 数据?",
            draft=f"A draft {n}." if n % 2 else "",
            completion=f"Answer {n} with “quotes” and\nlines.",
            score=f"0.{80 + n}0",
            provenance={"origin": "api", "teachers": [{"model": "model-a", "provider": "p"}]},
            evidence=[
                {"n": 1, "title": f"Lease {n % 3}", "sha256": f"{n % 3}" * 64, "text": "x", "start": 0, "end": 1}
            ],
            content_sha256="0" * 64,
            folded_sha256=f"{n:064x}",
            created=START + timedelta(minutes=n),
            decided=START + timedelta(days=1),
        )
        before = "Before." if n == 4 else ""
        Decision.objects.create(
            id=fixed(1000 + n),
            team=team,
            pair=pair,
            version=1,
            verdict="approve",
            reviewer=people[n % 2],
            text=pair.completion,
            text_before=before,
            text_before_sha256="0" * 64,
            shown_sha256=sha256_of({**pair.shown(), "completion": before or pair.completion}),
            position=n + 1,
            previous_digest="0" * 64,
            digest=f"{n % 10}" * 64,
            created=START + timedelta(days=1, seconds=n),
        )
    return dataset


@pytest.mark.parametrize("order", [list(range(9)), [8, 3, 1, 0, 7, 2, 5, 6, 4]], ids=["in order", "mixed"])
def test_the_bytes_depend_on_nothing_but_the_content(db, settings, order: list[int]) -> None:
    dataset = store(order)
    owner = acting(User.objects.get(pk=9001), dataset.team)
    export = actions.start_export(owner, ExportChoice(dataset=dataset, version="1.0", parquet=True))
    run_as_worker(settings)
    export.refresh_from_db()
    assert export.is_ready, export.error
    found = {info["name"]: info["sha256"] for info in export.files}
    assert {name: found[name] for name in DIGESTS} == DIGESTS
    rest = {name: digest for name, digest in found.items() if name not in LEDGER}
    assert sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest() == ALL_THE_REST
