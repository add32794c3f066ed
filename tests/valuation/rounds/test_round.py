"""The manifest of a frozen round and the comparison of values to the last digit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation.rounds.round import (
    FileFault,
    Manifest,
    ValueDifference,
    frozen_file,
    manifest_text,
    read_manifest,
    sha256_of,
    value_differences,
    verify,
)

FILES = {"a.parquet": b"one", "b.json": b"two"}
MANIFEST = Manifest(
    valuation_date=date(2015, 5, 31),
    seed=7,
    pack="us_wa",
    pack_hash="p",
    data_hash="d",
    code_version="1",
    libraries={"numpy": "2"},
    platform={"machine": "x86_64"},
    parameters={"screened": False},
    properties=2,
    sales=3,
    total_value=Decimal("300000.50"),
    files=tuple(frozen_file(name, content) for name, content in FILES.items()),
)


def test_a_fingerprint_is_the_one_of_the_standard() -> None:
    # FIPS 180-2, appendix B.1
    assert sha256_of(b"abc").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_a_manifest_is_read_back_whole() -> None:
    text = manifest_text(MANIFEST)
    assert read_manifest(text, source="m") == MANIFEST
    assert text == manifest_text(read_manifest(text, source="m"))
    assert replace(MANIFEST, seed=8).sha256 != MANIFEST.sha256


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1}'])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="m: "):
        read_manifest(text, source="m")


def test_untouched_files_have_no_faults() -> None:
    assert verify(MANIFEST, FILES) == ()


@given(st.binary(max_size=8).filter(lambda content: content != b"one"))
def test_any_change_of_a_file_is_found(content: bytes) -> None:
    (fault,) = verify(MANIFEST, FILES | {"a.parquet": content})
    assert fault == FileFault("a.parquet", "changed", sha256_of(b"one"), sha256_of(content))


def test_missing_and_foreign_files_are_found() -> None:
    faults = verify(MANIFEST, {"b.json": b"two", "c.txt": b""})
    assert [(fault.name, fault.fault) for fault in faults] == [
        ("a.parquet", "missing"),
        ("c.txt", "not in the manifest"),
    ]


def values(
    value: str = "100.00", *, reasons: str = '[{"reason": "x", "amount": 5.00}]'
) -> pa.Table:
    money = pa.decimal128(18, 2)
    figures = {
        name: pa.array([Decimal(value), Decimal("200.00")], money)
        for name in ("value", "low", "high", "base")
    }
    return pa.table(
        {"property_id": ["a", "b"], **figures, "reasons": [reasons] * 2, "comparables": ["[]"] * 2}
    )


def test_the_same_values_do_not_differ_however_their_lists_are_written() -> None:
    other = values(reasons='[{"amount":5,"reason":"x"}]').take([1, 0])
    assert list(value_differences(values(), other)) == []


def test_a_cent_is_a_difference() -> None:
    found = list(value_differences(values(), values("100.01")))
    assert [each.column for each in found] == ["value", "low", "high", "base"]
    assert found[0] == ValueDifference("a", "value", "100.00", "100.01")


def test_the_last_digit_of_a_reason_is_a_difference() -> None:
    digits = '[{"reason": "x", "amount": 5.0000000000000001}]'
    assert [d.column for d in value_differences(values(), values(reasons=digits))] == [
        "reasons",
        "reasons",
    ]


def test_a_property_of_one_side_only_is_a_difference() -> None:
    (found,) = value_differences(values().slice(1), values())
    assert (found.property_id, found.frozen, found.again) == ("a", "nothing", "a value")
