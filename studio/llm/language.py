"""What a sentence says, as far as a machine can tell without a model: words, figures, names, negation.

English, and tolerant of other languages (their words simply stay unstemmed). Two parts use it: the built-in teacher,
and the checks that follow every teacher's verdicts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

CITATION = re.compile(r"\s?\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")

_STOP = frozenset(
    """a about after again all also am an and any are as at be because been before being both but by can could did do
    does doing down during each either else every few for from further had has have having he her here hers him his how
    i if in into is it its itself just let may me might more most must my nor of off on once only onto or other our
    ours out over own per same shall she should so some such than that the their them then there these they this those
    through to too under until up upon us very via was we were what when where whether which while who whom whose why
    will with within would you your yours one it's that's there's according however therefore thus etc please much many
    long often""".split()  # noqa: SIM905 - a word list reads better so
)
_CUES = frozenset(
    """not no never without cannot neither nor none nothing nobody hardly isn't aren't wasn't weren't don't doesn't
    didn't won't can't couldn't shouldn't wouldn't mustn't hasn't haven't hadn't needn't""".split()  # noqa: SIM905
)
#: Turns that look like a negation or a comparison but are a bound; each becomes one word.
_BOUNDS = (
    (re.compile(r"\b(?:no|not) (?:more|later|longer|greater|higher) than\b|\bat most\b|\bup to\b", re.I), "maximum"),
    (re.compile(r"\b(?:may|must|shall|should|can|will)? ?(?:not|never) exceed\b", re.I), "maximum"),
    (re.compile(r"\b(?:no|not) (?:less|fewer|earlier|lower|sooner) than\b|\bat least\b", re.I), "minimum"),
    (re.compile(r"\b(?:more|greater|higher|longer) than\b", re.I), "exceeding"),
    (re.compile(r"\b(?:less|fewer|lower|shorter) than\b", re.I), "below"),
    (re.compile(r"\bnot only\b", re.I), ""),
    (re.compile(r"\bfree of charge\b|\bat no (?:extra |additional )?(?:cost|charge)\b", re.I), "gratis"),
)
_SAME = {
    word: group[0]
    for group in (
        ("allow", "permit", "authoriz", "authoris"),
        ("forbid", "prohibit", "ban", "disallow", "forbidden"),
        ("buy", "purchas", "bought"),
        ("employe", "staff", "worker", "personnel", "employee"),
        ("begin", "start", "commenc", "began"),
        ("end", "terminat", "finish", "expir"),
        ("price", "cost", "fee", "charg"),
        ("requir", "need", "mandatory", "oblig", "compulsory"),
        ("send", "submit", "sent"),
        ("get", "receiv", "obtain"),
        ("pay", "paid", "payment"),
        ("hold", "held", "keep", "kept", "retain", "stor"),
        ("customer", "client", "buyer"),
        ("document", "paper", "record"),
        ("replac", "exchang", "swap"),
        ("fix", "repair", "mend"),
        ("warranty", "guarante", "warrant"),
        ("holiday", "vacation", "leav"),
        ("maximum", "max"),
        ("minimum", "min"),
        ("annual", "year", "yearly", "annum"),
        ("error", "fault", "failur"),
    )
    for word in group
}
_OPPOSITES = (
    ("allow", "forbid"), ("includ", "exclud"), ("requir", "option"), ("maximum", "minimum"), ("increas", "decreas"),
    ("before", "after"), ("above", "below"), ("exceeding", "below"), ("exceeding", "maximum"), ("below", "minimum"),
    ("enabl", "disabl"), ("open", "clos"), ("accept", "reject"), ("accept", "refus"), ("approv", "reject"),
    ("always", "never"), ("internal", "external"), ("public", "confidential"), ("hot", "cold"), ("first", "last"),
    ("left", "right"), ("begin", "end"), ("encrypt", "unencrypt"), ("lock", "unlock"), ("gratis", "price"),
    ("refundabl", "nonrefundabl"), ("safe", "unsafe"), ("paid", "unpaid"), ("valid", "invalid"), ("legal", "illegal"),
    ("add", "remov"), ("lower", "rais"), ("full", "empty"), ("automatic", "manual"), ("upstream", "downstream"),
    ("clockwise", "counterclockwise"), ("inlet", "outlet"), ("buyer", "seller"), ("landlord", "tenant"),
    ("lessor", "lessee"), ("licensor", "licensee"), ("all", "none"), ("pass", "fail"), ("indoor", "outdoor"),
)  # fmt: skip
_OPPOSITE: dict[str, frozenset[str]] = {}
for _a, _b in _OPPOSITES:
    _OPPOSITE[_a] = _OPPOSITE.get(_a, frozenset()) | {_b}
    _OPPOSITE[_b] = _OPPOSITE.get(_b, frozenset()) | {_a}
