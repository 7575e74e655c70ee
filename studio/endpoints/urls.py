"""Addresses of the endpoints app."""

from django.urls import path

from studio.endpoints import views

app_name = "endpoints"
urlpatterns = [
    # team/endpoints/
    path("", views.endpoint_list, name="endpoint_list"),
    path("new/", views.endpoint_create, name="endpoint_create"),
    path("<uuid:pk>/", views.endpoint_edit, name="endpoint_edit"),
    path("<uuid:pk>/test/", views.endpoint_test, name="endpoint_test"),
    path("<uuid:pk>/delete/", views.endpoint_delete, name="endpoint_delete"),
]
