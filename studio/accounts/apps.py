"""Registers the accounts app, its event kinds and its watch rule."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "studio.accounts"
    label = "accounts"

    def ready(self) -> None:
        import_module("studio.accounts.kinds")
