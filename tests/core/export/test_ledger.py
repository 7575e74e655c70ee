"""The ledger orders exports: nothing can be taken out, rewritten or replayed, and revocation follows its order."""

import dataclasses
from hashlib import sha256
from pathlib import Path

import pytest

from datasets.core import dsse, keys, ledger
from datasets.core.errors import Malformed
from datasets.core.ledger import LedgerHead, advance, next_entry, read_checkpoint, replay
from datasets.core.merkle import leaf_hash
from datasets.core.records import WithheldRow, to_line
from tests.core.export.making import OTHER, PRIVATE, check, entry, head, key_id, key_list, make, pairs, public


def grow(count: int) -> list[bytes]:
    """Return a ledger file's lines for count exports of made-up statements."""
    sign, now, lines = keys.signer(PRIVATE), head(), []
    for number in range(count):
        payload = next_entry(now, statement=b"%d" % number, root="ab" * 32, count=number, keys_version=1)
        lines.append(
            dsse.write(dsse.LEDGER_TYPE, payload, [sign(dsse.pae(dsse.LEDGER_TYPE, payload))]).removesuffix(b"\n")
        )
        now = advance(now, payload)
    return lines


@pytest.fixture(scope="module")
def thousand() -> list[bytes]:
    return grow(1000)


def signed(envelope: dsse.Envelope) -> bool:
    return bool(dsse.signers(envelope, {key_id(): public()}))


def test_a_thousand_entries_replay(thousand: list[bytes]) -> None:
    found = replay(thousand, signed)
    assert found.fault is None
    assert [one.seq for one in found.entries] == list(range(1, 1001))


