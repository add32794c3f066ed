"""A small law to compute by, and a way to build others."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest

from kazyna.core.dated import Dated
from kazyna.core.text import Text
from kazyna.tax import InputColumn, Parameter, ParameterValue, Rounding, Rule, RuleSet, Source
from kazyna.tax import rule_set as wire

ANY = Text("any", "любой", "ар кандай")
ACT = Source("act", Text("Tax Act", "Закон о налоге", "Салык мыйзамы"), None, None, "https://act")
START = date(2020, 1, 1)

Held = Decimal | Rounding | None


@pytest.fixture
def act() -> Source:
    return ACT


@pytest.fixture
def build() -> Callable[..., RuleSet]:
    """Wire rules over inputs `value` (two decimals), `area` (whole) and `home` (yes or no)."""

    def built(
        *rules: Rule,
        amount: str = "tax",
        parameters: Mapping[str, Sequence[tuple[date, Held]] | Held] | None = None,
        value_max: Decimal = Decimal(10) ** 13,
    ) -> RuleSet:
        dated = [
            _parameter(name, values if isinstance(values, Sequence) else [(START, values)])
            for name, values in (parameters or {}).items()
        ]
        return wire(
            "law",
            rules,
            inputs=_inputs(value_max),
            parameters=dated,
            sources={"act": ACT},
            amount=amount,
        )

    return built


def _parameter(name: str, values: Sequence[tuple[date, Held]]) -> Parameter:
    history = [(day, ParameterValue(value, "act art. 9")) for day, value in values]
    return Parameter(name, ANY, "unit", Dated.of(history))


def _inputs(value_max: Decimal) -> list[InputColumn]:
    return [
        InputColumn(
            "value",
            "decimal",
            "market value",
            "USD",
            minimum=-value_max,
            maximum=value_max,
            label=ANY,
            decimals=2,
        ),
        InputColumn("area", "integer", "floor area", "m2", minimum=0, maximum=100_000, label=ANY),
        InputColumn("home", "boolean", "lived in by its owner", label=ANY),
    ]
