"""How allauth behaves here: nobody signs up without an invitation, and no answer tells which addresses are known."""

import logging
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from studio.accounts.models import User
from studio.accounts.whence import address_of

log = logging.getLogger("studio.accounts")


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Sign-up is closed; people come through invitation links."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This address and password do not fit together.",
        "too_many_login_attempts": "Too many failed tries. Wait five minutes, then try again.",
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Whose failed tries are counted together; allauth's own key has the Host in it, which a client may vary."""
        return str(credentials.get("email", "")).strip().lower()

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person with these credentials; a closed account gets the answer of an unknown one."""
        user = super().authenticate(request, **credentials)
        return user if isinstance(user, User) and user.is_active else None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.warning("sign-in failed", extra={"address": address_of(request)})

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None: the studio sends no mail."""
