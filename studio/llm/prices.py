"""What tokens cost: a dated table, so that a later price never rewrites an earlier bill."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from studio.llm.steps import Usage

_MILLION = Decimal(1_000_000)
_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for one million tokens: input not cached, input served from a cache, output."""

    input_usd: Decimal
    cached_usd: Decimal
    output_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: the price of a model from a day on, and where the figure was published."""

    model: str
    since: date
    price: Price
    source: str


def _price(input_usd: str, cached_usd: str, output_usd: str) -> Price:
    return Price(input_usd=Decimal(input_usd), cached_usd=Decimal(cached_usd), output_usd=Decimal(output_usd))


_DEEPSEEK = "DeepSeek price list, May 2026"
TABLE: tuple[Row, ...] = (
    Row(
        model="deepseek-v4-flash",
        since=date(2026, 5, 1),
        price=_price("0.14", "0.0028", "0.28"),
        source=_DEEPSEEK,
    ),
    Row(
        model="deepseek-v4-pro",
        since=date(2026, 5, 1),
        price=_price("0.435", "0.003625", "0.87"),
        source=_DEEPSEEK,
    ),
)


def price_for(model: str, on: date, table: tuple[Row, ...] = TABLE) -> Price | None:
    """The price of exactly this model on that day: the newest row not after it. None when nothing is known."""
    rows = [row for row in table if row.model == model.lower() and row.since <= on]
    return max(rows, key=lambda row: row.since).price if rows else None


def cost_usd(usage: Usage, price: Price) -> Decimal:
    """The bill of one answer in US dollars, rounded to a millionth. More cached than input counts as all cached."""
    cached = min(usage.cached, usage.prompt)
    total = (
        (usage.prompt - cached) * price.input_usd + cached * price.cached_usd + usage.completion * price.output_usd
    ) / _MILLION
    return total.quantize(_STEP, rounding=ROUND_HALF_UP)
