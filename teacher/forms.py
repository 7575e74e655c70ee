"""What people send to start a session, and the filters of the list."""

from decimal import Decimal
from typing import Any

from django import forms

from studio.accounts.models import Team
from studio.endpoints.choosing import available
from studio.endpoints.models import Budget
from teacher.actions import LONGEST_DRAFT, LONGEST_QUESTION
from teacher.evidence import MOST_CHARACTERS_GIVEN
from teacher.models import MOST_ITERATIONS, Session

SORTS = ("created", "score", "cost")


class SessionForm(forms.Form):
    """A question, perhaps a draft and evidence, and how strict to be."""

    question = forms.CharField(max_length=LONGEST_QUESTION, widget=forms.Textarea(attrs={"rows": 3}))
    draft = forms.CharField(
        max_length=LONGEST_DRAFT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="An answer to improve. Empty: the teacher drafts one.",
    )
    evidence = forms.CharField(
        max_length=MOST_CHARACTERS_GIVEN,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Passages to hold it against, with a line of --- between them. Empty: the vault is searched.",
    )
    teacher = forms.ChoiceField(required=False, help_text="Each task has its own endpoint unless you name one here.")
    threshold = forms.DecimalField(
        min_value=Decimal("0.5"), max_value=Decimal(1), decimal_places=3, initial=Decimal("0.8"),
        help_text="The score an answer must reach, 0.5 to 1.",
    )  # fmt: skip
    max_iterations = forms.IntegerField(
        min_value=1,
        max_value=MOST_ITERATIONS,
        initial=3,
        label="Iterations",
        help_text="How many candidates are judged.",
    )
    chunk = forms.Field(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(endpoint.ref, f"{endpoint.name} · {endpoint.model}") for endpoint in available(team)]
        field = self.fields["teacher"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "By task"), *named]

    def clean_chunk(self) -> list[int]:
        """Ids of passages that a chat answer rests on; what is no id is left out."""
        raw = self.cleaned_data.get("chunk") or []
        return [int(value) for value in raw if str(value).isdecimal() and len(str(value)) < 19]

    def texts(self) -> list[str]:
        """The given passages."""
        parts = self.cleaned_data["evidence"].replace("\r\n", "\n").split("\n---\n")
        return [part.strip() for part in parts if part.strip()]


class BudgetForm(forms.ModelForm[Budget]):
    """The limits of a day."""

    class Meta:
        model = Budget
        fields = ["tokens", "cost_usd"]
        help_texts = {
            "tokens": "Empty is no limit.",
            "cost_usd": "Empty is no limit. Counts for models whose price is known.",
        }


class FilterForm(forms.Form):
    """The filters of the list; what makes no sense is left out rather than complained about."""

    q = forms.CharField(max_length=200, required=False)
    state = forms.ChoiceField(choices=Session.State.choices, required=False)
    sort = forms.ChoiceField(choices=[(sign + name, name) for name in SORTS for sign in ("", "-")], required=False)
    after = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)

    def values(self) -> dict[str, Any]:
        """The fields that are valid, the others as if they were empty."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields}
