"""Every page of the studio with something on it: what the screenshots and the accessibility test walk through."""

import json

from studio import samples
from tests.support.studio import Studio

FIND_IDS = """
import json
from studio.accounts.models import Team
from studio.vault.models import Document
from studio.chat.models import Conversation
from teacher.models import Session
from datasets.models import Dataset, Export, Pair
team = Team.objects.get(name="Flow")
first = lambda rows: str(rows.filter(team=team).order_by("pk").values_list("pk", flat=True).first())
print("IDS", json.dumps({
    "document": first(Document.objects),
    "conversation": first(Conversation.objects),
    "session": first(Session.objects.exclude(given_draft="")),
    "pair": first(Pair.objects),
    "dataset": first(Dataset.objects),
    "export": first(Export.objects),
}))
"""


def fill(studio: Studio) -> None:
    """Documents, a conversation, sessions, pairs in every state, an export."""
    for path in samples.DOCUMENTS:
        created = studio.api("POST", "/documents", files={"file": (path.name, path.read_bytes())}, expect=201)
        studio.until(lambda pk=created["id"]: studio.api("GET", f"/documents/{pk}")["state"] == "ready")
    broken = studio.api("POST", "/documents", files={"file": ("scan.pdf", b"%PDF-1.4 broken")}, expect=201)
    studio.until(lambda: studio.api("GET", f"/documents/{broken['id']}")["state"] == "failed")
    conversation = studio.api("POST", "/conversations", json={"question": samples.QUESTIONS[0]}, expect=201)
    studio.until(lambda: _answered(studio, conversation["id"]))
    for question in samples.QUESTIONS:
        body = {"question": question, "draft": samples.DRAFTS.get(question, "")}
        pk = studio.api("POST", "/sessions", json=body, expect=201)["id"]
        studio.until(lambda pk=pk: studio.api("GET", f"/sessions/{pk}")["pair_id"])
    proposed = studio.api("GET", "/pairs", params={"status": "proposed"})["results"]
    plain = [pair for pair in proposed if pair["instruction"] not in samples.DRAFTS]
    for pair, verdict in zip(plain, ("approve", "approve", "reject"), strict=False):
        body = {"verdict": verdict, "version": pair["version"], "reason": "it leaves out the exception"}
        studio.api("POST", f"/pairs/{pair['id']}/decide", json=body)
    export = studio.api("POST", "/exports", json={"frames": True}, expect=201)["id"]
    studio.until(lambda: studio.api("GET", f"/exports/{export}")["state"] == "ready")


def _answered(studio: Studio, pk: str) -> bool:
    messages = studio.api("GET", f"/conversations/{pk}")["messages"]
    return any(m["role"] == "assistant" and m["state"] == "done" for m in messages)


def pages(studio: Studio) -> dict[str, str]:
    """Name and path of each page."""
    ids = json.loads(studio.manage("shell", "-v", "0", "-c", FIND_IDS).split("IDS ")[1].splitlines()[0])
    return {
        "home": "/",
        "ask": "/ask/",
        "conversation": f"/ask/{ids['conversation']}/",
        "vault": "/vault/",
        "document": f"/vault/documents/{ids['document']}/",
        "search": "/vault/search/?q=vaccines",
        "sessions": "/sessions/",
        "session": f"/sessions/{ids['session']}/",
        "session-new": "/sessions/new/",
        "budget": "/sessions/budget/",
        "review": "/review/",
        "pairs": "/pairs/",
        "pair": f"/pairs/{ids['pair']}/",
        "datasets": "/datasets/",
        "dataset": f"/datasets/{ids['dataset']}/",
        "dataset-edit": f"/datasets/{ids['dataset']}/edit/",
        "export": f"/datasets/exports/{ids['export']}/",
        "export-new": "/datasets/exports/new/",
        "keys": "/datasets/keys/",
        "ledger": "/datasets/ledger/",
        "verify": "/datasets/verify/",
        "import": "/datasets/imports/",
        "team": "/team/",
        "log": "/team/log/",
        "endpoints": "/team/endpoints/",
        "endpoint-new": "/team/endpoints/new/",
        "profile": "/profile/",
        "jobs": "/jobs/",
        "api": "/api/v1/docs",
        "help": "/help/",
        "help-settings": "/help/settings/",
        "patterns": "/patterns/",
    }
