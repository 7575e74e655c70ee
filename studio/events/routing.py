"""/ws/events/<stream>/: the log for clients that listen."""

from django.urls import path

from studio.events.consumers import Tail

websocket_urlpatterns = [path("ws/events/<str:stream>/", Tail.as_asgi())]
