"""/health, /help/, /patterns/"""

from django.urls import include, path

from studio.web import views

help_urlpatterns = [path("", views.help_page, name="index"), path("<path:name>/", views.help_page, name="page")]
urlpatterns = [
    path("health", views.health, name="health"),
    path("help/", include((help_urlpatterns, "help"))),
    path("patterns/", views.patterns, name="patterns"),
]
