"""Limits how often one address may try something."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from studio.web.errors import TooMany


def throttle(request: HttpRequest, action: str, *, tries: int, seconds: int) -> None:
    """Count a try; raises TooMany (429) beyond `tries` from the client's address in the current window of `seconds`."""
    window, passed = divmod(int(time.time()), seconds)
    slot = f"throttle:{action}:{get_adapter().get_client_ip(request)}:{window}"
    cache.add(slot, 0, 2 * seconds)
    if cache.incr(slot) > tries:
        raise TooMany(retry_after_s=seconds - passed)
