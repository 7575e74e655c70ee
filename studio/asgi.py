"""HTTP and websockets, in one application."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

from studio.accounts.sockets import BearerToken
from studio.events.routing import websocket_urlpatterns
from studio.vault.core.embed import load_soon
from studio.web.body_limit import BodyLimit
from studio.web.same_origin import SameOrigin

# One megabyte over the largest file, for the form around it.
http = BodyLimit(django_application, (settings.STUDIO_UPLOAD_MAX_MB + 1) * 1_000_000)
tails = URLRouter(websocket_urlpatterns)
websocket = BearerToken(tails, otherwise=SameOrigin(AuthMiddlewareStack(tails)))
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
load_soon()
