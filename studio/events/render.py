"""An event as HTML, the same on the page and on the socket."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from studio.events.kinds import template_of
from studio.events.models import Event


def to_html(event: Event) -> str | SafeString:
    """The event through its kind's template, or an empty text for kinds that change no page by themselves.

    The template gets `event` and `data`; both are the stored row, so a page and a socket can never disagree.
    """
    template = template_of(event.kind)
    return render_to_string(template, {"event": event, "data": event.data}) if template else ""
