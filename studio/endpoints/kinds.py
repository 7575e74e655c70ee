"""Entries of the endpoints app in the team's log; a key is never in them."""

from studio.accounts.kinds import LogEntry
from studio.events.kinds import kind


class _AboutEndpoint(LogEntry):
    """leads_to: the origin of its address, which gets the questions and the key."""

    endpoint_id: str
    name: str
    leads_to: str = ""


@kind("endpoint.added")
class EndpointAdded(_AboutEndpoint):
    says = "{actor} added the endpoint “{name}”, which leads to {leads_to}"


@kind("endpoint.changed")
class EndpointChanged(_AboutEndpoint):
    says = "{actor} changed the endpoint “{name}”, which leads to {leads_to}"


@kind("endpoint.removed")
class EndpointRemoved(_AboutEndpoint):
    says = "{actor} removed the endpoint “{name}”"
