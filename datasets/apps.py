"""Registers the datasets app, its event kinds and its watch rules."""

from importlib import import_module

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "datasets"
    label = "datasets"

    def ready(self) -> None:
        import_module("datasets.kinds")
        import_module("datasets.export_kinds")
