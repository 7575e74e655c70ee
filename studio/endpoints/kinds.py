"""Event kinds of the endpoints app, on the team's stream; a key is never in them."""

from studio.events.kinds import Payload, kind


class _AboutEndpoint(Payload):
    endpoint_id: str
    name: str


@kind("endpoint.added")
class EndpointAdded(_AboutEndpoint):
    pass


@kind("endpoint.changed")
class EndpointChanged(_AboutEndpoint):
    pass


@kind("endpoint.removed")
class EndpointRemoved(_AboutEndpoint):
    pass
