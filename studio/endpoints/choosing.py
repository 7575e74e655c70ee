"""Which endpoint serves a role: the team's newest, else the operator's, else the built-in teacher."""

from typing import Any
from uuid import UUID

from django.conf import settings

from studio.accounts.models import Team
from studio.endpoints.models import Endpoint
from studio.llm.builtin import FAMILY, MODEL
from studio.llm.steps import ROLES, Role

DEEPSEEK_URL, DEEPSEEK_MODEL = "https://api.deepseek.com", "deepseek-v4-flash"


def choose(team: Team, role: Role) -> Endpoint:
    """The endpoint that serves a role for a team; there always is one."""
    for endpoint in Endpoint.objects.filter(team=team).usable():
        if role in endpoint.roles:
            return endpoint
    return from_environment(team) or built_in(team)


def find(team: Team, ref: str) -> Endpoint | None:
    """The endpoint with that `ref` (or that name, for rows), when the team may use it now."""
    if ref == "built-in":
        return built_in(team)
    if ref == "environment":
        return from_environment(team)
    usable = Endpoint.objects.filter(team=team).usable()
    try:
        return usable.filter(pk=UUID(ref)).first()
    except ValueError:
        return None if "\x00" in ref else usable.filter(name=ref).first()


def available(team: Team) -> list[Endpoint]:
    """All endpoints a person may pick from."""
    environment = from_environment(team)
    return [*Endpoint.objects.filter(team=team).usable(), *([environment] if environment else []), built_in(team)]


def from_environment(team: Team) -> Endpoint | None:
    """What STUDIO_TEACHER_URL names, else DeepSeek when DEEPSEEK_API_KEY is set; it serves every role."""
    if settings.STUDIO_TEACHER_URL:
        url, model, name = settings.STUDIO_TEACHER_URL, settings.STUDIO_TEACHER_MODEL or "default", "Teacher"
    elif settings.DEEPSEEK_API_KEY:
        url, model, name = DEEPSEEK_URL, DEEPSEEK_MODEL, "DeepSeek"
    else:
        return None
    family = model.split("-")[0].lower()[:40]
    most = settings.STUDIO_TEACHER_MAX_TOKENS or None
    return _unsaved("environment", team=team, name=name, base_url=url, model=model, family=family, max_tokens=most)


def built_in(team: Team) -> Endpoint:
    """The built-in teacher."""
    kind = Endpoint.Kind.BUILTIN
    return _unsaved("built-in", team=team, name="Built-in teacher", kind=kind, model=MODEL, family=FAMILY)


def _unsaved(source: str, **fields: Any) -> Endpoint:
    endpoint = Endpoint(roles=list(ROLES), **fields)
    endpoint.source = source
    return endpoint
