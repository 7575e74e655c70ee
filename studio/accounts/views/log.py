"""The log of a team, for those who administer it: who did what, when and from where, on a page and as a file."""

import csv
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.accounts.access import Actor, require
from studio.accounts.agents import program
from studio.accounts.kinds import log_kinds, sentence
from studio.accounts.models import User
from studio.accounts.requests import HttpRequest
from studio.events.models import Event
from studio.web.formats import shorten
from studio.web.paging import PAGE_SIZE

COLUMNS = ["time", "actor", "email", "kind", "what", "address", "program"]


class _PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return shorten(str(obj), 30)


class LogFilter(forms.Form):
    """Which entries to show; what makes no sense is left out rather than complained about."""

    about = forms.ChoiceField(required=False)
    person = _PersonField(User.objects.none(), required=False, empty_label="Everybody")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, log: QuerySet[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._log = log
        about, person = self.fields["about"], self.fields["person"]
        assert isinstance(about, forms.ChoiceField)  # noqa: S101  declared above; tells the type checker
        assert isinstance(person, forms.ModelChoiceField)  # noqa: S101
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
        groups = sorted({name.partition(".")[0] for name in log_kinds()})
        about.choices = [("", "Everything"), *((group, f"{group.capitalize()}s") for group in groups)]
        person.queryset = User.objects.filter(pk__in=log.exclude(actor=None).values("actor")).order_by("name", "email")

    def entries(self) -> QuerySet[Event]:
        """Those that fit, the newest first."""
        self.is_valid()
        chosen, found = self.cleaned_data, self._log
        if about := chosen.get("about"):
            found = found.filter(kind__startswith=f"{about}.")
        if person := chosen.get("person"):
            found = found.filter(actor=person)
        if since := chosen.get("since"):
            found = found.filter(created__date__gte=since)
        if until := chosen.get("until"):
            found = found.filter(created__date__lte=until)
        if (before := chosen.get("before")) is not None:
            found = found.filter(seq__lt=before)
        return found.select_related("actor").order_by("-seq")

    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("about", "person", "since", "until"))


def log_of(actor: Actor) -> QuerySet[Event]:
    """The log of the actor's team. Raises Forbidden for those who do not administer it."""
    require(actor, "administer")
    return Event.objects.filter(stream_id=f"log:{actor.team.pk}", kind__in=log_kinds())


def lines(entries: QuerySet[Event], size: int) -> list[tuple[Event, str, str]]:
    """The first entries, each with its sentence and the program from which it was done."""
    return [(entry, sentence(entry), program(entry.data.get("agent", ""))) for entry in entries[:size]]


@require_safe
def log_list(request: HttpRequest) -> HttpResponse:
    """The log, page by page."""
    form = LogFilter(request.GET, log=log_of(request.actor), auto_id="log_%s")
    found = lines(form.entries(), PAGE_SIZE + 1)
    older = found[PAGE_SIZE - 1][0].seq if len(found) > PAGE_SIZE else None
    context = {"form": form, "lines": found[:PAGE_SIZE], "older": older, "is_narrowed": form.is_narrowed()}
    return render(request, "accounts/log_list.html", context)


@require_safe
def log_file(request: HttpRequest) -> HttpResponse:
    """All entries that fit, as CSV."""
    entries = LogFilter(request.GET, log=log_of(request.actor)).entries()
    name = f"team-log-{datetime.now(UTC):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    answer = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=500):
        actor, email = (str(entry.actor), entry.actor.email) if entry.actor else ("", "")
        where = (entry.data.get("address", ""), entry.data.get("agent", ""))
        cells = [entry.created.isoformat(), actor, email, entry.kind, sentence(entry), *where]
        writer.writerow([_inert(cell) for cell in cells])
    return answer


def _inert(cell: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
