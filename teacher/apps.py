"""Registers the teacher app, its event kinds and its watch rules."""

from importlib import import_module

from django.apps import AppConfig


class TeacherConfig(AppConfig):
    name = "teacher"
    label = "teacher"

    def ready(self) -> None:
        import_module("teacher.kinds")
