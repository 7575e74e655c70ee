"""Addresses of the chat app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


app_name = "chat"
urlpatterns = [
    path("conversation-list/", page, name="conversation_list"),
]
