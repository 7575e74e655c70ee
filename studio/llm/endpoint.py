"""Where a model is served and how to talk to it: the settings one `Client` needs."""

from dataclasses import dataclass, field
from typing import Literal

import httpx

from studio.llm.errors import EndpointInvalid
from studio.llm.prices import Price

JsonMode = Literal["auto", "off"]


class Secret:
    """A key that does not show itself: `reveal()` is the only way to its value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(…)" if self._value else "Secret()"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("A secret is not pickled.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One OpenAI-compatible server and one model on it.

    base_url: up to and without "/chat/completions", e.g. "https://api.deepseek.com".
    family: who made the model ("deepseek", "llama"); two families judge each other more fairly than one.
    json_mode: "auto" asks for a JSON object and stops asking when the server refuses the field; "off" never asks.
    price: overrides the built-in price table; None looks the model up there.
    """

    name: str
    base_url: str
    model: str
    key: Secret = field(default_factory=lambda: Secret(""))
    family: str = ""
    json_mode: JsonMode = "auto"
    price: Price | None = None

    @property
    def chat_url(self) -> httpx.URL:
        """The full address of the chat completions. Raises EndpointInvalid."""
        url = parse_base_url(self.base_url)
        return url.copy_with(path=url.path.rstrip("/") + "/chat/completions")


def parse_base_url(text: str) -> httpx.URL:
    """Read an endpoint's base URL strictly: http or https, a host, no user, query or fragment.

    Raises EndpointInvalid with a sentence for people.
    """
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise EndpointInvalid("This is not a valid web address.", cause=str(error)) from error
    if url.scheme not in ("http", "https"):
        raise EndpointInvalid("The address must begin with http:// or https://.")
    if not url.host or "\\" in text:
        raise EndpointInvalid("The address names no server.")
    if url.userinfo:
        raise EndpointInvalid("The address must not contain a user name or password; use the key field.")
    if url.query or url.fragment:
        raise EndpointInvalid("The address must end at its path, without ? or #.")
    return url


def origin(text: str) -> str:
    """Scheme, host and port of a base URL, always with the port: what a stored key is bound to."""
    url = parse_base_url(text)
    port = url.port or (443 if url.scheme == "https" else 80)
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}:{port}"
