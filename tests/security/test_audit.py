"""What gives access, leaves the studio or vanishes is in the team's log, with who and from where."""

import pytest
from django.urls import reverse

from studio.accounts.kinds import sentence
from studio.events.models import Event
from tests.security.routes import address, copy_of
from tests.security.world import ROLES

WRITTEN = ["invitation.created", "token.created", "endpoint.added", "key.changed", "key.shared", "export.ordered"]


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_gives_access_or_leaves_is_in_the_log_of_its_team(world, kind):
    for side in (world.ours, world.theirs):
        entries = Event.objects.filter(stream_id=f"log:{side.team.pk}", kind=kind)
        assert entries
        assert {entry.actor for entry in entries} <= {side.person(role) for role in ROLES}


def test_a_forgotten_document_is_in_the_log_with_its_digest(world):
    document = world.ours.document
    page = reverse("vault:documents_forget")
    copy_of(world.browsers["admin"]).post(page, {"id": str(document.pk), "confirmed": "1"})
    entry = Event.objects.get(stream_id=f"log:{world.ours.team.pk}", kind="document.removed")
    assert (entry.actor, entry.data["address"]) == (world.ours.person("admin"), "127.0.0.1")
    assert document.sha256 in sentence(entry)


def test_the_page_and_the_file_show_every_entry_of_ours_and_none_of_theirs(world):
    admin = copy_of(world.browsers["admin"])
    page = admin.get(address("accounts:log_list", world.ours)).content.decode()
    file = admin.get(address("accounts:log_file", world.ours)).content.decode()
    for kind in WRITTEN:
        assert kind in file
    assert "OURS-CANARY" in page
    assert "THEIRS-CANARY" not in page + file
