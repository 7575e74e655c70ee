"""What people send to the vault."""

from typing import Any

from django import forms

from studio.vault.models import Document
from studio.vault.search import MODES, Mode

MODE_WORDS: dict[Mode, str] = {"hybrid": "Both", "keyword": "Keyword", "meaning": "Meaning"}


class DocumentForm(forms.Form):
    """Title and collection of a document; the page offers the known names in the list `collection-names`."""

    title = forms.CharField(max_length=300)
    collection = forms.CharField(
        max_length=80,
        required=False,
        help_text="A known name, or a new one. Empty: in no collection.",
        widget=forms.TextInput(attrs={"list": "collection-names", "autocomplete": "off"}),
    )


class FilterForm(forms.Form):
    """The filters of the list; what makes no sense is left out rather than complained about."""

    q = forms.CharField(max_length=200, required=False)
    state = forms.ChoiceField(choices=Document.State.choices, required=False)
    collection = forms.UUIDField(required=False)
    sort = forms.ChoiceField(
        choices=[(sign + name, name) for name in ("created", "title", "size", "state") for sign in ("", "-")],
        required=False,
    )
    after = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)

    def values(self) -> dict[str, Any]:
        """The fields that are valid, the others as if they were empty."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields}


class SearchForm(forms.Form):
    """A search of the vault. A longer question is searched for by its beginning (see `MAX_QUERY`)."""

    q = forms.CharField(required=False)
    mode = forms.ChoiceField(choices=[(mode, MODE_WORDS[mode]) for mode in MODES], required=False)
    collection = forms.UUIDField(required=False)

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {
            "q": self.cleaned_data.get("q") or "",
            "mode": self.cleaned_data.get("mode") or "hybrid",
            "collection": self.cleaned_data.get("collection"),
        }
