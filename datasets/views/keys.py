"""Signing keys and the ledger of what they signed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from datasets import actions
from datasets.access import access_key
from datasets.actions.keys import current_list
from datasets.core.keys import write_list
from datasets.export_forms import FrameSecretForm, KeyForm, OutsideKeyForm, RevokeForm
from datasets.models import FrameSecret, Ledger, LedgerEntry, SigningKey
from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.web.errors import StudioError
from studio.web.htmx import render_partial
from studio.web.paging import PAGE_SIZE


@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    """The team's keys, what state they are in, and how to change them."""
    require(request.actor, "read")
    return _keys_page(request)


def _keys_page(
    request: HttpRequest,
    *,
    key: KeyForm | None = None,
    outside: OutsideKeyForm | None = None,
    frames: FrameSecretForm | None = None,
) -> HttpResponse:
    team = request.actor.team
    context = {
        "keys": SigningKey.objects.filter(team=team).select_related("created_by").order_by("-pk"),
        "secrets": FrameSecret.objects.filter(team=team).order_by("signer_id"),
        "version": Ledger.objects.filter(team=team).values_list("keys_version", flat=True).first() or 0,
        "key_form": key or KeyForm(),
        "outside_form": outside or OutsideKeyForm(),
        "frames_form": frames or FrameSecretForm(),
        "may_export": request.actor.may("export"),
        "stream": f"datasets:{team.pk}",
        "after": last_seq(f"datasets:{team.pk}"),
    }
    is_bad = any(form is not None for form in (key, outside, frames))
    if is_bad:
        return render(request, "datasets/key_list.html", context, status=422)
    return render_partial(request, "datasets/key_list.html", context, part="datasets/_keys.html")


@require_POST
def key_create(request: HttpRequest) -> HttpResponse:
    """Make a new key to sign with; the one before retires."""
    require(request.actor, "export")
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _keys_page(request, key=form)
    key = actions.rotate_key(request.actor, form.cleaned_data["name"])
    messages.success(request, f"The key {key.name} signs from now on. Publish its fingerprint.")
    return redirect("datasets:key_list")


@require_POST
def key_add(request: HttpRequest) -> HttpResponse:
    """Take up the public half of an outside key."""
    require(request.actor, "export")
    form = OutsideKeyForm(request.POST)
    if form.is_valid():
        try:
            actions.add_outside_key(request.actor, form.cleaned_data["name"], form.cleaned_data["public"])
        except StudioError as error:
            form.add_error("public", error.message)
        else:
            messages.success(request, "The outside key may sign exports now.")
            return redirect("datasets:key_list")
    return _keys_page(request, outside=form)


@require_POST
def key_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw trust from a key."""
    key = access_key(request.actor, pk, right="export")
    form = RevokeForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else "not stated"
    actions.revoke_key(request.actor, key, reason)
    messages.success(request, f"The key {key.name} is revoked. Exports that the ledger holds before this stay good.")
    return redirect("datasets:key_list")


@require_safe
def key_public(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The public key as a PEM file."""
    key = access_key(request.actor, pk)
    return _download(key.pem.encode(), f"{key.key_id[:16]}.pem", "application/x-pem-file")


@require_safe
def key_file(request: HttpRequest) -> HttpResponse:
    """The key list in force, for `verify --keys`."""
    require(request.actor, "read")
    return _download(write_list(current_list(request.actor.team)), "keys.json", "application/json")


@never_cache
@require_POST
def frame_secret_create(request: HttpRequest) -> HttpResponse:
    """Make a shared secret for frames and show it, once."""
    require(request.actor, "export")
    form = FrameSecretForm(request.POST)
    if form.is_valid():
        try:
            row, secret = actions.make_frame_secret(request.actor, form.cleaned_data["signer_id"])
        except StudioError as error:
            form.add_error("signer_id", error.message)
        else:
            return render(request, "datasets/key_secret.html", {"row": row, "secret": secret})
    return _keys_page(request, frames=form)


@require_safe
def ledger_list(request: HttpRequest) -> HttpResponse:
    """Everything that was signed, in order."""
    require(request.actor, "read")
    team = request.actor.team
    entries = LedgerEntry.objects.filter(team=team).select_related("export__dataset").defer("attestation", "envelope")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 16:
        entries = entries.filter(seq__lt=int(before))
    rows = list(entries.order_by("-seq")[: PAGE_SIZE + 1])
    context = {
        "entries": rows[:PAGE_SIZE],
        "next": rows[PAGE_SIZE - 1].seq if len(rows) > PAGE_SIZE else None,
        "ledger": Ledger.objects.filter(team=team).first(),
        "newest": str(next((row.seq for row in rows if row.kind != "keys"), 1)),
        "checkpoint": rows[0].checkpoint if rows and not before else "",
        "stream": f"datasets:{team.pk}",
        "after": last_seq(f"datasets:{team.pk}"),
    }
    return render_partial(request, "datasets/ledger_list.html", context, part="datasets/_ledger_rows.html")


@require_safe
def ledger_file(request: HttpRequest) -> HttpResponse:
    """The whole ledger as JSON lines, for `verify --ledger`."""
    require(request.actor, "read")
    entries = LedgerEntry.objects.filter(team=request.actor.team).order_by("seq").values_list("envelope", flat=True)
    return _download("".join(entries.iterator()).encode(), "ledger.jsonl", "application/jsonl")


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
