"""Addresses of the datasets app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


app_name = "datasets"
urlpatterns = [
    path("review-queue/", page, name="review_queue"),
    path("dataset-list/", page, name="dataset_list"),
]
