"""What people send about pairs, parsed and checked."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict

from datasets.actions.decisions import MAX_BULK, MAX_REASON
from datasets.actions.proposals import MAX_TEXT
from datasets.cards import with_reverted
from datasets.models import Dataset, Decision, Pair
from datasets.queries import SORTS, PairFilter
from studio.accounts.models import Team, User
from studio.web.ids import as_uuid

VERDICTS = [("approve", "Approve"), ("reject", "Reject"), ("send_back", "Send back")]
MAX_SECONDS = 86_400


class PairFilterForm(forms.Form):
    """The state of a list or of the queue, in the address; `user` is who "mine" means."""

    status = forms.ChoiceField(choices=[("", "Any state"), *Pair.Status.choices], required=False, label="State")
    q = forms.CharField(max_length=200, required=False, label="Words in the text")
    dataset = forms.ModelChoiceField(
        Dataset.objects.none(), required=False, empty_label="Any data set", label="Data set"
    )
    least = forms.DecimalField(min_value=0, max_value=1, decimal_places=3, required=False, label="Score from")
    most = forms.DecimalField(min_value=0, max_value=1, decimal_places=3, required=False, label="Score to")
    teacher = forms.CharField(max_length=100, required=False, label="Teacher's model")
    mine = forms.BooleanField(required=False, label="From my sessions and proposals only")
    sort = forms.ChoiceField(choices=list(SORTS.items()), required=False, label="Order")

    def __init__(self, data: QueryDict, *, team: Team, user: User, sort: str) -> None:
        data = data.copy()
        if data.get("sort") not in SORTS:
            data["sort"] = sort
        super().__init__(data, auto_id="filter-%s")
        cast("forms.ModelChoiceField[Dataset]", self.fields["dataset"]).queryset = Dataset.objects.filter(team=team)
        self.user = user
        for name, field in self.fields.items():
            if name != "mine":
                field.widget.attrs["class"] = "input"

    def wanted(self) -> PairFilter:
        """What was asked for; a value that cannot be used counts as none."""
        self.is_valid()
        data = self.cleaned_data
        dataset = data.get("dataset")
        return PairFilter(
            status=data.get("status", ""),
            dataset=dataset.pk if dataset else None,
            q=data.get("q", ""),
            least=data.get("least"),
            most=data.get("most"),
            teacher=data.get("teacher", ""),
            proposed_by=self.user if data.get("mine") else None,
            sort=data["sort"],
        )


class DecideForm(forms.Form):
    """A decision about one version.

    verdict: also `reject:<reason code>`, so that one button says both. revert: numbers of hunks to put back to the
    draft, which count when the text was not changed by hand.
    """

    verdict = forms.CharField(max_length=30)
    version = forms.IntegerField(min_value=1)
    text = forms.CharField(max_length=MAX_TEXT, strip=False, required=False)
    reason_code = forms.ChoiceField(choices=[("", "No code"), *Decision.Reason.choices], required=False)
    reason = forms.CharField(max_length=MAX_REASON, required=False, label="Reason")
    note = forms.CharField(max_length=MAX_REASON, required=False, label="What should change")
    seconds = forms.IntegerField(min_value=0, max_value=MAX_SECONDS, required=False)
    revert = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        reverted = [number for number in data.getlist("revert") if number.isdecimal() and len(number) < 6]
        cast("forms.TypedMultipleChoiceField", self.fields["revert"]).choices = [(n, n) for n in reverted]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        verdict, _, code = data.get("verdict", "").partition(":")
        if verdict not in dict(VERDICTS):
            raise forms.ValidationError("Choose to approve, to reject or to send back.")
        if verdict == "reject" and not (data.get("reason") or data.get("reason_code") or code):
            self.add_error("reason", "A rejection needs a reason: choose one or write a few words.")
        data["verdict"], data["reason_code"] = verdict, code or data.get("reason_code", "")
        data["reason"] = data.get("note", "") if verdict == "send_back" else data.get("reason", "")
        return data

    def approved_text(self, pair: Pair) -> str | None:
        """The text to approve where it differs from the completion.

        Browsers send line ends as CR LF; a text that differs in nothing else is unchanged, so its bytes stay.
        """
        typed = _unix(self.cleaned_data["text"])
        if "text" in self.data and typed != _unix(pair.completion):
            return typed
        reverted = self.cleaned_data["revert"]
        return with_reverted(pair, reverted) if reverted else None


class BulkForm(forms.Form):
    """One decision about many pairs; `pair` holds id:version for each."""

    verdict = forms.ChoiceField(choices=VERDICTS[:2])
    reason_code = forms.ChoiceField(choices=[("", "No code"), *Decision.Reason.choices], required=False, label="Why")
    reason = forms.CharField(max_length=MAX_REASON, required=False, label="In words")

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.versions = dict(filter(None, map(_version, data.getlist("pair"))))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if not self.versions:
            raise forms.ValidationError("Select at least one pair.")
        if len(self.versions) > MAX_BULK:
            raise forms.ValidationError(f"At most {MAX_BULK:,} pairs are decided at once.")
        if data.get("verdict") == "reject" and not (data.get("reason") or data.get("reason_code")):
            self.add_error("reason_code", "A rejection needs a reason: choose one or write a few words.")
        return data


def pair_ids(values: list[str]) -> list[UUID]:
    """The ids among what a page sent."""
    return [found for found in map(as_uuid, values[:100]) if found]


def _version(value: str) -> tuple[UUID, int] | None:
    text, _, version = value.partition(":")
    found = as_uuid(text)
    return (found, int(version)) if found and version.isdecimal() and len(version) < 10 else None


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
