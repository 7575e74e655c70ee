"""The registry of event kinds: each has a closed, typed payload and perhaps a template that shows it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """What an event of one kind carries; an unknown field fails where the event is appended."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UnknownKind(LookupError):
    """No app has registered this kind of event."""


P = TypeVar("P", bound=type[Payload])
_payloads: dict[str, type[Payload]] = {}
_templates: dict[str, str] = {}


def kind(name: str, *, template: str = "") -> Callable[[P], P]:
    """Register the payload class of a kind, named in the past tense with a dot: `critique.scored`.

    template: renders the event for pages; without one the event changes no page by itself.
    """

    def register(payload: P) -> P:
        if _payloads.get(name, payload).__qualname__ != payload.__qualname__:
            raise ValueError(f"the event kind {name} is registered twice")
        _payloads[name] = payload
        if template:
            _templates[name] = template
        return payload

    return register


def validated(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as JSON types. Raises UnknownKind, or pydantic's ValidationError for data of another shape."""
    try:
        payload = _payloads[name]
    except KeyError:
        raise UnknownKind(name) from None
    return payload.model_validate(dict(data)).model_dump(mode="json")


def template_of(name: str) -> str:
    """The template of the kind, or an empty text."""
    return _templates.get(name, "")


def registered() -> dict[str, type[Payload]]:
    """All kinds, by name."""
    return dict(sorted(_payloads.items()))
