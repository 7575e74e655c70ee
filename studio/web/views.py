"""Pages that belong to no app: health, help, patterns and the error pages."""

import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from studio import __version__
from studio.web.errors import StorageFull
from studio.web.full_disk import is_full
from studio.web.http import problem
from studio.web.markdown import guide_html
from studio.web.patterns import examples

HELP_DIR = Path(settings.BASE_DIR) / "templates" / "help"
CHAPTERS = [
    ("Using the studio", ["index", "ask", "vault", "sessions", "review", "datasets", "verify", "team"]),
    ("Running it", ["operations", "settings", "teachers", "api", "security"]),
]


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether this process can reach its database; for load balancers and the supervisor."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database", "version": __version__}, status=503)
    return JsonResponse({"status": "ok", "version": __version__})


@require_safe
def help_page(request: HttpRequest, name: str = "index") -> HttpResponse:
    """A page of the guide, written in Markdown: its first line is the title."""
    pages = {path.relative_to(HELP_DIR).with_suffix("").as_posix(): path for path in sorted(HELP_DIR.rglob("*.md"))}
    if name not in pages:
        raise Http404("There is no help page of this name.")
    texts = {key: path.read_text() for key, path in pages.items()}
    titles = {key: text.partition("\n")[0].lstrip("# ") for key, text in texts.items()}
    chapters = [*CHAPTERS, ("Decisions", [key for key in titles if key.startswith("decisions/")])]
    groups = [(group, [(key, titles[key]) for key in keys if key in titles]) for group, keys in chapters]
    _, _, body = texts[name].partition("\n")
    return render(
        request, "help.html", {"name": name, "title": titles[name], "groups": groups, "body": guide_html(body)}
    )


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Every component of the interface on one page."""
    return render(request, "patterns.html", examples())


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400, "This request cannot be understood.")


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, "You do not have the right to do this.")


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404, "There is nothing at this address.")


def _error(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """A page for people; for programs a problem as JSON."""
    if request.path.startswith("/api/"):
        return problem(request, status, sentence)
    if not hasattr(request, "user"):  # refused before anybody asked who it is, as for a host that is not ours
        return HttpResponse(render_to_string(f"{status}.html"), status=status)
    return render(request, f"{status}.html", status=status)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, so that a database that is away cannot break the error page too."""
    if is_full(sys.exc_info()[1]):
        return _no_room(request)
    if request.path.startswith("/api/"):
        return problem(request, 500, "The studio met an error of its own. Its operator finds it under this request id.")
    return HttpResponse(render_to_string("500.html"), status=500)


def _no_room(request: HttpRequest) -> HttpResponse:
    full = StorageFull()
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        return problem(request, full.status, full.message, code=full.code)
    context = {"error": full, "status": full.status, "title": "There is no room left"}
    return HttpResponse(render_to_string("error.html", context), status=full.status)
