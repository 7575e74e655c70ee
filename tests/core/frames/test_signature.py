"""The signature line: what verifies, what is refused, and that taking it off is the exact inverse of signing."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.frames import (
    FrameError,
    Limits,
    build_train_pair,
    check_key,
    content_hash,
    sign,
    strip_signature,
    verify,
    verify_chain,
)
from tests.core.frames.strategies import KEY, examples, texts

FRAME = build_train_pair("Q", "A", created_at="t")
SIGNED = sign(FRAME, key=KEY, signer_id="teacher-01", timestamp="2025-01-02T03:04:06Z")
PUBLIC = b"acx_default_key_v1_replace_in_prod"


def signed_with(key: bytes, text: str = FRAME) -> str:
    mac = hmac.digest(key, text.encode(), "sha256").hex()
    return f"{text[:-1]}\n[SIG|{mac}|a|t]⧈"


@examples(normal=300, thorough=20_000)
@given(text=st.one_of(texts, texts.map(lambda text: text + "⧈")), timestamp=st.text("az09:.-TZ", min_size=1))
def test_any_text_verifies_after_signing_and_comes_back(text: str, timestamp: str) -> None:
    signed = sign(text, key=KEY, signer_id="a@b+c:d.e_f-g", timestamp=timestamp)
    assert strip_signature(signed) == text
    assert content_hash(signed) == content_hash(text)
    check = verify(signed, key=KEY)
    assert (check.verified, check.signer_id, check.timestamp) == (True, "a@b+c:d.e_f-g", timestamp)


@examples(normal=300, thorough=20_000)
@given(place=st.integers(0, SIGNED.index("\n") - 1), char=st.characters())
def test_changed_character_does_not_verify(place: int, char: str) -> None:
    changed = SIGNED[:place] + char + SIGNED[place + 1 :]
    assert verify(changed, key=KEY).verified is (changed == SIGNED)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SIGNED, None),
        (SIGNED + "\n\n", None),
        (SIGNED.replace("teacher-01", "other"), None),
        (FRAME, "SIG_001"),
        ("", "SIG_001"),
        (SIGNED + " ", "SIG_002"),
        (SIGNED + "\r\n", "SIG_002"),
        (SIGNED.replace("]⧈", "] ⧈"), "SIG_002"),
        (SIGNED.replace("]⧈", "⧈"), "SIG_002"),
        (SIGNED.replace("|teacher-01|", "||"), "SIG_002"),
        (SIGNED.replace("|teacher-01|", "|teacher|01|"), "SIG_002"),
        (SIGNED.replace("[SIG|", "[SIG|é"), "SIG_002"),
        (SIGNED.replace(SIGNED[SIGNED.index("[SIG|") + 5 :][:64], "A" * 64), "SIG_002"),
        (SIGNED.replace("⧆", "\ud800"), "SIG_003"),
        (SIGNED[:-1], "SIG_003"),
        (signed_with(b"another"), "SIG_003"),
    ],
)
def test_verification_gives_its_reason(text: str, reason: str | None) -> None:
    check = verify(text, key=KEY)
    assert (check.verified, check.reason) == (reason is None, reason)


@pytest.mark.parametrize("key", [b"", PUBLIC])
def test_worthless_key_neither_signs_nor_verifies(key: bytes) -> None:
    with pytest.raises(FrameError, match="SIG_005"):
        sign(FRAME, key=key, signer_id="a", timestamp="t")
    assert verify(signed_with(key), key=key).reason == "SIG_005"
    with pytest.raises(FrameError, match="SIG_005"):
        check_key(key)


def test_new_key_needs_32_bytes_and_an_old_one_does_not() -> None:
    check_key(b"short")
    check_key(bytes(32), new=True)
    with pytest.raises(FrameError, match="SIG_005"):
        check_key(bytes(31), new=True)


@pytest.mark.parametrize("signer_id", ["", "a|b", "a]b", "a\n", "é", "a b", "a" * 129])
def test_signer_id_that_could_not_be_read_is_refused(signer_id: str) -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        sign(FRAME, key=KEY, signer_id=signer_id, timestamp="t")


@pytest.mark.parametrize("timestamp", ["", "a|b", "a]b", "a\nb", "a\r", "\ud800"])
def test_timestamp_that_could_not_be_read_is_refused(timestamp: str) -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        sign(FRAME, key=KEY, signer_id="a", timestamp=timestamp)


@pytest.mark.parametrize("text", [SIGNED, SIGNED + "\n"])
def test_signed_text_is_not_signed_again(text: str) -> None:
    with pytest.raises(FrameError, match="SIG_006"):
        sign(text, key=KEY, signer_id="a", timestamp="t")


def test_text_without_utf8_form_is_neither_signed_nor_hashed() -> None:
    with pytest.raises(FrameError, match="ENCODE_002"):
        sign("\ud800", key=KEY, signer_id="a", timestamp="t")
    with pytest.raises(FrameError, match="ENCODE_002"):
        content_hash("\ud800")


def test_content_hash_is_that_of_the_unsigned_bytes() -> None:
    assert content_hash(SIGNED) == hashlib.sha256(FRAME.encode()).hexdigest()


def test_key_is_in_no_error_and_no_result() -> None:
    with pytest.raises(FrameError) as caught:
        sign(FRAME, key=PUBLIC, signer_id="a", timestamp="t")
    assert PUBLIC.decode() not in repr(caught.value) + str(caught.value) + caught.value.context
    assert KEY.hex() not in repr(verify(SIGNED, key=KEY))


def test_file_of_frames_is_checked_in_both_forms() -> None:
    bad = SIGNED.replace("⊗⊗⊙⊗", "⊗⊗⊗⊗")
    lines = [json.dumps(SIGNED, ensure_ascii=False), *SIGNED.split("\n"), "", FRAME, json.dumps(bad), *bad.split("\n")]
    lines += ['"no end', "[1]", SIGNED.split("\n")[0], FRAME, SIGNED.split("\n")[0]]
    result = verify_chain([line + "\n" for line in lines], KEY)
    assert (result.checked, result.verified, result.failed) == (10, 2, 8)
    assert result.failures == (
        (5, "SIG_001"),
        (6, "SIG_003"),
        (7, "SIG_003"),
        (9, "SIG_002"),
        (10, "SIG_001"),
        (11, "SIG_001"),
        (12, "SIG_001"),
        (13, "SIG_001"),
    )


def test_file_with_an_oversized_frame_names_its_line() -> None:
    result = verify_chain([SIGNED.replace("\n", " "), json.dumps(SIGNED)], KEY, limits=Limits(max_frame_chars=10))
    assert result.failures == ((1, "DECODE_001"), (2, "DECODE_001"))


def test_failures_of_a_long_file_are_all_counted_and_some_listed() -> None:
    result = verify_chain((FRAME for _ in range(1_500)), KEY)
    assert (result.failed, len(result.failures)) == (1_500, 1_000)
