"""Registers the jobs app and finds every app's jobs."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class JobsConfig(AppConfig):
    name = "studio.jobs"
    label = "jobs"

    def ready(self) -> None:
        import studio.celery  # noqa: F401  the app must exist before the first message is sent

        for config in apps.get_app_configs():
            if find_spec(f"{config.name}.tasks") and config.name != "studio":
                import_module(f"{config.name}.tasks")
