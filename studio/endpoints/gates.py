"""How many questions an endpoint gets at once from this process: halved when it is too many, grown by each answer.

That is the rule by which TCP finds its rate (additive increase, multiplicative decrease). Nobody has to know a
server's limit, which most do not tell.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable

from studio.llm.steps import Answer, Refusal, Reply

MOST_AT_ONCE = 32
BURST_S = 1.0  # refusals within it come from one and the same crowd


class Gate:
    """Lets questions to one endpoint pass, at most `limit` at a time."""

    def __init__(self, *, most: int = MOST_AT_ONCE, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = float(most)
        self.in_flight = 0
        self._most, self._clock, self._cut = most, clock, float("-inf")
        self._changed = threading.Condition()

    def enter(self, *, patience_s: float, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Wait for a place; False when there was none in time or the question is not wanted any more."""
        end = self._clock() + patience_s
        with self._changed:
            while self.in_flight >= int(self.limit):
                if stopped() or self._clock() >= end:
                    return False
                self._changed.wait(0.1)
            self.in_flight += 1
        return True

    def leave(self, answer: Answer | None) -> None:
        """Give the place back, and learn from how it went; None for a question that ended in an error."""
        with self._changed:
            self.in_flight -= 1
            if isinstance(answer, Refusal) and answer.kind == "rate_limited":
                if self._clock() - self._cut > BURST_S:
                    self.limit, self._cut = max(1.0, self.limit / 2), self._clock()
            elif isinstance(answer, Reply):
                self.limit = min(float(self._most), self.limit + 1 / self.limit)
            self._changed.notify_all()


_gates: defaultdict[str, Gate] = defaultdict(Gate)
_lock = threading.Lock()


def gate(key: str) -> Gate:
    """The gate of an endpoint, by its circuit key; one for the whole process."""
    with _lock:
        return _gates[key]