@pytest.mark.parametrize("wrong", [{"origin": "two words"}, {"origin": ""}, {"time": "2026-03-01"}, {"time": ""}])
def test_an_entry_of_a_nameless_ledger_or_without_a_time_is_not_written(wrong: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        next_entry(head(**wrong), statement=b"", root="ab" * 32, count=0, keys_version=1)


@pytest.mark.parametrize("number", [0, 1, 499, 998, 999])
@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_one_flipped_bit_is_located(thousand: list[bytes], number: int, place: float) -> None:
    line = bytearray(thousand[number])
    line[int(len(line) * place)] ^= 4
    found = replay([*thousand[:number], bytes(line), *thousand[number + 1 :]], signed)
    assert found.fault is not None
    assert found.fault[0] == number + 1


def test_a_removed_or_moved_entry_is_located(thousand: list[bytes]) -> None:
    assert replay(thousand[:3] + thousand[4:], signed).fault == (
        4,
        "it carries sequence number 5: an entry is missing or moved",
    )
    swapped = [*thousand[:3], thousand[4], thousand[3], *thousand[5:]]
    assert replay(swapped, signed).fault[0] == 4


def test_an_entry_by_another_key_is_located(thousand: list[bytes]) -> None:
    payload = dsse.read(thousand[2] + b"\n").payload
    forged = dsse.write(dsse.LEDGER_TYPE, payload, [keys.signer(OTHER)(dsse.pae(dsse.LEDGER_TYPE, payload))])
    assert replay([*thousand[:2], forged.removesuffix(b"\n"), *thousand[3:]], signed).fault[0] == 3


def test_a_rewritten_branch_is_located(thousand: list[bytes]) -> None:
    other = head(size=5, last="00" * 32, peaks=(b"\1" * 32, b"\2" * 32))
    payload = next_entry(other, statement=b"x", root="ab" * 32, count=1, keys_version=1)
    forged = dsse.write(dsse.LEDGER_TYPE, payload, [keys.signer(PRIVATE)(dsse.pae(dsse.LEDGER_TYPE, payload))])
    found = replay([*thousand[:5], forged.removesuffix(b"\n")], signed)
    assert found.fault == (6, "it does not follow the entry before it")


def test_an_entry_of_another_tree_is_located(thousand: list[bytes]) -> None:
    last = sha256(dsse.read(thousand[4] + b"\n").payload).hexdigest()
    other = head(size=5, last=last, peaks=(b"\1" * 32, b"\2" * 32))
    payload = next_entry(other, statement=b"x", root="ab" * 32, count=1, keys_version=1)
    forged = dsse.write(dsse.LEDGER_TYPE, payload, [keys.signer(PRIVATE)(dsse.pae(dsse.LEDGER_TYPE, payload))])
    assert replay([*thousand[:5], forged.removesuffix(b"\n")], signed).fault == (6, "it belongs to another tree")


def chain(tmp_path: Path, count: int) -> tuple[list[Path], list[bytes], LedgerHead]:
    """Make several real exports, one after the other, in one ledger."""
    now, folders, lines = head(), [], []
    for number in range(count):
        result = make(tmp_path / f"export{number}", pairs(number + 2), ledger=now, parquet=False, layouts=())
        folders.append(result.folder)
        lines.append(result.entry.removesuffix(b"\n"))
        now = result.head
    return folders, lines, now


def test_a_whole_ledger_proves_the_place_of_every_export(tmp_path: Path) -> None:
    folders, lines, _ = chain(tmp_path, 4)
    for folder in folders:
        assert check(folder, lines=lines).ok


def test_the_whole_ledger_tells_that_rows_were_withdrawn_later(tmp_path: Path) -> None:
    rows = pairs(3)
    first = make(tmp_path / "first", rows)
    leaf = leaf_hash(to_line(rows[1])).hex()
    less = [rows[0], WithheldRow(id=rows[1].id, leaf=leaf), rows[2]]
    second = make(tmp_path / "second", less, ledger=dataclasses.replace(first.head, kind="withdrawal"))
    lines = [result.entry.rstrip(b"\n") for result in (first, second)]
    report = check(tmp_path / "first", lines=lines)
    assert (report.ok, len(report.notes)) == (True, 1)
    assert "withdrawn later, by ledger entry 2" in report.notes[0]
    assert check(tmp_path / "second", lines=lines).notes == []


def test_a_ledger_under_a_later_key_list_asks_for_that_list(tmp_path: Path) -> None:
    folders, lines, now = chain(tmp_path, 2)
    _, lines, _ = revoke(lines, now)
    report = check(folders[0], lines=lines)
    assert (report.exit_code, [(f.code, f.row) for f in report.findings]) == (3, [("ledger.keys", 3)])
    assert "version 2" in report.findings[0].message
    forged = next_entry(now, statement=b"x", root="ab" * 32, count=1, keys_version=1)
    line = dsse.write(dsse.LEDGER_TYPE, forged, [keys.signer(OTHER)(dsse.pae(dsse.LEDGER_TYPE, forged))])
    report = check(folders[0], lines=[*lines[:2], line.removesuffix(b"\n")])
    assert (report.exit_code, [(f.code, f.row) for f in report.findings]) == (1, [("ledger.line", 3)])


def test_a_key_list_is_the_one_that_the_ledger_records(tmp_path: Path) -> None:
    folders, lines, now = chain(tmp_path, 2)
    newer, lines, _ = revoke(lines, now)
    pardoned = dataclasses.replace(newer, keys=(entry(), entry(OTHER)))
    assert check(folders[0], newer=pardoned).ok
    report = check(folders[0], newer=pardoned, lines=lines)
    assert (report.exit_code, [f.code for f in report.findings]) == (2, ["keys.other"])
    assert check(folders[0], newer=newer, lines=lines).notes == []


def test_a_ledger_tells_of_a_later_key_list(tmp_path: Path) -> None:
    folders, lines, now = chain(tmp_path, 1)
    change = dataclasses.replace(now, kind="keys")
    payload = next_entry(change, statement=b"list", root="00" * 32, count=0, keys_version=4)
    line = dsse.write(dsse.LEDGER_TYPE, payload, [keys.signer(PRIVATE)(dsse.pae(dsse.LEDGER_TYPE, payload))])
    report = check(folders[0], lines=[*lines, line.removesuffix(b"\n")])
    assert (report.ok, len(report.notes)) == (True, 1)
    assert "key list version 4" in report.notes[0]


def test_a_ledger_without_this_export_is_refused(tmp_path: Path) -> None:
    folders, lines, _ = chain(tmp_path, 4)
    report = check(folders[3], lines=lines[:3])
    assert (report.exit_code, [f.code for f in report.findings]) == (1, ["ledger.cut"])
    other = make(tmp_path / "else/export", pairs(9), parquet=False, layouts=())
    report = check(folders[0], lines=[other.entry.removesuffix(b"\n")])
    assert [f.code for f in report.findings] == ["ledger.other"]


def test_an_old_export_is_refused_with_a_least_number(tmp_path: Path) -> None:
    folders, _, _ = chain(tmp_path, 3)
    assert check(folders[2], min_seq=3).ok
    report = check(folders[1], min_seq=3)
    assert (report.exit_code, [f.code for f in report.findings]) == (2, ["ledger.old"])


def revoke(lines: list[bytes], now: LedgerHead) -> tuple[keys.KeyList, list[bytes], LedgerHead]:
    """Return the key list that revokes the test key, and the ledger that records it (signed by the other key)."""
    seq = now.size + 1
    revoked = entry(state="revoked", revoked_at="2026-04-01T00:00:00Z", revoked_at_seq=seq)
    newer = key_list(revoked, entry(OTHER), version=2)
    change = dataclasses.replace(now, kind="keys")
    payload = next_entry(change, statement=keys.write_list(newer), root="00" * 32, count=0, keys_version=2)
    message = dsse.pae(dsse.LEDGER_TYPE, payload)
    line = dsse.write(dsse.LEDGER_TYPE, payload, [keys.signer(OTHER)(message)]).removesuffix(b"\n")
    return newer, [*lines, line], dataclasses.replace(advance(change, payload), kind="export")


def test_a_signature_before_the_revocation_stays_good_by_the_ledger(tmp_path: Path) -> None:
    folders, lines, now = chain(tmp_path, 2)
    newer, lines, now = revoke(lines, now)
    assert check(folders[1], newer=newer, lines=lines).ok
    assert check(folders[1], newer=newer).exit_code == 2
    assert check(folders[1], newer=newer, lines=lines[:2]).exit_code == 2


def test_a_signature_after_the_revocation_is_refused(tmp_path: Path) -> None:
    _, lines, now = chain(tmp_path, 1)
    newer, lines, now = revoke(lines, now)
    late = make(tmp_path / "late", pairs(3), ledger=now, keys=key_list(version=2))
    report = check(late.folder, newer=newer, lines=[*lines, late.entry.removesuffix(b"\n")])
    assert report.exit_code == 2
    assert "was revoked before this export" in str(report.findings[0])


def test_a_revoked_ledger_key_cannot_give_an_old_export_a_new_number(tmp_path: Path) -> None:
    outside, roles = entry(OTHER, roles=("export",)), ("ledger",)

    def sign(message: bytes) -> dsse.Signature:
        is_statement = dsse.STATEMENT_TYPE.encode() in message[:60]
        return keys.signer(OTHER if is_statement else PRIVATE)(message)

    place = head(size=4, last="ab" * 32, peaks=(b"\1" * 32,))
    make(tmp_path / "export", pairs(2), sign=sign, ledger=place, keys=key_list(outside, entry(roles=roles)))
    revoked = entry(roles=roles, state="revoked", revoked_at="2026-02-01T00:00:00Z", revoked_at_seq=2)
    assert check(tmp_path / "export", key_id(OTHER), min_seq=5).ok
    for newest in (revoked, entry(roles=("reviewer",)), entry(roles=roles, not_after="2026-02-01T00:00:00Z")):
        report = check(tmp_path / "export", key_id(OTHER), min_seq=5, newer=key_list(outside, newest, version=2))
        assert (report.exit_code, [f.code for f in report.findings]) == (2, ["ledger.key"])


def test_a_retired_key_stays_good_for_old_exports(tmp_path: Path) -> None:
    folders, _, _ = chain(tmp_path, 1)
    newer = key_list(entry(state="retired"), entry(OTHER), version=2)
    assert check(folders[0], newer=newer).ok


def test_an_older_key_list_or_one_without_the_key_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "export", pairs(2), keys=key_list(version=3))
    assert check(tmp_path / "export", newer=key_list(version=2)).exit_code == 2
    assert check(tmp_path / "export", newer=key_list(entry(OTHER), version=4)).exit_code == 2
    assert check(tmp_path / "export", newer=key_list(entry(roles=("ledger",)), version=4)).exit_code == 2


