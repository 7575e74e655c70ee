"""What every page's templates get."""

from typing import Any

from django.http import HttpRequest

from studio import __version__


def page(request: HttpRequest) -> dict[str, Any]:
    """The actor, on pages of signed-in people, and the version."""
    return {"actor": getattr(request, "actor", None) if request.user.is_authenticated else None, "version": __version__}
