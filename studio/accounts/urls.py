"""Addresses of the accounts app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


app_name = "accounts"
urlpatterns = [
    path("team-detail/", page, name="team_detail"),
    path("team-switch/", page, name="team_switch"),
]
