"""Why a request is not carried out, as sentences for people; the status says it to programs."""


class StudioError(Exception):
    """The request cannot be carried out."""

    status = 400

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.headers: dict[str, str] = {}
        self.message = message or (self.__doc__ or "").strip()
        self.code = code or type(self).__name__.lower()
        super().__init__(self.message)


class Forbidden(StudioError):
    """You do not have the right to do this."""

    status = 403


class Conflict(StudioError):
    """Somebody else changed this meanwhile."""

    status = 409


class TooLarge(StudioError):
    """This is larger than the studio accepts."""

    status = 413


class Invalid(StudioError):
    """Something in the request cannot be used as it is."""

    status = 422


class TooMany(StudioError):
    """Too many requests; wait a moment and try again."""

    status = 429

    def __init__(self, message: str = "", *, code: str = "", retry_after_s: int = 60) -> None:
        super().__init__(message, code=code)
        self.headers = {"Retry-After": str(retry_after_s)}


class StorageFull(StudioError):
    """There is no room left on the studio's disk. Nothing was stored; an operator has to make room."""

    status = 507
