"""Questions about streams."""

from studio.events.models import Stream


def last_seq(stream: str) -> int:
    """The number of the last event of a stream, for `data-after`; 0 before the first one."""
    return Stream.objects.filter(pk=stream).values_list("last_seq", flat=True).first() or 0
