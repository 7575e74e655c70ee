"""Addresses of the vault app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


app_name = "vault"
urlpatterns = [
    path("document-list/", page, name="document_list"),
]
