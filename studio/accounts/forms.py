"""What people type about themselves, their teams and the ways in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

from studio.accounts.access import SCOPES, Actor
from studio.accounts.models import Role, User

SCOPE_WORDS = {
    "read": "Read: everything the team sees",
    "write": "Write: upload, ask, run sessions, propose pairs",
    "review": "Review: decide pairs",
    "export": "Export: build and fetch data sets",
    "admin": "Admin: change the team and its endpoints",
}
LIFETIMES = [(30, "30 days"), (90, "90 days"), (365, "A year"), (0, "Until it is revoked")]


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, or None for a fresh form; an empty post is an answer too."""
    return request.POST if request.method == "POST" else None


class SignUpForm(forms.Form):
    """Name, address and a first password. With `fixed_email` the address cannot be chosen."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="Email", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        strip=False,
        max_length=4096,
        help_text="At least 10 characters. Not a common one, and not your name or address.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User | None = None, fixed_email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if fixed_email:
            self.fields["email"].initial = fixed_email
            self.fields["email"].disabled = True

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        others = User.objects.exclude(pk=self.user.pk) if self.user else User.objects.all()
        if others.filter(email=email).exists():
            raise ValidationError("Somebody with this address has an account. Sign in, then open the link again.")
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if password := data.get("password"):
            person = User(name=data.get("name", ""), email=data.get("email", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class WelcomeForm(SignUpForm):
    """What the owner of a fresh installation says first."""

    team_name = forms.CharField(label="Team name", max_length=80)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, user=actor.user, **kwargs)
        if not actor.may("own"):
            del self.fields["team_name"]


class ProfileForm(forms.Form):
    """How others see a person."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class TeamForm(forms.Form):
    """The name of a team."""

    name = forms.CharField(label="Team name", max_length=80)


def roles_for(actor: Actor) -> list[tuple[str, str]]:
    """The roles that the actor may give."""
    return [(value, str(label)) for value, label in Role.choices if value != Role.OWNER or actor.may("own")]


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


class InvitationForm(forms.Form):
    """Whom to invite and as what."""

    email = forms.EmailField(
        label="Email",
        required=False,
        help_text="Only this person can use the link. Leave it empty for a link that whoever holds it can use, once.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(initial=Role.MEMBER)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above; tells the type checker
        field.choices = roles_for(actor)


class TokenForm(forms.Form):
    """What a token is for and how far it reaches: never beyond the role."""

    name = forms.CharField(max_length=80, help_text="What will use it, such as “nightly import”.")
    scopes = forms.MultipleChoiceField(label="It may", widget=forms.CheckboxSelectMultiple, initial=["read"])
    days = forms.TypedChoiceField(label="It lives for", choices=LIFETIMES, coerce=int, initial=90)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  declared above; tells the type checker
        field.choices = [(scope, SCOPE_WORDS[scope]) for scope, rights in SCOPES.items() if rights <= actor.rights]
