"""The errors of talking to models.

    LlmError
    ├── OutboundRefused     the guard would not open the connection
    └── EndpointInvalid     base URL or settings of an endpoint cannot be used

What a model or its server does wrong is not an exception: it is a `Refusal`, because a flow has to deal with it.
The docstring of a class is its default message.
"""


class LlmError(Exception):
    """Something went wrong while preparing to talk to a model."""

    def __init__(self, message: str = "", *, cause: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.cause = cause
        super().__init__(self.message)


class OutboundRefused(LlmError):
    """This address is not one the studio may connect to."""


class EndpointInvalid(LlmError):
    """This endpoint's address cannot be used."""
