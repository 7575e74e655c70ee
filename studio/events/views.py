"""The log for clients without a websocket."""

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from studio.events.models import Event
from studio.events.render import to_html
from studio.events.watch import may_watch
from studio.web.errors import Invalid

BATCH = 200
"""In one answer, which renders each of them."""


@require_safe
def event_list(request: HttpRequest, stream: str) -> JsonResponse:
    """The events after `?after=`, at most 200, as the socket would send them."""
    if not request.user.is_authenticated or not may_watch(request.user, stream):
        raise Http404
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 18:
        raise Invalid("`after` must be a sequence number.")
    events = list(Event.objects.after(stream, int(after))[:BATCH])
    frames = [{**event.as_dict(), "html": to_html(event)} for event in events]
    return JsonResponse({"events": frames, "last_seq": events[-1].seq if events else int(after)})
