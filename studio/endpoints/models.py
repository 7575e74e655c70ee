"""Endpoints: an address, a model and a sealed key, or the built-in teacher; and what each is used for."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from studio.accounts.models import Team
from studio.llm.prices import Price
from studio.llm.steps import ROLES, Role
from studio.web.ids import uuid7

ROLE_WORDS: dict[Role, str] = {
    "answerer": "Answer questions in Ask",
    "drafter": "Draft",
    "verifier": "Verify claims",
    "critic": "Critique",
    "reviser": "Revise",
}


def all_roles() -> list[str]:
    return list(ROLES)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Questions about endpoints."""

    def usable(self) -> "EndpointQuerySet":
        """The enabled ones, the newest first: that order decides who serves a role."""
        return self.filter(is_enabled=True).order_by("-created", "-id")


class Endpoint(models.Model):
    """Where a model is reached.

    Rows are what a team has set up. The same class, unsaved, stands for what the operator's environment names and for
    the built-in teacher; `source` tells them apart.
    """

    class Kind(models.TextChoices):
        OPENAI = "openai", "OpenAI-compatible server"
        BUILTIN = "builtin", "Built-in teacher (extractive, no language model)"

    class JsonMode(models.TextChoices):
        AUTO = "auto", "Ask for JSON where it is needed"
        OFF = "off", "Never use the field response_format"

    class TestState(models.TextChoices):
        UNTESTED = "untested", "Not tested"
        TESTING = "testing", "Testing"
        READY = "ready", "Works"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OPENAI)
    base_url = models.CharField(max_length=500, blank=True)
    model = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=40, blank=True, help_text="Who made the model, such as deepseek or llama.")
    sealed_key = models.TextField(blank=True, help_text="The key, sealed to this endpoint's address.")
    roles = models.JSONField(default=all_roles)
    json_mode = models.CharField(max_length=5, choices=JsonMode.choices, default=JsonMode.AUTO)
    max_tokens = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(16)],
        help_text="The longest answer it is asked for, in tokens; for models with a small window. Empty is no limit.",
    )
    input_usd = models.DecimalField(
        max_digits=10, decimal_places=6, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    cached_usd = models.DecimalField(
        max_digits=10, decimal_places=6, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    output_usd = models.DecimalField(
        max_digits=10, decimal_places=6, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    is_enabled = models.BooleanField(default=True)
    test_state = models.CharField(max_length=10, choices=TestState.choices, default=TestState.UNTESTED)
    test_message = models.CharField(max_length=300, blank=True)
    tested = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now)

    objects = EndpointQuerySet.as_manager()

    #: "team" for rows, "environment" and "built-in" for the unsaved ones.
    source = "team"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="endpoint_name_once"),
            models.CheckConstraint(
                condition=models.Q(kind="builtin") | ~models.Q(base_url=""), name="endpoint_has_an_address"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """How a session remembers it: its id, "environment" or "built-in"."""
        return str(self.pk) if self.source == "team" else self.source

    @property
    def circuit_key(self) -> str:
        """Under which its circuit and its gate are kept; the environment's endpoint is one for all teams."""
        return self.ref

    @property
    def is_builtin(self) -> bool:
        return self.kind == self.Kind.BUILTIN

    @property
    def has_key(self) -> bool:
        return bool(self.sealed_key) or self.source == "environment"

    @property
    def price(self) -> Price | None:
        """The team's own price for a million tokens, when it gave one; cached input counts as input by default."""
        if self.input_usd is None or self.output_usd is None:
            return None
        cached = self.input_usd if self.cached_usd is None else self.cached_usd
        return Price(input_usd=Decimal(self.input_usd), cached_usd=Decimal(cached), output_usd=Decimal(self.output_usd))

    @property
    def role_words(self) -> list[str]:
        """What it is used for, in words."""
        return [words for role, words in ROLE_WORDS.items() if role in self.roles]


class Circuit(models.Model):
    """How an endpoint has been answering of late. While `open_until` is ahead it is left alone; then one may try.

    failures: in a row, those of one moment counted once. kind, message, cause: of the last one.
    answered: when anybody last got an answer, to within a few seconds.
    """

    key = models.CharField(primary_key=True, max_length=80)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    on_trial = models.BooleanField(default=False, help_text="One question is trying whether it answers again.")
    kind = models.CharField(max_length=20, blank=True)
    message = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    failed = models.DateTimeField(null=True, blank=True)
    answered = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class Budget(models.Model):
    """What a team may use of models in a day (UTC); empty is no limit."""

    team = models.OneToOneField(Team, primary_key=True, on_delete=models.CASCADE, related_name="+")
    tokens = models.PositiveBigIntegerField(null=True, blank=True, verbose_name="Tokens a day")
    cost_usd = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        verbose_name="US dollars a day",
    )

    def __str__(self) -> str:
        return f"{self.team}: {self.tokens or 'any'} tokens, {self.cost_usd or 'any'} USD"


class Spending(models.Model):
    """What a team has used on a day (UTC): counted, and reserved for questions that are under way."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    tokens = models.BigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=6, default=Decimal(0))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="endpoint_spending_once_a_day")]

    def __str__(self) -> str:
        return f"{self.team} on {self.day}: {self.tokens} tokens, {self.cost_usd} USD"
