import re

import pytest

from kazyna.documents.engine_words import in_words, note_in_words
from kazyna.valuation import fit
from kazyna.valuation.evidence.screening_reasons import KINDS
from valuation.markets import AS_OF, COLUMNS, invented, replaced


def test_all_that_a_model_says_of_its_evidence_is_known() -> None:
    """Every phrase that a poor table draws from the engine has its words."""
    sales = invented(60).drop_columns(["quality"])
    for name, values in {
        "same": [1] * 60,
        "empty": [None] * 60,
        "note": [f"text {row}" for row in range(60)],
        "per_metre": [
            p / a
            for p, a in zip(sales["paid"].to_pylist(), sales["area_m2"].to_pylist(), strict=True)
        ],
        "tax": [p * 0.01 for p in sales["paid"].to_pylist()],
    }.items():
        sales = replaced(sales, name, values)
    model = fit(sales, columns=COLUMNS, as_of=AS_OF)
    summary = model.summary()
    said = [reason for reason, _ in summary.sales_left_out]
    said += [reason for _, reason in summary.columns_left_out]
    said += summary.notes
    assert len(said) >= 5
    for phrase in said:
        assert in_words(phrase, "ru") != phrase, phrase
        assert in_words(phrase, "ky") != in_words(phrase, "ru")
        assert in_words(phrase, "en") == phrase


def test_notes_of_a_round_are_known() -> None:
    for note in (
        "35 sales left out: token price",
        "column same left out: constant: every sale has 1",
        "land and building by one share: 60 sales with known areas, 100 are needed",
        "vertical equity out of reach: stretched or not, values would not come within the IAAO's"
        " range of PRB",
    ):
        assert note_in_words(note, "en") == note
        assert note_in_words(note, "ky") != note_in_words(note, "ru") != note
        assert re.findall(r"\d+", note_in_words(note, "ky")) == re.findall(r"\d+", note)


@pytest.mark.parametrize("kind", KINDS)
def test_reasons_of_the_screening_are_known(kind: str) -> None:
    assert in_words(KINDS[kind].en, "ru") == KINDS[kind].ru


def test_figures_are_kept() -> None:
    assert "2015-05-31" in in_words("dated after the day of value, 2015-05-31", "ky")
    assert in_words("12 texts, none in 3 or more sales", "ru").count("12") == 1


def test_a_constant_truth_is_said_as_people_say_it() -> None:
    assert "«нет»" in note_in_words("column pool left out: constant: every sale has no", "ru")


def test_what_is_not_known_stays() -> None:
    assert in_words("something new", "ru") == "something new"
