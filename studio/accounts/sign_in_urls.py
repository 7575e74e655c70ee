"""/accounts/: the only three addresses of allauth that exist here, under the names that it looks up."""

from django.urls import path

from studio.accounts.views import sign_in

urlpatterns = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("password/change/", sign_in.change_password, name="account_change_password"),
]
