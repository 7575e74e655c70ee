"""The studio: project package and home of the apps that every part needs."""

__version__ = "0.1.0"
