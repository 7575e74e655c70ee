"""The outbound guard: it judges every address at the moment of connecting, so no trick with names gets past it.

The check sits in httpcore's network backend. Redirects, DNS rebinding and odd spellings of an address all have to
open a connection in the end, and that is here. Every address a name resolves to must be allowed, and the
connection goes to the judged address, never to the name again.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from studio.llm.errors import OutboundRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_RULE = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>[\d.]+))(?P<bits>/\d+)?(?::(?P<ports>\d+(?:\+\d+)*))?")
PUBLIC_PORTS = frozenset({80, 443})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_RELAY_ANYCAST = ipaddress.IPv4Network("192.88.99.0/24")
_ISATAP = (0x00005EFE, 0x02005EFE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A network the operator opens although it is not public; no ports named means all ports."""

    network: Network
    ports: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Allowed":
        """Read `CIDR` or `CIDR:PORT` or `CIDR:PORT+PORT`; IPv6 in brackets: "10.1.0.0/16:8000+8001", "[::1]/128".

        Raises ValueError.
        """
        found = _RULE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no network.")
        network, ports = (found["v6"] or found["v4"]) + (found["bits"] or ""), found["ports"]
        numbers = frozenset(int(port) for port in ports.split("+")) if ports else frozenset()
        if any(not 0 < number < 65536 for number in numbers):
            raise ValueError(f"{text!r} names a port that does not exist.")
        return cls(network=ipaddress.ip_network(network), ports=numbers)

    def covers(self, address: Address, port: int) -> bool:
        return address in self.network and (not self.ports or port in self.ports)


def embedded(address: Address) -> list[Address]:
    """The IPv4 addresses an IPv6 address leads to (6to4, Teredo, NAT64, ISATAP, compatible); mapped ones are unwrapped
    before this. A network's own NAT64 (64:ff9b:1::/48) only its translator can read, so it never counts as public."""
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    inner: list[Address] = []
    if address.sixtofour is not None:
        inner.append(address.sixtofour)
    if address.teredo is not None:
        inner.extend(address.teredo)
    number = int(address)
    low = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address in _NAT64 or number >> 32 == 0 or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        inner.append(low)
    return inner


def is_public(address: Address) -> bool:
    """Whether an address, and every address inside it, is an ordinary host on the internet."""
    inner = embedded(address)
    if inner:
        return all(is_public(each) for each in inner)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in _GLOBAL_UNICAST
    return address not in _RELAY_ANYCAST


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host name, by the system's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """A network backend that connects only where `allow` or the public internet is."""

    def __init__(
        self,
        allow: Iterable[Allowed] = (),
        *,
        inner: httpcore.AsyncNetworkBackend | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self.allow = tuple(allow)
        self._inner = inner or httpcore.AnyIOBackend()
        self._resolve = resolver

    def check(self, literal: str, port: int) -> str:
        """The address to connect to, in its plain form. Raises OutboundRefused."""
        address: Address = ipaddress.ip_address(literal.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if any(rule.covers(address, port) for rule in self.allow):
            return literal if "%" in literal else str(address)
        if not is_public(address):
            raise OutboundRefused(cause=f"{address} is not a public address")
        if port not in PUBLIC_PORTS:
            raise OutboundRefused(
                "Only the ports 80 and 443 are open for addresses that the operator has not allowed.",
                cause=f"port {port}",
            )
        return str(address)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                literals = await self._resolve(host.strip("[]"), port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("The name was not resolved in time.") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("The name could not be resolved.") from error
        addresses = [self.check(literal, port) for literal in literals]
        failure: Exception = httpcore.ConnectError("The name has no address.")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise OutboundRefused(cause="unix socket")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


_TRANSLATED: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
)


@contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except tuple(ours for ours, _ in _TRANSLATED) as error:
        kind = next(theirs for ours, theirs in _TRANSLATED if isinstance(error, ours))
        raise kind(str(error)) from error


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        with _as_httpx():
            await self._stream.aclose()


@cache
def _certificates() -> ssl.SSLContext:
    """The trusted certificates (SSL_CERT_FILE is honoured); reading them takes longer than many an answer."""
    return httpx.create_ssl_context()


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's transport over a guarded pool. It is our own small one because httpx offers no public way to hand a
    network backend to its own, and a guard must not hang on a private name. Environment proxies do not exist here."""

    def __init__(self, backend: GuardedBackend, *, connections: int = 1) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_certificates(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        core = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            response = await self._pool.handle_async_request(core)
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


def guarded_client(backend: GuardedBackend, *, timeout: httpx.Timeout, connections: int = 1) -> httpx.AsyncClient:
    """An httpx client that can only go where the guard lets it: no redirects, no proxies from the environment.

    Other parts that fetch (webhooks, price lists) use this too; there is no second way out.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(backend, connections=connections),
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
    )
