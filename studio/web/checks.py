"""System checks: settings that would lose data or open the studio to strangers stop the start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from studio.llm.guard import Allowed


@register
def transactions(**_: Any) -> list[CheckMessage]:
    """A transaction around a whole request would hold the writer lock while pages render and models answer."""
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return [Error("ATOMIC_REQUESTS must stay off.", id="studio.E001")]
    return []


@register
def modes(**_: Any) -> list[CheckMessage]:
    """PostgreSQL without Redis, or the reverse, is neither of the two supported ways to run."""
    is_postgres = str(settings.DATABASES["default"]["ENGINE"]).endswith("postgresql")
    if is_postgres and not settings.STUDIO_REDIS_URL:
        return [Warning("PostgreSQL is used without Redis: run web and workers on one machine only.", id="studio.W001")]
    if settings.STUDIO_REDIS_URL and not is_postgres:
        return [Warning("Redis is used with SQLite: run web and workers on one machine only.", id="studio.W002")]
    return []


@register
def outbound(**_: Any) -> list[CheckMessage]:
    """A rule that cannot be read would come to light only when a teacher is asked."""
    errors: list[CheckMessage] = []
    for rule in settings.STUDIO_OUTBOUND_ALLOW:
        try:
            Allowed.parse(rule)
        except ValueError as error:
            errors.append(Error(f"STUDIO_OUTBOUND_ALLOW: {error}", id="studio.E003"))
    return errors


@register
def exposure(**_: Any) -> list[CheckMessage]:
    """Beyond loopback the studio should be reached through HTTPS; whoever starts it otherwise reads what that means."""
    is_local = settings.STUDIO_HOST in {"127.0.0.1", "localhost", "::1"}
    if not is_local and not settings.STUDIO_BASE_URL.startswith("https://"):
        sentence = "Passwords and documents travel in clear: STUDIO_HOST is open to the network without HTTPS."
        hint = "Put a proxy with HTTPS in front, and its address into STUDIO_BASE_URL."
        return [Warning(sentence, hint=hint, id="studio.W003")]
    return []


@register
def proxy(**_: Any) -> list[CheckMessage]:
    """The studio itself speaks no HTTPS, so a proxy does, and only the operator can say that its word counts."""
    if settings.STUDIO_BASE_URL.startswith("https://") and not settings.SECURE_PROXY_SSL_HEADER:
        sentence = "All people count as one address: the proxy in front of STUDIO_BASE_URL is not believed."
        hint = "Set STUDIO_BEHIND_PROXY=1 where it sets X-Forwarded-For and X-Forwarded-Proto itself."
        return [Warning(sentence, hint=hint, id="studio.W004")]
    return []
