"""Verification: drop a file and see, by name, whether anything in it was changed."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from datasets.actions.keys import current_list
from datasets.core.errors import KeyRefused
from datasets.core.export import FrameKey
from datasets.core.verify import LedgerOptions, Limits, Pins, Report, pin, verify
from datasets.core.verify import program as programs
from datasets.core.verify.legacy import verify_legacy
from datasets.export_forms import VerifyForm
from datasets.models import SigningKey
from studio.accounts.access import Actor, require
from studio.accounts.requests import HttpRequest

# What one request may unpack; larger exports are checked with the command.
LIMITS = Limits(max_bytes=512 * 1024**2)


@require_http_methods(["GET", "POST"])
def verify_create(request: HttpRequest) -> HttpResponse:
    """Check an export or a file of the original studio; nothing of it is kept."""
    require(request.actor, "read")
    is_sent = request.method == "POST"
    form = VerifyForm(request.POST, request.FILES) if is_sent else VerifyForm()
    report: Report | None = None
    if is_sent and form.is_valid():
        try:
            report = _check(request.actor, form)
        except KeyRefused as error:
            form.add_error("key", str(error))
    context = {"form": form, "report": report, "name": _name(form), "max_mb": settings.STUDIO_UPLOAD_MAX_MB}
    return render(request, "datasets/verify_create.html", context, status=422 if form.errors else 200)


@require_safe
def verify_program(request: HttpRequest) -> HttpResponse:
    """The verifier as one file, for whoever has no studio."""
    require(request.actor, "read")
    disposition = f'attachment; filename="{programs.NAME}"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(programs.program(), content_type="application/zip", headers=headers)


def _name(form: VerifyForm) -> str:
    file = form.files.get("file") if form.is_bound else None
    return (file.name or "") if isinstance(file, UploadedFile) else ""


def _check(actor: Actor, form: VerifyForm) -> Report:
    data = form.cleaned_data
    secret = data["secret"].encode() or None
    with tempfile.NamedTemporaryFile(suffix=".upload") as target:
        for chunk in data["file"].chunks():
            target.write(chunk)
        target.flush()
        path = Path(target.name)
        if _name(form).endswith((".jsonl", ".json")):
            return verify_legacy(path, secret, name=_name(form))
        pins, ledger = _trust(actor, data["key"])
        frame_key = FrameKey(secret=secret, signer_id="") if secret else None
        return verify(path, pins, ledger=ledger, frame_key=frame_key, pair=data["pair"] or None, limits=LIMITS)


def _trust(actor: Actor, text: str) -> tuple[Pins, LedgerOptions]:
    """Whom to trust: what was pasted, or the team's own keys with the team's own ledger."""
    if text.strip():
        return pin([text]), LedgerOptions()
    known = [key.pem for key in SigningKey.objects.filter(team=actor.team)]
    if not known:
        raise KeyRefused("The team has no key yet: give the fingerprint of whoever signed.")
    entries = actor.team.ledger_entries.order_by("seq").values_list("envelope", flat=True)
    lines = [line.rstrip("\n").encode() for line in entries]
    return pin(known), LedgerOptions(newer=current_list(actor.team), lines=lines)