_SUFFIXES = ("ations", "ation", "ments", "ment", "ingly", "ings", "ing", "edly", "ions", "ion", "ed", "ers", "er", "als",
             "al", "ly", "es", "e", "s")  # fmt: skip


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A short common form of an English word's inflections; related words may share it, rarely strangers do."""
    word = word.casefold().replace("’", "'").removesuffix("'s").replace("'", "").replace(".", "").replace("-", "")
    if any(char.isdigit() for char in word) or len(word) < 4:
        return _SAME.get(word, word)
    base = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word
    if not base.endswith(("ss", "us", "is", "ous")):
        for suffix in _SUFFIXES:
            if base.endswith(suffix) and len(base) - len(suffix) >= 3:
                base = base[: -len(suffix)]
                break
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "sel":
        base = base[:-1]
    if base.endswith("ll") and len(base) > 4:
        base = base[:-1]
    return _SAME.get(base, _SAME.get(word, base))


def plain(text: str) -> str:
    """A text without citation marks and with bounds ("no more than") as single words."""
    text = CITATION.sub("", text)
    for pattern, word in _BOUNDS:
        text = pattern.sub(word, text)
    return text


def words(text: str) -> list[str]:
    """The words of a text in order, as they are written."""
    return _WORD.findall(text)


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, repeats kept; digits belong to `figures`."""
    found = (word for word in words(plain(text)) if word.casefold().replace("’", "'") not in _STOP | _CUES)
    return [stem(word) for word in found if not word[0].isdigit() and word.casefold() not in _NUMBER_WORDS]


def opposites(word: str) -> frozenset[str]:
    """Stems that say the contrary of a stem."""
    return _OPPOSITE.get(word, frozenset())


def negated(text: str, reach: int = 6) -> set[str]:
    """Stems that stand within `reach` words after a negation in the same clause."""
    found: set[str] = set()
    for clause in re.split(r"[,;:()]|\b(?:but|unless|except|although|whereas|however)\b", plain(text)):
        left = 0
        for word in words(clause):
            low = word.casefold().replace("’", "'")
            if low in _CUES or low.startswith("non-"):
                left = reach
                if low.startswith("non-"):
                    found.add(stem(low[4:]))
            elif left:
                left -= 1
                if low not in _STOP:
                    found.add(stem(word))
    return found


# --- figures ---------------------------------------------------------------------------------------------------------

_NUMBER_WORDS = {
    name: value
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split()  # noqa: SIM905
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
     "thousand": 1000, "dozen": 12, "twice": 2, "half": Decimal("0.5")}  # fmt: skip
_MONTHS = {name: number for number, name in enumerate(
    "january february march april may june july august september october november december".split(), 1)}  # noqa: SIM905  # fmt: skip
_MONTHS |= {name[:3]: number for name, number in list(_MONTHS.items())} | {"sept": 9}
_H, _G, _MM = "hour", "gram", "millimetre"
_UNITS: dict[str, tuple[str, Decimal]] = {
    name: (base, Decimal(factor))
    for names, base, factor in (
        ("second seconds sec secs s", "second", "1"), ("minute minutes min mins", "second", "60"),
        ("hour hours hr hrs h", "second", "3600"), ("day days", "second", "86400"), ("week weeks", "second", "604800"),
        ("month months", "month", "1"), ("quarter quarters", "month", "3"), ("year years yr yrs", "month", "12"),
        ("mg milligram milligrams", _G, "0.001"), ("g gram grams", _G, "1"), ("kg kilogram kilograms", _G, "1000"),
        ("mm millimetre millimetres millimeter millimeters", _MM, "1"), ("cm centimetre centimetres", _MM, "10"),
        ("m metre metres meter meters", _MM, "1000"), ("km kilometre kilometres kilometer kilometers", _MM, "1000000"),
        ("ml millilitre millilitres", "litre", "0.001"), ("l litre litres liter liters", "litre", "1"),
        ("kb", "byte", "1000"), ("mb", "byte", "1000000"), ("gb", "byte", "1000000000"), ("tb", "byte", "1e12"),
        ("w watt watts", "watt", "1"), ("kw kilowatt kilowatts", "watt", "1000"), ("kwh", "kwh", "1"),
        ("mah", "mah", "1"), ("v volt volts", "volt", "1"), ("a amp amps ampere amperes", "ampere", "1"),
        ("bar", "bar", "1"), ("psi", "psi", "1"), ("rpm", "rpm", "1"), ("hz", "hertz", "1"), ("nm", "nm", "1"),
        ("percent percentage pct", "%", "1"), ("°c celsius", "°c", "1"), ("°f fahrenheit", "°f", "1"),
        ("usd dollar dollars", "usd", "1"), ("eur euro euros", "eur", "1"), ("gbp pound pounds", "gbp", "1"),
        ("chf franc francs", "chf", "1"),
    )
    for name in names.split()
}  # fmt: skip
_MONEY = {"$": "usd", "€": "eur", "£": "gbp"}
_EVERY = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "annually": "year",
          "yearly": "year", "hourly": "hour", "nightly": "day", "annual": "year"}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_FIGURE = re.compile(
    rf"""(?P<iso>\b\d{{4}}-\d{{2}}-\d{{2}}\b)
      | \b(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month1>{_MONTH})\b\.?(?:,?\s+(?P<year1>\d{{4}}))?
      | \b(?P<month2>{_MONTH})\b\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year2>\d{{4}}))?
      | \b(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}}))?\s*(?P<half>[ap]\.?m\b\.?)
      | \b(?P<hour24>\d{{1,2}}):(?P<minute24>\d{{2}})\b
      | \b(?:(?P<part>section|clause|article|chapter|step|version|annex|appendix|figure|table|part|level|class|grade)\s+)?
        (?P<money>[$€£])?\s?(?P<number>(?<![\w.])[-−]?\d{{1,3}}(?:[,  ]\d{{3}})+(?:\.\d+)?(?![\d])|(?<![\w.])[-−]?\d+(?:\.\d+)*)
        (?P<ordinal>st|nd|rd|th)?(?P<scale>\s?(?:million|billion|thousand|k\b))?
        (?P<symbol>\s?(?:%|°\s?[CF]\b|[€£$]))?
      | \b(?P<word>{"|".join(_NUMBER_WORDS)})(?:[\s-](?P<word2>one|two|three|four|five|six|seven|eight|nine|hundred|thousand))?\b
      | \b(?P<every>{"|".join(_EVERY)})\b
      | \b(?:every|each|per|a)\s+(?P<per>day|week|month|quarter|year|hour)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(r"[\s)\]-]{0,3}(?:(?:[-–]|to|or|and)\s?\d+\s?)?([^\W\d_°%]+|°[CF])(?:[\s-]+([^\W\d_]+))?", re.I)
