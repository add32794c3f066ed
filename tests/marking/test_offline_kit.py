"""The offline kit: believed when signed, silent when old, and honest about what it cannot know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError, Refused
from kazyna.core.text import Text
from kazyna.marking.batch import Codes
from kazyna.marking.code_sets import code_hash, code_hashes, pack_codes
from kazyna.marking.gs1 import GS
from kazyna.marking.offline_kit import (
    Kit,
    KitKey,
    KitProduct,
    KitSet,
    check_offline,
    read_kit,
    write_kit,
)
from marking.codes import GTIN, RULES, TEMPLATES, issued, key

MADE = datetime(2026, 11, 27, 8, tzinfo=UTC)
LATER = MADE + timedelta(hours=5)
TAG, SIGNATURE, SIGNER = (
    key("K001"),
    key("S001", "signature", seed=2),
    key("S009", "signature", seed=4),
)
OTHER = key("S002", "signature", seed=6)
TAGGED = issued(TAG, 300, batch=1)
SIGNED = issued(SIGNATURE, 30, template="eaeu_88", batch=2)


def names(codes: Codes) -> list[bytes]:
    return [code[2:16] + code[18:31] for code in codes.tolist()]


def kit_set(status: str, *codes: Codes, on_sale: bool = False) -> KitSet:
    hashes = code_hashes(name for each in codes for name in names(each))
    return KitSet(status, Text(status, status, status), on_sale, pack_codes(hashes))


KIT = Kit(
    made_at=MADE,
    expires_at=MADE + timedelta(hours=72),
    office="test",
    templates=TEMPLATES,
    own_issuer=RULES.own_issuer,
    keys=(
        KitKey("K001", "tag", "*", "", revoked=False),
        KitKey("S001", "signature", "*", SIGNATURE.key.public_key.hex(), revoked=False),
    ),
    products=(KitProduct(GTIN, "Boots", "footwear", listed=True),),
    sets=(
        kit_set("in_circulation", TAGGED[:100], SIGNED[:10], on_sale=True),
        kit_set("sold", TAGGED[100:200], SIGNED[10:20]),
        kit_set("recalled", SIGNED[20:25]),
    ),
)
assert SIGNER.signer is not None
FILE = write_kit(KIT, SIGNER.signer, "S009")
TRUSTED = {SIGNER.key.public_key}


def asked(code: bytes, at: datetime = LATER, kit: Kit | None = None) -> tuple[str, bool, str]:
    answer = check_offline(kit or read_kit(FILE, trusted=TRUSTED), code.decode(), at)
    return answer.reason, answer.allowed, answer.proof


def test_a_kit_is_read_as_it_was_written() -> None:
    kit = read_kit(FILE, trusted=TRUSTED)
    assert replace(kit, templates=()) == replace(KIT, templates=())
    assert [each.pattern for each in kit.templates] == [each.pattern for each in TEMPLATES]


def test_no_secret_is_in_it() -> None:
    for secret in (bytes([1]) * 32, bytes([101]) * 32, bytes([102]) * 32, bytes([104]) * 32):
        assert secret not in FILE
        assert secret.hex().encode() not in FILE


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (SIGNED[0], ("on_sale", True, "signature")),
        (SIGNED[12], ("sold", False, "signature")),
        (SIGNED[22], ("held_back", False, "signature")),
        (SIGNED[27], ("not_listed", False, "signature")),
        (TAGGED[0], ("listed", True, "list")),
        (TAGGED[150], ("sold", False, "nothing")),
        (TAGGED[250], ("not_listed", False, "nothing")),
        (TAGGED[0].replace(b"91K001", b"91K002"), ("key_unknown", False, "nothing")),
        (SIGNED[0][:50] + b"AAAAA" + SIGNED[0][55:], ("wrong_tail", False, "nothing")),
        (b"(01)04601234567890", ("check_digit", False, "nothing")),
        (b"hello", ("malformed", False, "nothing")),
    ],
)
def test_what_a_kit_says(code: bytes, expected: tuple[str, bool, str]) -> None:
    assert asked(bytes(code)) == expected


@given(st.integers(0, 29), st.integers(2, 128), st.sampled_from("aZ0/+"))
@settings(max_examples=60)
def test_every_forged_signature_is_refused(row: int, place: int, sign: str) -> None:
    text = SIGNED[row].decode()
    forged = text[:place] + sign + text[place + 1 :]
    if forged != text:
        assert not asked(forged.encode())[1]


def test_without_lists_a_signature_says_what_it_cannot_know() -> None:
    light = replace(KIT, sets=(kit_set("recalled", SIGNED[20:25]),), products=())
    assert asked(SIGNED[0], kit=light) == ("signed", True, "signature")
    assert asked(SIGNED[22], kit=light) == ("held_back", False, "signature")
    assert asked(TAGGED[0], kit=light) == ("cannot_be_checked", False, "nothing")


def test_a_revoked_key_is_refused() -> None:
    revoked = replace(KIT, keys=tuple(replace(each, revoked=True) for each in KIT.keys))
    assert asked(SIGNED[0], kit=revoked)[0] == asked(TAGGED[0], kit=revoked)[0] == "key_revoked"


def test_a_spoilt_scan_is_mended() -> None:
    answer = check_offline(KIT, SIGNED[0].decode().replace(GS, ""), LATER)
    assert (answer.reason, answer.repaired) == ("on_sale", SIGNED[0].decode())
    assert answer.product == "Boots"


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (MADE + timedelta(hours=72), "on_sale"),
        (MADE + timedelta(hours=72, seconds=1), "kit_expired"),
        (MADE - timedelta(hours=1), "clock_wrong"),
        (MADE - timedelta(minutes=5), "on_sale"),
    ],
)
def test_a_kit_is_good_for_72_hours(at: datetime, reason: str) -> None:
    assert asked(SIGNED[0], at)[0] == reason


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
@settings(max_examples=80)
def test_no_changed_byte_is_believed(place: int, change: int) -> None:
    """The first line holds key and signature: there another case of a digit says the same."""
    spoilt = bytearray(FILE)
    spoilt[place] ^= change
    try:
        found = read_kit(bytes(spoilt), trusted=TRUSTED)
    except (InputError, Refused):
        return
    assert place < FILE.index(b"\n")
    assert replace(found, templates=()) == replace(KIT, templates=())


def test_a_kit_of_a_stranger_or_of_too_long_is_refused() -> None:
    with pytest.raises(Refused, match="not trusted"):
        read_kit(FILE, trusted={OTHER.key.public_key})
    with pytest.raises(InputError, match="no offline kit"):
        read_kit(b"hello", trusted=TRUSTED)
    assert SIGNER.signer is not None
    longer = write_kit(replace(KIT, expires_at=MADE + timedelta(days=9)), SIGNER.signer, "S009")
    with pytest.raises(InputError, match="72 hours"):
        read_kit(longer, trusted=TRUSTED)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=500, unique=True))
def test_sets_know_their_codes(numbers: list[int]) -> None:
    hashes = np.array(numbers, dtype=np.uint64)
    made = pack_codes(hashes)
    assert made.is_whole()
    assert made.contains(hashes).all()
    assert made.codes <= len(numbers)


def test_sets_are_small_and_seldom_wrong() -> None:
    made = pack_codes(code_hashes(b"a%d" % n for n in range(100_000)))
    assert len(made.packed) / made.codes < 3.6
    others = code_hashes(b"b%d" % n for n in range(100_000))
    assert made.contains(others).sum() <= 3
    assert code_hash(GTIN, "4abc") == int(code_hashes([f"{GTIN}4abc".encode()])[0])
