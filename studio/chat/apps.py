"""Registers the chat app, its event kinds and its watch rules."""

from importlib import import_module

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "studio.chat"
    label = "chat"

    def ready(self) -> None:
        import_module("studio.chat.kinds")
