"""Refuses websockets that a page of another origin opens."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from studio.web.body_limit import App, Receive, Scope, Send

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class SameOrigin:
    """An ASGI application in front of another one: the Origin must be the Host that was asked, with its port.

    Browsers send cookies to every port of a host, so another program on this machine could otherwise read along.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        origin, host = (headers.get(name, b"").decode("latin1").lower() for name in (b"origin", b"host"))
        if not is_same_origin(origin, host):
            await receive()
            return await send({"type": "websocket.close", "code": 4403})
        return await self._app(scope, receive, send)


def is_same_origin(origin: str, host: str) -> bool:
    """Whether a page of that origin belongs to this host, which must be one of ours; both in lower case.

    Where the studio is reached through HTTPS, a page that came without it is of another origin.
    """
    scheme, _, place = origin.partition("://")
    is_open = scheme == "http" and not settings.STUDIO_BASE_URL.startswith("https://")
    if not (is_open or scheme == "https") or not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    default = _DEFAULT_PORTS[scheme]
    own = urlsplit(settings.STUDIO_BASE_URL)
    return place.removesuffix(default) == host.removesuffix(default) or origin == f"{own.scheme}://{own.netloc}"
