"""How a worker ends: it may finish what takes a few seconds more, and hands the rest to whoever is next."""

import os
import signal
import threading

from billiard import active_children

from studio.jobs.actions import hand_over, worker_name

DRAIN_SECONDS = 5.0


def begin() -> None:
    """The worker has been asked to end and takes no new jobs; soon it ends whatever still runs."""
    timer = threading.Timer(DRAIN_SECONDS, end_now)
    timer.daemon = True
    timer.start()


def end_now() -> None:
    """Give the jobs of this worker back to their queues and end at once, so that no job runs twice."""
    pool = [child.pid for child in active_children()]
    try:
        for pid in pool:
            os.kill(pid, signal.SIGKILL)
        hand_over([worker_name(pid) for pid in (os.getpid(), *pool)])
    finally:
        os._exit(0)
