"""Addresses of the endpoints app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


app_name = "endpoints"
urlpatterns = [path("endpoint-list/", page, name="endpoint_list"), ]
