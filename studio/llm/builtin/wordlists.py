"""The English function words by which a sentence is read: what negates, permits, limits, joins and introduces."""

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Turns of phrase that one word says as well.
TURNS = tuple(
    (re.compile(rf"\b(?:{turn})\b", re.IGNORECASE), word)
    for turn, word in (
        (r"e-mail(s?)", r"email\1"),
        (r"no longer", "not"),
        (r"not only(?=.*\bbut\b)", ""),
        (r"degrees? celsius", "°C"),
        (r"km/h", "kmh"),
        (r"m/s", "mps"),
        (r"[a-z]+ \((\d+)\) (?=[a-z])", r"\1 "),
        (r"((?:\d+|two|three|four|five|six|ten) (?:\w+ )?\w+) \(\d[\d.,]*\s?[a-zµ°%]{1,4}\) (?=\w)", r"\1 "),
        (r"half an hour", "30 minutes"),
        *(
            (rf"{word} and a half", f"{n}.5")
            for n, word in enumerate(["one", "two", "three", "four", "five", "six"], 1)
        ),
        (r"(?:past|final) (?=\w+ (?:minutes|hours|days|weeks|months|years)\b)", "last "),
        (
            r"(the|a|an) ([\w-]+)'s ((?:(?:prior|own|full|new|old|last|\w+en|\w+ed|\w+al) )*\w+)",
            r"the \3 of \1 \2",
        ),
        (r"(propos\w+|suggest\w*|start\w*|beg[ai]n\w*|continue\w*|refus\w+) to (?=[a-z]+\b)", r"\1 "),
        (r"(within|for|after|than|least|most|up to|about) an? (hour|day|week|month|year|minute)", r"\1 1 \2"),
        (r"two times", "twice"),
        (r"(two|three|four|five|six|seven|eight|nine|ten|\d+) more(?= [a-z]+s\b)", r"\1 further"),
        (r"(?:(?:is|are) held|takes? place)(?= (?:on|in|at|from|every|each|once|twice|between)\b)", "is"),
        (r"(?:was held|took place)(?= (?:on|in|at|from|every|each|once|twice|between)\b)", "was"),
        (r"leaves?(?= (?:at|from|on) (?:the|\d|[a-z]+day))", "departs"),
        (r"(?:came|come) out on", "was released on"),
        (r"put off", "postponed"),
        (r"taken out", "removed"),
        (r"due to|owing to|as a result of", "because of"),
        (r"caused by(?= [a-z]+ (?:is|are|was|were|has|have)\b)", "because of"),
        (r"below the age of|under the age of", "under"),
        (r"fails? to(?= [a-z])", "does not"),
        (r"at all times", "always"),
        (r"free of charge|at no (?:extra |additional )?(?:cost|charge)|for free", "gratis"),
        (r"(?:is|are|am) not (?:allowed|permitted) to", "must not"),
        (r"(?:is|are) (?:forbidden|prohibited) to", "must not"),
        (r"(?:is|are) (?:allowed|permitted|entitled) to", "may"),
        (r"(?:do|does) not (?:need|have) to|need not", "neednot"),
        (r"(?:is|are) (?:required|obliged) to|ha(?:s|ve) to|needs? to(?= [a-z])", "must"),
        (r"(?:is|are) (?:able) to", "can"),
        (r"(?:only|just) if", "only if"),
        (r"in (?:the )?case|whenever|as soon as|provided that|as long as", "if"),
        (
            r"once(?= (?:the|all|any|it|its|they|their|you|your|we|our|he|she|[a-z]+ (?:is|are|has|have|exceeds?)) )",
            "if",
        ),
        (r"(?:no|not) more than (?=once)|at most (?=once)", "maximum "),
        (r"at least (?=once)", "minimum "),
        (r"no (\w+) (may|can|must|shall) (\w+) more than", r"a \1 may \3 at most"),
        (r"(?:do|does|must|may|shall|should|can) ?not (\w+) more than", r"may \1 at most"),
        (r"prior to", "before"),
        (r"(?:in addition|for (?:example|instance)|of course|in other words)(?=,)", ""),
        (r"but not(?= (?:those|that|the|if|when|where|in|on|at)\b)", "except"),
        (r"except (?:for|in|on|at)|apart from|other than", "except"),
        (r"as well as", "and"),
        (r"as well(?=[.,;]|$)", ""),
        (r"by itself|on its own|of its own accord", "automatically"),
        (r"around the clock|day and night|24 hours a day", "round-the-clock"),
        (r"in addition to", "besides"),
        (r"n't", " not"),
        (r"whichever (?:comes|is) (?:first|earlier|sooner)", ""),
        (r"so that", "because"),
        (r"((?:report|rul|ask|argu|den|insist)(?:s|ies|es|ed|ied)?) (that|whether)", r"\1 \2 allegedly"),
        (r"according to", "allegedly according to"),
    )
)
_WORDS = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty"""
#: Number words in digits, where one word is the whole number.
DIGITS = tuple(
    (re.compile(rf"(?<![-\w]){word}(?= [a-z])(?! (?:hundred|thousand|million|dozen)\b)", re.IGNORECASE), str(n))
    for n, word in enumerate(_WORDS.split(), 2)
)
CUES = _set("not no never cannot neither nor none nothing nobody hardly without-any can't won't don't")
MODALS = {
    **dict.fromkeys(("must", "shall", "neednot"), "must"),
    "neednot": "need not",
    "should": "should",
    **dict.fromkeys(("may", "can", "could", "might", "cannot", "can't"), "may"),
    **dict.fromkeys(("will", "would", "won't"), "will"),
}
QUANTIFIERS = {
    **dict.fromkeys(("all", "every", "each", "always", "everyone", "everybody", "both", "any", "whoever"), "all"),
    **dict.fromkeys(
        (
            "some",
            "few",
            "many",
            "most",
            "several",
            "sometimes",
            "usually",
            "often",
            "mostly",
            "partly",
            "rarely",
            "seldom",
            "half",
            "generally",
            "occasionally",
        ),
        "some",
    ),
    **dict.fromkeys(("only", "solely", "exclusively"), "only"),
}
BE = _set("is are was were be been being gets")
#: Words that take somebody out: "all other cats" are not all cats.
OTHERS = _set("other others")
PAST = _set("was were had did")
#: What makes a statement an opinion or a guess.
HEDGES = _set(
    "perhaps possibly maybe probably presumably allegedly apparently believe believes believed think thinks thought"
    " claims claimed says said suspects suspected assumes assumed alleges alleged hopes hoped fears feared"
    " doubts doubted"
)
PERFECT = _set("has have")
# What says that something happened: auxiliaries, and the irregular verbs that do so by themselves.
TOLD = PAST | {"been"}
NARRATED = _set(
    "became began bought broke brought built came chose fell fought found gave got grew held kept knew led left lost"
    " made met paid ran rose said saw sent sold spent spoke stood taught thought told took went won wrote"
)
AUXILIARIES = BE | _set("has have had do does did") | frozenset(MODALS)
RELATIONS = {
    word: word
    for word in _set(
        "if unless except until without before after during since above below beyond behind beside besides outside"
        " inside under over instead despite against"
    )
} | {"when": "if", "till": "until", "following": "after", "while": "while", "where": "if"}
CONDITIONS = _set("if unless except until without while")
PREPOSITIONS = _set(
    "about between in on at by with to into onto from for of through as via within among towards toward per than"
)
DETERMINERS = _set("the a an its their this these those his her our your my another")
SUBORDINATORS = _set("if when where unless until before after while since")
RELATIVES = _set("that who whose whom")
JOINTS = _set("and or but whereas because although though which")
#: Pronouns a sentence may begin with when the one before holds its subject.
EXTRAS = _set("it its they their this these those he she his her such")
IGNORED = (
    DETERMINERS
    | EXTRAS
    | _set(
        "also already just still even now then there here that so too very please however therefore thus hence again up"
        " out down away once one ones them him us we you i me itself themselves other own same such etc what how"
        " who whom whose whether"
    )
)
#: Prepositions that say a direction or a part in the matter; one of them never stands for another or for none.
DIRECTIONS = {"by": "by", "from": "from", "to": "to", "into": "to", "onto": "to", "towards": "to", "with": "with"}
#: Verbs that say little more than "is": they may stand in a claim without standing in the evidence.
LIGHT = _set("get has have be do mean apply take happen occur available give made make place need amount equal")
#: Words in "-ly" that narrow what they stand with.
MATTERS = _set("early only family supply reply apply assembly personally separately jointly exactly")
