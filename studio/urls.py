"""Every address of the studio."""

from django.urls import include, path

from studio import home
from studio.api import api

urlpatterns = [
    path("", home.home, name="home"),
    path("rail/", home.rail, name="rail"),
    path("samples/", home.use_samples, name="use_samples"),
    path("ask/", include("studio.chat.urls")),
    path("vault/", include("studio.vault.urls")),
    path("sessions/", include("teacher.urls")),
    path("", include("datasets.urls")),
    path("team/endpoints/", include("studio.endpoints.urls")),
    path("", include("studio.accounts.urls")),
    path("accounts/", include("studio.accounts.sign_in_urls")),
    path("events/", include("studio.events.urls")),
    path("jobs/", include("studio.jobs.urls")),
    path("", include("studio.web.urls")),
    path("api/v1/", api.urls),
]

handler400 = "studio.web.views.bad_request"
handler403 = "studio.web.views.forbidden"
handler404 = "studio.web.views.not_found"
handler500 = "studio.web.views.server_error"
