"""The form of an endpoint."""

from typing import Any

from django import forms

from studio.endpoints.models import ROLE_WORDS, Endpoint
from studio.llm.endpoint import parse_base_url
from studio.llm.errors import EndpointInvalid


class EndpointForm(forms.ModelForm[Endpoint]):
    """Everything about an endpoint; the key is written and never shown."""

    key = forms.CharField(
        required=False,
        max_length=2000,
        label="Key",
        help_text="Stored sealed to this address, and never shown again. Empty keeps the stored one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    roles = forms.MultipleChoiceField(
        choices=list(ROLE_WORDS.items()), widget=forms.CheckboxSelectMultiple, label="Used for"
    )

    class Meta:
        model = Endpoint
        fields = [
            "name", "kind", "base_url", "model", "key", "roles", "family", "json_mode", "max_tokens",
            "input_usd", "cached_usd", "output_usd", "is_enabled",
        ]  # fmt: skip
        labels = {
            "kind": "Kind",
            "base_url": "Base URL",
            "json_mode": "JSON",
            "max_tokens": "Longest answer",
            "input_usd": "Input, $ per million tokens",
            "cached_usd": "Cached input, $ per million tokens",
            "output_usd": "Output, $ per million tokens",
            "is_enabled": "In use",
        }
        help_texts = {
            "base_url": "Up to and without /chat/completions, such as https://api.deepseek.com or http://127.0.0.1:11434/v1.",
            "model": "The model's name on that server.",
            "input_usd": "Prices are optional; known models have theirs already.",
        }

    def clean_base_url(self) -> str:
        url: str = self.cleaned_data["base_url"].strip()
        if url:
            try:
                parse_base_url(url)
            except EndpointInvalid as error:
                raise forms.ValidationError(error.message) from error
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Endpoint.Kind.OPENAI:
            for name in ("base_url", "model"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "A server needs this.")
        return data

    def values(self) -> dict[str, Any]:
        """The fields of the model, without the key."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}
