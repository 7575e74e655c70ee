"""Addresses of the teacher app."""

from django.urls import path

from teacher import views

app_name = "teacher"
urlpatterns = [
    # sessions/
    path("", views.session_list, name="session_list"),
    path("new/", views.session_create, name="session_create"),
    path("budget/", views.budget, name="budget"),
    path("<uuid:pk>/", views.session_detail, name="session_detail"),
    path("<uuid:pk>/now/", views.session_now, name="session_now"),
    path("<uuid:pk>/evidence/", views.session_evidence, name="session_evidence"),
    path("<uuid:pk>/cancel/", views.session_cancel, name="session_cancel"),
    path("<uuid:pk>/pause/", views.session_pause, name="session_pause"),
    path("<uuid:pk>/resume/", views.session_resume, name="session_resume"),
    path("<uuid:pk>/propose/", views.session_propose, name="session_propose"),
]
