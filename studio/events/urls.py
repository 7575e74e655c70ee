"""/events/: the log for clients that poll."""

from django.urls import path

from studio.events import views

app_name = "events"
urlpatterns = [path("<str:stream>/", views.event_list, name="event_list")]
