"""Registers the event log."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "studio.events"
    label = "events"