_SCALES = {"million": 1_000_000, "billion": 1_000_000_000, "thousand": 1_000, "k": 1_000}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, date, time or frequency in one spelling: its kind (a base unit, "date", "time", "") and its value."""

    unit: str
    value: str

    def equals(self, other: "Figure") -> bool:
        """Whether two figures say the same; a figure without a unit may be any unit."""
        if self.value == other.value and ("" in (self.unit, other.unit) or self.unit == other.unit):
            return True
        dates = self.unit == other.unit == "date"
        return dates and (self.value.endswith(other.value) or other.value.endswith(self.value))

    def disagrees(self, other: "Figure") -> bool:
        """Whether two figures measure the same thing and differ."""
        return self.unit == other.unit != "" and not self.equals(other)


def figures(text: str) -> list[Figure]:
    """Every figure of a text, in order."""
    text = CITATION.sub("", text)
    found = [_figure(match, text) for match in _FIGURE.finditer(text)]
    return [figure for figure in found if figure is not None]


def _figure(match: re.Match[str], text: str) -> Figure | None:
    part = match.groupdict()
    if part["iso"]:
        year, month, day = part["iso"].split("-")
        return Figure("date", f"{year}-{month}-{day}")
    for n in "12":
        if part[f"month{n}"]:
            date = f"{_MONTHS[part[f'month{n}'].casefold()]:02d}-{int(part[f'day{n}']):02d}"
            return Figure("date", f"{part[f'year{n}']}-{date}" if part[f"year{n}"] else date)
    if part["half"]:
        hour = int(part["hour"]) % 12 + (12 if part["half"][0] in "pP" else 0)
        return Figure("time", f"{hour:02d}:{part['minute'] or '00'}")
    if part["hour24"]:
        return Figure("time", f"{int(part['hour24']):02d}:{part['minute24']}")
    if part["every"] or part["per"]:
        return Figure("frequency", _EVERY.get((part["every"] or "").casefold(), (part["per"] or "").casefold()))
    if part["word"]:
        return _worded(part["word"].casefold(), (part["word2"] or "").casefold(), text, match.end())
    return _numbered(part, text, match.end())


def _worded(first: str, second: str, text: str, end: int) -> Figure | None:
    value = Decimal(_NUMBER_WORDS[first])
    if second:
        more = Decimal(_NUMBER_WORDS[second])
        value = value * more if more >= 100 else value + more
    base, factor = _unit(text, end)
    if first == "one" and not second and factor is None:
        return None  # "one of them" is no figure
    return Figure(base, _number(value * (factor or 1)))


def _numbered(part: dict[str, str | None], text: str, end: int) -> Figure | None:
    raw = re.sub(r"[,\s]", "", (part["number"] or "").replace("−", "-"))
    if raw.count(".") > 1 or part["part"]:
        return Figure((part["part"] or "version").casefold(), raw)
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    value *= _SCALES.get((part["scale"] or "").strip().casefold(), 1)
    symbol = (part["symbol"] or "").strip().casefold().replace(" ", "")
    if part["money"] or symbol in _MONEY:
        return Figure(_MONEY[part["money"] or symbol], _number(value))
    if symbol:
        return Figure(symbol, _number(value))
    base, factor = _unit(text, end)
    if factor is None and not part["scale"] and re.fullmatch(r"(?:19|20)\d\d", raw):
        return Figure("year", raw)
    return Figure(base, _number(value * (factor or 1)))


def _unit(text: str, end: int) -> tuple[str, Decimal | None]:
    """The unit behind a number: a known one with its factor, else the stem of the next word that carries meaning."""
    found = _AFTER.match(text, end)
    if found is None:
        return "", None
    following = [word for word in found.groups() if word]
    for word in following:
        if word.casefold() in _UNITS and (len(word) > 1 or text[end : end + 1] != "-"):
            return _UNITS[word.casefold()]
        if word.casefold() in _STOP:
            break
    first = following[0].casefold()
    return ("", None) if first in _STOP or first in _CUES else (stem(first), None)


def _number(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "0") else text


# --- names -----------------------------------------------------------------------------------------------------------


def names(text: str) -> set[str]:
    """Proper names and codes, case-folded: capitalised words inside a sentence, all capitals, letters with digits."""
    found: set[str] = set()
    previous_end = 0
    text = CITATION.sub("", text)
    for match in _WORD.finditer(text):
        word = match[0].replace("’", "'").removesuffix("'s")
        between = text[previous_end : match.start()]
        first = previous_end == 0 or bool(re.search(r"[.!?:;\n|•*#\"“(]", between))
        previous_end = match.end()
        mixed = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
        capital = word[0].isupper() and word.casefold() not in _STOP and not first
        code = len(word) > 1 and word.isupper() and any(c.isalpha() for c in word)
        if (capital or code or (mixed and word[0].isalpha())) and word.casefold() not in _NUMBER_WORDS:
            found.add(word.casefold())
    return found


def spelled(text: str) -> set[str]:
    """Every word of a text, case-folded: where a name may be looked up."""
    return {word.casefold().replace("’", "'").removesuffix("'s") for word in words(text)}


def lacking(wanted: Iterable[Figure], given: Iterable[Figure]) -> list[Figure]:
    """The wanted figures that none of the given ones equals."""
    present = list(given)
    return [figure for figure in wanted if not any(figure.equals(other) for other in present)]
