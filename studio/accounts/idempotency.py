"""Doing once what a client asks for twice, because it never got the first answer: the header `Idempotency-Key`."""

import hashlib
from collections.abc import Callable
from typing import Annotated, TypeVar

from django.db import transaction
from django.db.models import Model
from django.http import Http404
from ninja import Header, Schema

from studio.accounts.requests import ApiRequest
from studio.events.actions import append
from studio.events.kinds import Payload, kind
from studio.events.models import Event
from studio.web.errors import Conflict, Invalid

M = TypeVar("M", bound=Model)
#: A parameter of an operation: any text that the client makes up, a UUID for example. Left out, every request counts.
IdempotencyKey = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes a request safe to repeat: sent again with the same key, it makes nothing new.",
    ),
]


@kind("api.done")
class ApiDone(Payload):
    """What a request with a key came to. request: digest of its address and body; object_id: what it made."""

    request: str
    object_id: str


class _DoneBefore(Conflict):
    """The same request, sent at the same moment, was faster."""


def once(request: ApiRequest, key: str | None, data: Schema, model: type[M], do: Callable[[], M]) -> M:
    """What `do` makes, or what it made when the same person sent the same request with the same key before.

    Both are one transaction, so a request that fails leaves its key unused; `do` works in the database only.
    Raises Invalid for a key that came with another request, Http404 when what was made is no longer there.
    """
    if key is None:
        return do()
    actor = request.auth
    stream = f"api:{actor.team.pk}:{actor.user.pk}"
    digest = hashlib.sha256(f"{request.path}\n{data.model_dump_json()}".encode()).hexdigest()
    before = Event.objects.of(stream).filter(key=key)
    try:
        with transaction.atomic():
            if first := before.first():
                return _made(first, digest, model)
            made = do()
            done = {"request": digest, "object_id": str(made.pk)}
            if append(stream, "api.done", done, key=key, actor=actor.user).data != done:
                raise _DoneBefore
            return made
    except Conflict:  # with what this very request has done meanwhile, perhaps
        if first := before.first():
            return _made(first, digest, model)
        raise


def _made(event: Event, digest: str, model: type[M]) -> M:
    if event.data["request"] != digest:
        raise Invalid("This Idempotency-Key came with another request before.", code="key_reused")
    found = model._default_manager.filter(pk=event.data["object_id"]).first()
    if found is None:
        raise Http404("What this request made is no longer there.")
    return found
