"""Registers the endpoints app, its event kinds and its watch rules."""

from importlib import import_module

from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    name = "studio.endpoints"
    label = "endpoints"

    def ready(self) -> None:
        import_module("studio.endpoints.kinds")
