"""What a sentence is about, as far as a machine can tell without a model: content words, names, negation.

English, and tolerant of other languages: their words stay unstemmed, and `leaning` tells them from English. Two parts
use it: the built-in teacher, and the checks that follow every teacher's verdicts.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from studio.llm.figures import CITATION, belongs_to_figures

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")

_STOP_WORDS = """a about again all also am an and any are as at be because been being both but by can
    could did do does doing down each either else every few for from further had has have having he her here
    hers him his how i if in into is it its itself just let may me might more most must my nor of off on once only onto
    or other our ours out over own per same shall she should so some such than that the their them then there these
    they this those through to too under up upon us very via was we were what when where whether which while who
    whom whose why will with within would you your yours one it's that's there's according however therefore thus etc
    get gets got please much many long longer often still yet time times immediately only"""
_STOP = frozenset(_STOP_WORDS.split())
_CUE_WORDS = """not no never cannot neither nor none nothing nobody hardly isn't aren't wasn't weren't don't
    doesn't didn't won't can't couldn't shouldn't wouldn't mustn't hasn't haven't hadn't needn't"""
_CUES = frozenset(_CUE_WORDS.split())
#: Function words of the languages that documents in Latin script are most often in, but for English ones.
_ELSEWHERE_WORDS = """der das dem des ein eine einen einem einer ist sind wird werden wurde wurden und oder aber
    nicht kein keine mit von vom für auf aus bei beim zum zur nach vor wenn falls sowie auch nur alle jede jeder
    außer ohne durch sich muss müssen darf dürfen kann können nie immer als bis le la les un une du et ou est sont
    être été pas ne sur dans pour par avec sans sauf qui que chaque tous toutes tout aux au il elle se sa si peut
    peuvent doit doivent aucun aucune jamais el los las una unos del y es fue fueron está están con por para salvo
    excepto su sus cada todos todas puede pueden debe deben ningún ninguna nunca al lo gli di della delle degli che
    è sono non nel nella ogni tutti può possono deve devono mai tranne o os uma dos em não com mas pode podem het
    een en zijn niet geen voor op aan bij naar maar ook elke moet kunnen worden wordt og ikke ingen hver hvert av på
    til med er ble blir være eller hvis når som kan må skal fra unntatt aldri alltid det inte och att är för från
    till ska får utan alla om vid af ved"""
_ELSEWHERE = frozenset(_ELSEWHERE_WORDS.split())
#: English ones that other languages have too.
_SHARED_WORDS = """a also am as at die do for has he i in into it man me no on or over same so to under via was
    we"""
_ENGLISH = (_STOP | _CUES) - _ELSEWHERE - frozenset(_SHARED_WORDS.split())
#: Turns that look like a negation or a comparison but are a bound; each becomes one word.
_BOUNDS = (
    (re.compile(r"\b(?:no|not) (?:more|later|longer|greater|higher) than\b|\bat most\b|\bup to\b", re.I), "maximum"),
    (re.compile(r"\b(?:may|must|shall|should|can|will)? ?(?:not|never) exceed\b", re.I), "maximum"),
    (re.compile(r"\b(?:no|not) (?:less|fewer|earlier|lower|sooner) than\b|\bat least\b", re.I), "minimum"),
    (re.compile(r"\b(?:more|greater|higher|longer) than\b", re.I), "exceeding"),
    (re.compile(r"\b(?:less|fewer|lower|shorter) than\b", re.I), "below"),
    (re.compile(r"\bnot only\b", re.I), ""),
    (re.compile(r"\bno longer\b", re.I), "not"),
    (re.compile(r"\bfree of charge\b|\bat no (?:extra |additional )?(?:cost|charge)\b", re.I), "gratis"),
)
_SUFFIX_WORDS = """ations ation ating ators ator ated ates ate ments ment ingly ings ing edly ions ion able ed ers er
    als al ly es e s"""
_SUFFIXES = tuple(_SUFFIX_WORDS.split())


def _base(word: str) -> str:
    """A word without its inflection."""
    if any(char.isdigit() for char in word) or len(word) < 4:
        return word
    base = word[:-3] + "y" if word.endswith(("ies", "ied")) and len(word) > 4 else word
    if not base.endswith(("ss", "us", "is", "ous")):
        for suffix in _SUFFIXES:
            if base.endswith(suffix) and len(base) - len(suffix) >= (
                4 if suffix.startswith("a") and suffix != "al" else 3
            ):
                base = base[: -len(suffix)]
                break
    if base.endswith("e") and len(base) > 4:
        base = base[:-1]
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "se":
        base = base[:-1]
    return base


#: Forms of irregular verbs that no rule brings to the first one.
_IRREGULAR = """arise arose arisen/bear bore borne/begin began begun/break broke broken/bring brought/build built
    buy bought/catch caught/choose chose chosen/come came/cut cutting/deal dealt/die died/draw drew drawn
    drink drank drunk/drive drove driven/eat ate eaten/fall fell fallen/feed fed/feel felt/fight fought/find found
    fly flew flown/forget forgot forgotten/freeze froze frozen/give gave given/go went gone/grow grew grown
    hang hung/hear heard
    hide hid hidden/hold held/know knew known/lay laid/lead led/leave left/lend lent/lose lost/make made/mean meant
    meet met/pay paid/ride rode ridden/ring rang rung/rise rose risen/run ran/say said/see saw seen/seek sought
    sell sold/send sent/shake shook shaken/shoot shot/shrink shrank shrunk/sing sang sung/sink sank sunk/sit sat
    sleep slept/speak spoke spoken/spend spent/spin spun/stand stood/steal stole stolen/stick stuck/swim swam swum
    take took taken/teach taught/tear tore torn/tell told/think thought/throw threw thrown/understand understood
    wear wore worn/win won/withdraw withdrew withdrawn/write wrote written"""
IRREGULAR = {
    form: verb.split()[0] for verb in re.split(r"/|\n\s*", _IRREGULAR) for form in verb.split()[1:] if form != "left"
}

_SAME_WORDS = (
    "allow permit authorize authorise",
    "forbid prohibit ban disallow forbidden",
    "buy purchase bought",
    "employee staff personnel",
    "begin start commence began",
    "terminate cancel",
    "end ended ending finish",
    "price cost fee charge",
    "require need mandatory oblige obligatory compulsory",
    "send submit sent",
    "get got receive obtain accrue",
    "pay paid payment payable due",
    "keep kept retain store hold held",
    "customer client",
    "document paper",
    "replace exchange swap",
    "fix repair mend",
    "warranty guarantee warrant",
    "holiday vacation",
    "maximum max",
    "minimum min",
    "annual year yearly annum",
    "error fault failure",
    "use used using utilize utilise",
    "give given provide",
    "show shown display",
    "choose chosen select",
    "decrease fall decline drop",
    "increase rise grow raise",
    "strange unusual odd",
    "extra additional further",
    "fridge refrigerator",
    "propose suggest",
    "postpone defer adjourn",
    "insured covered",
    "depart departure",
    "lodging accommodation",
    "illness sickness",
    "inform notify",
)
#: Every word that has near synonyms, as it is written.
SYNONYMS = frozenset(word for row in _SAME_WORDS for word in row.split())
_SAME = {_base(word): _base(row.split()[0]) for row in _SAME_WORDS for word in row.split()}
_OPPOSITE_WORDS = """allow/forbid include/exclude require/optional maximum/minimum increase/decrease above/below
    exceeding/below exceeding/maximum below/minimum enable/disable open/close accept/reject accept/refuse
    approve/reject internal/external public/confidential hot/cold left/right begin/end encrypt/unencrypt
    encrypted/unencrypted lock/unlock gratis/price refundable/nonrefundable safe/unsafe paid/unpaid valid/invalid
    legal/illegal add/remove lower/raise full/empty automatic/manual upstream/downstream
    clockwise/counterclockwise inlet/outlet buyer/seller landlord/tenant lessor/lessee licensor/licensee pass/fail
    indoor/outdoor optional/mandatory earlier/later horizontal/vertical
    before/after during/after during/before until/after all/none"""


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A short common form of an English word, its inflections and near synonyms; strangers rarely share one."""
    low = re.sub(r"['’](?:s\b)?|[.-]", "", word.casefold())
    base = _base(IRREGULAR.get(low, low))
    return _SAME.get(base, base)


