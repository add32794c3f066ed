from decimal import Decimal

import pytest

from kazyna.cli.output import words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("70.00", "70.00"), ("-1234567.50", "-1,234,567.50"), ("12", "12"),
        ("-5.000000", "-5"), ("5.250000", "5.25"), ("0.1250", "0.125"), ("0E-8", "0"),
        ("NaN", "NaN"), ("1E+3", "1,000"),
    ],
)  # fmt: skip
def test_numbers_keep_the_places_of_money_and_no_needless_noughts(value: str, said: str) -> None:
    assert words(Decimal(value)) == said


def test_sentences_stand_on_lines_of_their_own_and_words_beside_one_another() -> None:
    assert words(("north", "south")) == "north, south"
    notes = ("The table tells no days.", "6 sales left out: no area, or none that can be read")
    assert words(notes) == "\n".join(notes)
