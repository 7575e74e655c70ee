"""Sign-in, sign-out and password change: allauth's views with our answers. No other address of allauth exists here."""

from typing import Any

from allauth.account.views import LoginView, LogoutView, PasswordChangeView
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from studio.accounts.actions import password_changed, record_everywhere, remember
from studio.accounts.models import User
from studio.web.errors import TooMany


class SignIn(LoginView):
    """Email and password; 422 when they do not fit, 429 after too many tries."""

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _not_too_many(super().dispatch(request, *args, **kwargs))

    def get_form(self, form_class: type[Form] | None = None) -> Form:
        form: Form = super().get_form(form_class)
        form.fields["remember"].label = "Stay signed in on this computer"
        return form

    def form_valid(self, form: Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        if isinstance(self.request.user, User):
            remember(self.request, self.request.user)
            record_everywhere(self.request.user, "member.signed_in")
        return answer

    def form_invalid(self, form: Form) -> HttpResponse:
        is_throttled = form.has_error("__all__", "too_many_login_attempts")
        return _again(self, form, status=429 if is_throttled else 422)


class ChangePassword(PasswordChangeView):
    """The old and a new password; all other sessions and open sign-in links of the person end."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return redirect("accounts:welcome")
        return _not_too_many(super().dispatch(request, *args, **kwargs))

    def form_valid(self, form: Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        password_changed(self.request, self.request.user)
        return answer

    def get_default_success_url(self) -> str:
        return reverse("accounts:profile")

    def form_invalid(self, form: Form) -> HttpResponse:
        return _again(self, form, status=422)


def _again(view: LoginView | PasswordChangeView, form: Form, *, status: int) -> HttpResponse:
    answer: HttpResponse = view.render_to_response(view.get_context_data(form=form), status=status)
    return answer


def _not_too_many(response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code == 429 and not hasattr(response, "context_data"):  # allauth's own bare page
        raise TooMany
    return response


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()
change_password = ChangePassword.as_view()
