"""The embedder agrees with the reference model, does not depend on its batch, and refuses any other file."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from studio.vault.core.embed import DIMENSIONS, Embedder, embed, load_soon
from studio.vault.core.errors import EmbedderError

# Cosines of the published fp32 weights, computed once with an independent forward pass in numpy.
REFERENCE = [
    (
        "How many days of annual leave do employees get?",
        "Every employee is entitled to 28 days of paid holiday a year.",
        0.6138,
    ),
    (
        "The reactor coolant pump must be inspected monthly.",
        "Inspect the pump of the cooling circuit every month.",
        0.6833,
    ),
    ("How many days of annual leave do employees get?", "The reactor coolant pump must be inspected monthly.", 0.1446),
    (
        "Every employee is entitled to 28 days of paid holiday a year.",
        "Naïve café — Straße, 北京 and 3.5 % of €40.",
        0.0771,
    ),
    ("How many days of annual leave do employees get?", "leave " * 400, 0.2686),
]


@pytest.mark.parametrize(("first", "second", "cosine"), REFERENCE)
def test_cosines_are_those_of_the_reference_model(first: str, second: str, cosine: float) -> None:
    vectors = embed([first, second])
    assert float(vectors[0] @ vectors[1]) == pytest.approx(cosine, abs=0.01)


def test_vectors_are_float32_of_unit_length() -> None:
    vectors = embed(["one", "", "two " * 500])
    assert vectors.shape == (3, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embed([]).shape == (0, DIMENSIONS)


def test_a_text_has_the_same_vector_in_any_batch() -> None:
    texts = [f"{'word ' * (number % 7)}sentence {number}" for number in range(20)]
    together = embed(texts)
    alone = np.concatenate([embed([text]) for text in texts])
    assert np.min(np.sum(together * alone, axis=1)) > 0.99


def test_marks_of_the_tokenizer_inside_a_text_are_ordinary_words() -> None:
    vectors = embed(["leave policy", "leave [SEP] [PAD] policy"])
    assert float(vectors[0] @ vectors[1]) < 0.99


@pytest.mark.parametrize("content", [None, b"", b"another model"])
def test_a_missing_or_different_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "model.onnx").write_bytes(content)
    vocabulary = resources.files("studio.vault.core") / "minilm" / "vocab.txt"
    with pytest.raises(EmbedderError, match="not installed, or it is not"):
        Embedder(tmp_path / "model.onnx", vocabulary)


def test_loading_in_the_background_does_not_hold_the_process_up() -> None:
    thread = load_soon(0)
    assert thread.daemon
    thread.join()
