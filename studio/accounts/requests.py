"""Requests as our middleware hands them to views."""

import django.http
from django_htmx.middleware import HtmxDetails

from studio.accounts.access import Actor


class HttpRequest(django.http.HttpRequest):
    """A request to a page: who acts, what htmx asked for, and the id by which the log knows it."""

    htmx: HtmxDetails
    actor: Actor
    request_id: str


class ApiRequest(HttpRequest):
    """A request to the API: `auth` is who acts."""

    auth: Actor
