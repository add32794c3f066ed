"""Inputs of a case: the straight check accepts what the one that names faults accepts."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.core.text import Text
from kazyna.tax import InputColumn
from kazyna.tax.inputs import acceptance, check_case

D = Decimal
T = Text("t", "t", "t")
COLUMNS = (
    InputColumn("place", "text", "where", allowed=("town", "village"), label=T),
    InputColumn("home", "boolean", "lived in", label=T),
    InputColumn("age", "integer", "years", minimum=D("0.5"), maximum=D("200.5"), label=T),
    InputColumn("area", "decimal", "area", minimum=-1, maximum=200, label=T, decimals=1),
)


class Word(str):
    """What is equal to a word, and of another class."""

    __slots__ = ()


class Count(int):
    """What is equal to a whole number, and of another class."""


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 202), st.floats(), st.decimals(),
    st.decimals(-2, 202, places=1), st.lists(st.integers(), max_size=1),
    st.sampled_from(["town", "Town", Word("town"), Word("x"), "", "7", Count(7), Count(700)]),
    st.sampled_from(["sNaN", "-0", "1E+2", "1.0", "1.00", "0.05", "-Infinity"]).map(D),
)  # fmt: skip
USUAL = {
    "place": st.just("town"),
    "home": st.just(value=True),
    "age": st.integers(1, 200),
    "area": st.decimals(-1, 200, places=1),
}


@settings(max_examples=300)
@given(st.fixed_dictionaries({}, optional={name: ok | ODD for name, ok in USUAL.items()}))
def test_the_straight_check_lets_nothing_in_that_has_a_fault(case: dict[str, Any]) -> None:
    accepted = acceptance(COLUMNS)(case)
    try:
        careful = check_case(COLUMNS, case, source="law")
    except InputError:
        assert accepted is None
    else:
        assert accepted is None or accepted == careful


@given(st.fixed_dictionaries(USUAL))
def test_usual_values_pass_the_straight_check_to_the_digit(case: dict[str, Any]) -> None:
    assert str(acceptance(COLUMNS)(case)) == str(check_case(COLUMNS, case, source="law"))
