"""Addresses of the teacher app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


app_name = "teacher"
urlpatterns = [path("session-list/", page, name="session_list"), ]
