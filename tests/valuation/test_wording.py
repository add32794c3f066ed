from decimal import Decimal

import numpy as np
import pytest

from kazyna.core.text import LANGUAGES, Language, Text
from kazyna.valuation.wording import (
    ToldReason,
    Usual,
    base_sentence,
    change_sentence,
    reason_sentence,
    usual_of,
)

AREA = Text("Floor area", "Площадь дома", "Үйдүн аянты")


def reason(
    name: str = "area",
    *,
    recorded: str | None = "180 m²",
    measured: bool = True,
    usual: Usual | None = None,
    amount: int = 45_300,
) -> ToldReason:
    return ToldReason(name, AREA, recorded, measured, usual, Decimal(amount), "45 300 USD")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Floor area of 180 m², more than is usual here, adds 45 300 USD."),
        ("ru", "Площадь дома 180 m², больше обычного здесь, добавляет 45 300 USD."),
        ("ky", "Үйдүн аянты 180 m², бул жердегиден көбүрөөк, 45 300 USD кошот."),
    ],
)
def test_a_reason_is_a_sentence(language: Language, sentence: str) -> None:
    assert reason_sentence(reason(usual="more"), language) == sentence


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (reason(amount=-45_300), "Floor area of 180 m² takes off 45 300 USD."),
        (reason(recorded="3", measured=False), "Floor area: 3 adds 45 300 USD."),
        (reason(recorded=None), "Floor area adds 45 300 USD."),
        (reason("location", usual="more"), "The location adds 45 300 USD."),
        (reason("rest", recorded=None, amount=-1), "All else together takes off 45 300 USD."),
    ],
)
def test_every_kind_of_reason_is_worded(told: ToldReason, sentence: str) -> None:
    assert reason_sentence(told, "en") == sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("difference", "shown"), [(24_000, True), (-24_000, True), (0, False)])
def test_a_change_says_what_would_come_of_it(
    language: Language, difference: int, shown: bool
) -> None:
    said = change_sentence(
        "Area",
        "180 m²",
        "200 m²",
        difference=Decimal(difference),
        money="24 000",
        language=language,
    )
    assert "180 m²" in said
    assert "200 m²" in said
    assert ("24 000" in said) is shown


def test_a_rise_and_a_fall_read_differently() -> None:
    def said(difference: int) -> str:
        return change_sentence(
            "Area", "1", "2", difference=Decimal(difference), money="5", language="ky"
        )

    assert len({said(5), said(-5), said(0)}) == 3


def test_the_base_is_said_in_every_language() -> None:
    assert len({base_sentence(language) for language in LANGUAGES}) == 3


@pytest.mark.parametrize(("value", "usual"), [(1.0, "less"), (50.0, "usual"), (99.0, "more")])
def test_what_is_usual_lies_between_the_quartiles(value: float, usual: Usual) -> None:
    others = np.append(np.arange(100.0), np.nan)
    assert usual_of(value, others) == usual


def test_too_few_others_show_nothing() -> None:
    assert usual_of(1.0, np.array([1.0, np.nan] * 7)) is None
