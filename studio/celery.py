"""The Celery application: workers for jobs, on Redis or on a folder of message files."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init, worker_shutting_down
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

# Celery warns root of pickled messages, which are not accepted here; in a container root is nobody else.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("studio")


def configure() -> None:
    """Messages are hints that may be lost: acknowledged early, no results, no ETAs, one at a time."""
    app.conf.update(
        task_queues={name: {"exchange": name, "routing_key": name} for name in ("io", "cpu")},
        task_default_queue="io",
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        imports=["studio.jobs.celery_tasks"],
    )
    if settings.STUDIO_REDIS_URL:
        app.conf.update(broker_url=settings.STUDIO_REDIS_URL, broker_transport_options={"socket_timeout": 5})
        return
    folder = settings.STUDIO_RUN_DIR / "broker"
    for path in (folder, folder / "control"):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    app.conf.update(
        broker_url="filesystem://localhost",
        broker_transport="studio.jobs.folder_broker:Transport",
        broker_transport_options={
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        },
    )


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A pool process does not outlive its worker, however that ends."""
    from studio.supervisor.process import die_with_parent

    die_with_parent()


@worker_shutting_down.connect
def drain(**_: Any) -> None:
    """Asked to end, a worker hands over what it cannot finish soon."""
    from studio.jobs import draining

    draining.begin()


configure()
