"""Numbers, dates, times, sums and frequencies in a text, each in one spelling, so that two texts can be compared."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

CITATION = re.compile(r"\s?\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")

_UNITS_UP_TO_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty"""
_TENS = "thirty forty fifty sixty seventy eighty ninety hundred"
NUMBER_WORDS: dict[str, Decimal] = {
    **{name: Decimal(value) for value, name in enumerate(_UNITS_UP_TO_TWENTY.split())},
    **{name: Decimal(10 * value) for value, name in enumerate(_TENS.split(), 3)},
    "thousand": Decimal(1000),
    "dozen": Decimal(12),
    "twice": Decimal(2),
    "half": Decimal("0.5"),
}
_PLACE_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_PLACES = {name: str(value) for value, name in enumerate(_PLACE_WORDS.split(), 1)}
_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}

#: Spellings of a unit, the base unit it is counted in, and the factor.
_UNIT_ROWS = (
    ("second seconds sec secs s", "second", "1"),
    ("minute minutes min mins", "second", "60"),
    ("hour hours hr hrs h", "second", "3600"),
    ("day days", "second", "86400"),
    ("week weeks", "second", "604800"),
    ("month months", "month", "1"),
    ("quarter quarters", "month", "3"),
    ("year years yr yrs", "month", "12"),
    ("mg milligram milligrams", "gram", "0.001"),
    ("g gram grams", "gram", "1"),
    ("kg kilogram kilograms", "gram", "1000"),
    ("mm millimetre millimetres millimeter millimeters", "millimetre", "1"),
    ("cm centimetre centimetres centimeter centimeters", "millimetre", "10"),
    ("m metre metres meter meters", "millimetre", "1000"),
    ("km kilometre kilometres kilometer kilometers", "millimetre", "1000000"),
    ("m² sqm", "m²", "1"),
    ("km²", "m²", "1e6"),
    ("kmh kph", "km/h", "1"),
    ("mph", "mph", "1"),
    ("mps", "m/s", "1"),
    ("ml millilitre millilitres", "litre", "0.001"),
    ("l litre litres liter liters", "litre", "1"),
    ("kb", "byte", "1e3"),
    ("mb", "byte", "1e6"),
    ("gb", "byte", "1e9"),
    ("tb", "byte", "1e12"),
    ("w watt watts", "watt", "1"),
    ("kw kilowatt kilowatts", "watt", "1000"),
    ("kwh", "kwh", "1"),
    ("mah", "mah", "1"),
    ("v volt volts", "volt", "1"),
    ("a amp amps ampere amperes", "ampere", "1"),
    ("bar", "bar", "1"),
    ("psi", "psi", "1"),
    ("rpm", "rpm", "1"),
    ("hz hertz", "hertz", "1"),
    ("nm", "nm", "1"),
    ("percent percentage pct", "%", "1"),
    ("°c celsius", "°c", "1"),
    ("°f fahrenheit", "°f", "1"),
    ("usd dollar dollars", "usd", "1"),
    ("eur euro euros", "eur", "1"),
    ("gbp pound pounds", "gbp", "1"),
    ("chf franc francs", "chf", "1"),
    ("sek nok dkk krona krone kronor kroner", "sek", "1"),
    ("jpy yen", "jpy", "1"),
    ("inr rupee rupees", "inr", "1"),
)
_UNITS = {name: (base, Decimal(factor)) for names, base, factor in _UNIT_ROWS for name in names.split()}
_MONEY = {"$": "usd", "€": "eur", "£": "gbp", "eur": "eur", "usd": "usd", "gbp": "gbp", "chf": "chf"}
_SCALES = {"million": 1_000_000, "billion": 1_000_000_000, "thousand": 1_000, "k": 1_000}
_EVERY = {
    "hourly": "hour",
    "daily": "day",
    "nightly": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "annually": "year",
    "yearly": "year",
}
_NO_UNIT_WORDS = """the a an of and or to in on at by for from with per is are was were be been has have had will may
    must can shall should that which who whom this these it its as if when then than but not no after before unless
    until within between"""
