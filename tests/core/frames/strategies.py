"""Random texts and frames for the codec's tests; STUDIO_HYPOTHESIS_PROFILE=thorough asks for the full counts."""

import json
import os
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from datasets.core.frames import build_train_pair, sign

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_bytes())["vectors"]
FORMAT_SYMBOLS = "⧆⧈∷∴⦙≛≗⊙⊗Φ⊛◦◽⟦⟧"
KEY = bytes(range(32))


def examples(*, normal: int, thorough: int) -> settings:
    """Return settings for one property: a moderate number of examples, or the full one when asked for."""
    full = os.environ.get("STUDIO_HYPOTHESIS_PROFILE") == "thorough"
    return settings(
        max_examples=thorough if full else normal,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


characters = st.one_of(st.sampled_from(FORMAT_SYMBOLS + "\n\r\t \u2028\ufeff[]|\0"), st.characters(codec="utf-8"))
texts = st.text(characters, max_size=60)
any_characters = st.one_of(characters, st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF))
keys = st.from_regex(r"\A[A-Za-z][A-Za-z0-9_]{0,12}\Z").filter(lambda key: key.upper() not in {"TYPE", "CREATED_AT"})


def sample_frames() -> list[str]:
    """Return frames of every shape: those of the vectors, and a pair with and without a signature."""
    built = [vector["out"]["frame"] for vector in VECTORS if "frame" in vector.get("out", {})]
    pair = build_train_pair("Why ∷?", "So ⦙.", created_at="2025-01-02T03:04:05Z", metadata={"note": "a ∴ b", "n": 3})
    numbers = "⧆≛TYPE⦙≛X∷≗⊙⊙⊗⦙≗⊙⊗◦⊗◽⊗⦙≗⊗⊗⊗◦Φ◽⊗Φ⊙⦙≗⊗⊙⊙◦⊗⊙⊗◽⊙⊗ ∷ Φ⊗⦙≗Φ⊙⊙⊛⊗⊙⧈"
    return [*built, pair, sign(pair, key=KEY, signer_id="a", timestamp="t"), numbers]


@st.composite
def mutated_frames(draw: st.DrawFn) -> str:
    """Draw a valid frame and change it in one to four places."""
    text = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 5)))
        insert = draw(st.one_of(st.text(any_characters, max_size=4), st.just(text[start : start + 40])))
        text = text[:start] + insert + text[end:]
    return text


SAMPLES = sample_frames()