def _both_ways(pairs: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in pairs.split():
        one, other = (stem(word) for word in pair.split("/"))
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITE = _both_ways(_OPPOSITE_WORDS)


def plain(text: str) -> str:
    """A text without citation marks and with bounds ("no more than") as single words."""
    text = CITATION.sub("", text)
    for pattern, word in _BOUNDS:
        text = pattern.sub(word, text)
    return text


def leaning(text: str) -> int:
    """How English a text reads: its English function words less the words that are plainly of another language."""
    english = foreign = 0
    for word in words(text):
        low = word.casefold().replace("’", "'")
        if low in _ELSEWHERE or _is_written_elsewhere(word.replace("’", "")):
            foreign += 1
        elif low in _ENGLISH:
            english += 1
    return english - foreign


def _is_written_elsewhere(word: str) -> bool:
    """Whether a word has letters beyond ASCII and is neither a unit ("µg") nor a name in Latin letters ("Jörg")."""
    return not word.isascii() and ((len(word) > 2 and not word.istitle()) or any(char > "\u03ff" for char in word))


def words(text: str) -> list[str]:
    """The words of a text in order, as they are written."""
    return _WORD.findall(text)


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, repeats kept; digits belong to `figures`."""
    found = (word for word in words(plain(text)) if word.casefold().replace("’", "'") not in _STOP | _CUES)
    return [stem(word) for word in found if not (word[0].isdigit() or belongs_to_figures(word))]


def opposites(word: str) -> frozenset[str]:
    """Stems that say the contrary of a stem."""
    return _OPPOSITE.get(word, frozenset())


def swapped(ours: Iterable[str], theirs: Collection[str]) -> set[str]:
    """Our stems in whose place the other side has an opposite."""
    return {word for word in ours if word not in theirs and not opposites(word).isdisjoint(theirs)}


def is_turned(ours: str, theirs: str) -> bool:
    """Whether two sentences about the same words say the contrary: one denies, or has an opposite, but not both."""
    mine, other = set(content(ours)), set(content(theirs))
    changed = swapped(mine, other)
    shared = (mine & other) | changed
    mirrored = shared | {word for one in changed for word in opposites(one) & other}
    return (negated(ours).isdisjoint(shared) != negated(theirs).isdisjoint(mirrored)) != bool(changed)


def negated(text: str, reach: int = 2) -> set[str]:
    """The first `reach` stems after each negation, within its clause: what is denied."""
    found: set[str] = set()
    for clause in re.split(r"[,;:()]|\b(?:but|unless|except|although|whereas|however)\b", plain(text)):
        left = 0
        for word in words(clause):
            low = word.casefold().replace("’", "'")
            if low in _CUES or low.startswith("non-"):
                left = reach
                if low.startswith("non-"):
                    found.add(stem(low[4:]))
            elif left and low not in _STOP:
                left -= 1
                found.add(stem(word))
    return found


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
        if (capital or code or (mixed and word[0].isalpha())) and not (belongs_to_figures(word)):
            found.add(word.casefold())
    return found


def spelled(text: str) -> set[str]:
    """Every word of a text, case-folded: where a name may be looked up."""
    return {word.casefold().replace("’", "'").removesuffix("'s") for word in words(text)}
