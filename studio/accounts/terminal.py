"""Who acts on the command line."""

from django.core.management.base import CommandError

from studio.accounts.access import Actor, actor_for
from studio.accounts.models import Membership, Role
from studio.web.ids import as_uuid


def find_actor(team: str = "", email: str = "") -> Actor:
    """That person, or the first owner, in the team of that name or id, or in the only one.

    Raises CommandError with a sentence for who sits at the terminal.
    """
    rows = Membership.objects.select_related("user", "team").filter(user__is_active=True, user__is_demo=False)
    if team:
        by_id = rows.filter(team__pk=team) if as_uuid(team) else rows.none()
        rows = by_id if by_id.exists() else rows.filter(team__name=team)
    rows = rows.filter(user__email=email.lower()) if email else rows.filter(role=Role.OWNER)
    teams = {row.team_id: row.team.name for row in rows}
    if not teams:
        raise CommandError("There is no such team or person. Make them first: manage.py setup --email E --team T")
    if len(teams) > 1:
        raise CommandError(f"There are several teams; name one with --team: {', '.join(sorted(teams.values())[:20])}")
    first = rows.order_by("created", "pk")[0]
    actor = actor_for(first.user, first.team)
    if actor is None:
        raise CommandError("This person is not in the team.")
    return actor
