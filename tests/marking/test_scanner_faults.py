"""What scanners do to codes: recognised, and mended only where one code can have been meant."""

import pytest

from kazyna.marking.code_reading import judge_of, read_code
from kazyna.marking.gs1 import GS
from kazyna.marking.scanner_faults import CYRILLIC, LATIN, WORDS, Kind, ScannerFault, diagnose
from marking.codes import RULES, TEMPLATES, TODAY, issued, key, registry

TAG = key()
KEYS = registry(TAG)
JUDGE = judge_of(KEYS, TODAY)
CODES = [code.decode() for code in issued(TAG, 20, batch=3).tolist()]
TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)


def mended(text: str) -> ScannerFault | None:
    return diagnose(text, TEMPLATES, judge=JUDGE)


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("lost_separator", lambda code: code.replace(GS, "")),
        ("replaced_separator", lambda code: code.replace(GS, "<GS>")),
        ("replaced_separator", lambda code: code.replace(GS, " ")),
        ("replaced_separator", lambda code: code.replace(GS, "\\x1d")),
        ("caps_lock", lambda code: code.swapcase()),
        ("cyrillic_layout", lambda code: code.translate(TO_CYRILLIC)),
    ],
)
def test_a_fault_that_loses_nothing_is_mended(kind: Kind, spoil) -> None:  # type: ignore[no-untyped-def]
    for code in CODES:
        found = mended(spoil(code))
        assert found is not None
        assert kind in found.kinds
        assert found.repaired == code
        assert WORDS[kind] in found.words


def test_faults_come_together() -> None:
    spoilt = ("]d2" + CODES[0].replace(GS, "")).swapcase()
    for text, kinds in (
        (spoilt, {"caps_lock", "lost_separator"}),
        (spoilt.translate(TO_CYRILLIC), {"caps_lock", "lost_separator", "cyrillic_layout"}),
    ):
        found = mended(text)
        assert found is not None
        assert set(found.kinds) == kinds
        assert found.repaired == CODES[0]


@pytest.mark.parametrize("length", [25, 33, 40, 60, 84])
def test_a_cut_off_code_is_told_and_not_mended(length: int) -> None:
    found = mended(CODES[0][:length])
    assert found is not None
    assert (found.kinds, found.repaired) == (("cut_off",), None)


def test_letters_of_one_case_cannot_be_mended() -> None:
    found = mended(CODES[0].upper())
    assert found is not None
    assert (found.kinds, found.repaired) == (("case_lost",), None)


def test_without_a_key_swapped_letters_are_not_guessed() -> None:
    found = diagnose(CODES[0].replace(GS, "").swapcase(), TEMPLATES)
    assert found is not None
    assert found.repaired is None or found.repaired != CODES[0]
    lost = diagnose(CODES[0].replace(GS, "<GS>"), TEMPLATES)
    assert lost is not None
    assert lost.repaired == CODES[0]


def test_a_right_code_has_no_fault() -> None:
    assert all(mended(code) is None for code in CODES)
    assert mended("just some text") is None


def test_reading_names_fault_and_country() -> None:
    read = read_code(CODES[0], 1, TEMPLATES, issuers=RULES.issuers)
    assert (read.valid, read.country, read.scanner_faults) == (True, "KG", ())
    assert "eaeu_44" in read.templates
    spoilt = read_code(CODES[0].replace(GS, "<GS>"), 2, TEMPLATES, issuers=RULES.issuers)
    assert spoilt.repaired == CODES[0]
    assert spoilt.scanner_faults == ("replaced_separator",)