def test_a_key_outside_its_time_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "export", pairs(2))
    for window in ({"not_before": "2026-03-02T00:00:00Z"}, {"not_after": "2026-02-01T00:00:00Z"}):
        assert check(tmp_path / "export", newer=key_list(entry(**window), version=2)).exit_code == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"origin\n1\nAAAA\n",
        b"origin\n01\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 origin AAAAAAAA\n",
        b"origin\n-1\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 origin AAAAAAAA\n",
        b"origin\n1\n" + b"A" * 43 + b"=\n\n- origin AAAAAAAA\n",
        b"origin\n1\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 origin AAAAAAAA",
        b"\xff\n\n",
        b"9" * 100_000,
    ],
)
def test_something_else_is_no_checkpoint(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_checkpoint(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seq", 0),
        ("seq", True),
        ("seq", 2**70),
        ("kind", "party"),
        ("previous", "x"),
        ("time", "now"),
        ("peaks", ["x"]),
    ],
)
def test_something_else_is_no_ledger_entry(name: str, value: object) -> None:
    import json

    document = json.loads(dsse.read(grow(1)[0] + b"\n").payload) | {name: value}
    with pytest.raises(Malformed):
        ledger.read_entry(json.dumps(document, sort_keys=True, separators=(",", ":")).encode())
