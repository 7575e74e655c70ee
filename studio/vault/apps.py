"""Registers the vault app, its event kinds and its watch rules."""

from importlib import import_module

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "studio.vault"
    label = "vault"

    def ready(self) -> None:
        import_module("studio.vault.kinds")