_NO_UNIT = frozenset(_NO_UNIT_WORDS.split())

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_SECOND_WORD = "one|two|three|four|five|six|seven|eight|nine|hundred|thousand"
_PART = (
    "section|clause|article|chapter|step|version|annex|appendix|figure|table|part|level|class|grade|status|port|code"
)
_FIGURE = re.compile(
    rf"""\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b
      | \b(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month1>{_MONTH})\b\.?(?:,?\s+(?P<year1>\d{{4}}))?
      | \b(?P<month2>{_MONTH})\b\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year2>\d{{4}}))?
      | \b(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}}))?\s*(?P<half>[ap]\.?m)\b
      | \b(?P<hour24>\d{{1,2}}):(?P<minute24>\d{{2}})\b
      | (?:\b(?P<part>{_PART})\s+)?(?:(?P<money>[$€£]|\b(?:EUR|USD|GBP|CHF)\b)\s?)?
        (?<![\w.])(?P<number>[-−]?\d{{1,3}}(?:[,\u202f\u00a0]\d{{3}})+(?:\.\d+)?(?!\d)|[-−]?\d+(?:\.\d+)*)
        (?P<ordinal>(?:st|nd|rd|th)\b)?(?P<scale>\s?(?:million|billion|thousand|k)\b)?
        (?P<symbol>\s?(?:%|°\s?[CF]\b|[€£$]))?
      | \b(?P<place>{"|".join(_PLACES)})\b
      | \b(?P<word>{"|".join(NUMBER_WORDS)})(?:[\s-](?P<word2>{_SECOND_WORD}))?\b
      | \b(?P<every>{"|".join(_EVERY)})\b
      | \b(?:every|each|per|a)\s+(?:calendar\s+|contract\s+)?(?P<per>day|week|month|quarter|year|hour)\b
      | \b(?P<now>immediately|instantly|at\s+once|right\s+away)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    r"(?:\s?\(\d+\))?[\s)\]-]{0,3}(?:(?:[-–]|to\b|or\b|and\b)\s?\d+\s?)?([^\W\d_]+|°[CF])(?:[\s-]+([^\W\d_]+))?", re.I
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, date, time or period in one spelling: what it counts (a base unit, "date", …, "") and its value."""

    unit: str
    value: str

    def equals(self, other: "Figure") -> bool:
        """Whether two figures say the same; a figure without a unit may be any unit, a date without a year any year."""
        if self.value == other.value and ("" in (self.unit, other.unit) or self.unit == other.unit):
            return True
        dates = self.unit == other.unit == "date"
        return dates and (self.value.endswith(other.value) or other.value.endswith(self.value))

    def disagrees(self, other: "Figure") -> bool:
        """Whether two figures measure the same thing and differ."""
        return self.unit == other.unit != "" and not self.equals(other)


def figures(text: str) -> list[Figure]:
    """Every figure of a text, in order; citation marks such as [2] are none."""
    return [figure for _, _, figure in located(CITATION.sub("", text))]


def located(text: str) -> list[tuple[int, int, Figure]]:
    """Every figure with the place of its digits or words, as offsets (start, end) into the text."""
    found = ((m.start(), m.end(), _figure(m.groupdict(), text, m.end())) for m in _FIGURE.finditer(text))
    return [(start, end, figure) for start, end, figure in found if figure is not None]


def is_unit(word: str) -> bool:
    """Whether a word is a unit of measure: "days", "kg", "euros"."""
    return word.casefold() in _UNITS


def belongs_to_figures(word: str) -> bool:
    """Whether a word is a number, a unit ("GB", "days") or a month, so that `figures` takes care of it."""
    word = word.casefold()
    return word in _UNITS or word in _MONTHS or word in NUMBER_WORDS or word in _EVERY or word in _PLACES


def lacking(wanted: Iterable[Figure], given: Iterable[Figure]) -> list[Figure]:
    """The wanted figures that none of the given ones equals."""
    present = list(given)
    return [figure for figure in wanted if not any(figure.equals(other) for other in present)]


def _figure(part: dict[str, str | None], text: str, end: int) -> Figure | None:
    if part["iso"]:
        return Figure("date", part["iso"])
    for day, month, year in (("day1", "month1", "year1"), ("day2", "month2", "year2")):
        if (name := part[month]) and (number := part[day]):
            date = f"{_MONTHS[name.casefold()]:02d}-{int(number):02d}"
            return Figure("date", f"{part[year]}-{date}" if part[year] else date)
    if (half := part["half"]) and part["hour"]:
        hour = int(part["hour"]) % 12 + (12 if half[0] in "pP" else 0)
        return Figure("time", f"{hour:02d}:{part['minute'] or '00'}")
    if part["hour24"]:
        return Figure("time", f"{int(part['hour24']):02d}:{part['minute24']}")
    if period := part["every"] or part["per"]:
        base, factor = _UNITS[_EVERY.get(period.casefold(), period.casefold())]
        return Figure(base, _written(factor))  # "monthly" and "every month" are a period of one month
    if part["place"]:
        return Figure("ordinal", _PLACES[part["place"].casefold()])
    if part["now"]:
        return Figure("second", "0")
    if part["word"]:
        return _worded(part["word"].casefold(), (part["word2"] or "").casefold(), text, end)
    return _numbered(part, text, end)


def _worded(first: str, second: str, text: str, end: int) -> Figure | None:
    value = NUMBER_WORDS[first]
    if second:
        more = NUMBER_WORDS[second]
        value = value * more if more >= 100 else value + more
    base, factor = _unit(text, end)
    if first == "one" and not second and factor is None:
        return None  # "one of them" is no figure
    return Figure(base, _written(value * (factor or 1)))


def _numbered(part: dict[str, str | None], text: str, end: int) -> Figure | None:
    raw = re.sub(r"[,\s]", "", (part["number"] or "").replace("−", "-"))
    if part["part"] or raw.count(".") > 1:
        return Figure((part["part"] or "version").casefold(), raw)
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    if part["ordinal"]:
        return Figure("ordinal", _written(value))
    value *= _SCALES.get((part["scale"] or "").strip().casefold(), 1)
    symbol = re.sub(r"\s", "", part["symbol"] or "").casefold()
    if part["money"] or symbol in _MONEY:
        return Figure(_MONEY[(part["money"] or symbol).casefold()], _written(value))
    if symbol:
        return Figure(symbol, _written(value))
    base, factor = _unit(text, end)
    if factor is None and not part["scale"] and re.fullmatch(r"(?:19|20)\d\d", raw):
        return Figure("year", raw)
    return Figure(base, _written(value * (factor or 1)))


def _unit(text: str, end: int) -> tuple[str, Decimal | None]:
    """The unit behind a number: a known one with its factor, else the next word without its plural s."""
    found = _AFTER.match(text, end)
    if found is None:
        return "", None
    following = [word.casefold() for word in found.groups() if word]
    for word in following:
        if word in _NO_UNIT and (word != "a" or text[end : end + 1].isspace()):
            break
        if word in _UNITS and not (word == "a" and text[end : end + 1].isspace()):
            return _UNITS[word]
    first = following[0]
    return ("", None) if first in _NO_UNIT or first in NUMBER_WORDS else (first.removesuffix("s"), None)


def _written(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text
