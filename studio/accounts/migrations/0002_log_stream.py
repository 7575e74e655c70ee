"""Entries of the log leave the team's stream, which every member may follow, for a stream of those who administer."""

from django.db import migrations

KINDS = [
    *("team.created", "team.renamed"),
    *("member.joined", "member.role_changed", "member.removed", "member.left"),
    *("member.deactivated", "member.reactivated", "member.signed_in_by_link"),
    *("invitation.created", "invitation.revoked", "token.created", "token.revoked"),
    *("endpoint.added", "endpoint.changed", "endpoint.removed"),
]


def move(apps, schema_editor):
    Stream, Event = apps.get_model("events", "Stream"), apps.get_model("events", "Event")
    for stream in Stream.objects.filter(name__startswith="team:"):
        log = f"log:{stream.name.removeprefix('team:')}"
        Stream.objects.get_or_create(name=log, defaults={"last_seq": stream.last_seq})
        Event.objects.filter(stream=stream, kind__in=KINDS).update(stream_id=log)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("events", "0001_initial")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
