"""Reforms: overlays on the law, winners and losers, revenue-neutral rates."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.core.text import Text
from kazyna.packs.cases import read_cases
from kazyna.packs.pack import load_pack
from kazyna.tax import Rounding, RuleSet, round_to, rule
from kazyna.tax.reform import NewRow, NewValue, Reform, neutral_rate, reformed, simulate

T = Text("t", "t", "t")
ON = date(2021, 1, 1)
CENT = Rounding(Decimal("0.01"))


@rule(unit="USD", law="act art. 1", title=T)
def tax(value: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    """The rate on the value."""
    return round_to(value * rate, rounding)


@pytest.fixture
def law(build: Callable[..., RuleSet]) -> RuleSet:
    # The county of Haywood, North Carolina, taxed 0.514 per 100 dollars before its reappraisal.
    return build(tax, parameters={"rate": Decimal("0.00514"), "rounding": CENT})


def objects(*values: object) -> pa.Table:
    amounts = pa.array([Decimal(str(value)) for value in values], pa.decimal128(18, 2))
    return pa.table({"id": [str(n) for n in range(len(values))], "value": amounts})


def rate(value: str) -> Reform:
    return Reform("reform", {"rate": NewValue(ON, Decimal(value))}, {})


@pytest.mark.parametrize(
    ("value", "before", "after"),
    # Samples of revenue-neutral tax rates, Haywood County NC, 2011: 0.5413 per 100 dollars.
    [(90000, "462.60", "487.17"), (95000, "488.30", "514.24"), (100000, "514.00", "541.30"),
     (105000, "539.70", "568.37"), (110000, "565.40", "595.43")],
)  # fmt: skip
def test_the_samples_of_haywood_county(value: int, before: str, after: str, law: RuleSet) -> None:
    found = simulate(law, rate("0.005413"), objects(value), on=ON, id_column="id").whole
    assert (found.base, found.reformed) == (Decimal(before), Decimal(after))
    assert (found.winners, found.losers, found.unchanged) == (0, 1, 0)
    assert found.effective_reformed == Decimal("0.5413")


def test_groups_and_tenths_add_up(law: RuleSet) -> None:
    table = objects(*range(1000, 101000, 1000)).append_column(
        "place", pa.array(["north", "south"] * 50)
    )
    found = simulate(law, rate("0.005"), table, on=ON, id_column="id", by=["place"])
    for by in ("tenth by value", "place"):
        own = [group for group in found.groups if group.by == by]
        assert sum(group.objects for group in own) == 100
        assert sum(group.reformed for group in own) == found.whole.reformed
        assert sum(group.change for group in own) == found.whole.change < 0
    assert [g.objects for g in found.groups if g.by == "tenth by value"] == [10] * 10
    assert found.whole.winners == 100
    assert found.changes[4][1] < 0


@given(
    values=st.lists(st.integers(0, 10**9), min_size=1, max_size=12),
    change=st.integers(-500, 500),
)
@settings(max_examples=25, deadline=None)
def test_winners_losers_and_unchanged_are_all(values: list[int], change: int) -> None:
    pack = load_pack("us_phl").taxes["real_estate"].rules
    amounts = pa.array([Decimal(value) for value in values], pa.decimal128(18, 2))
    table = pa.table({"id": range(len(values)), "value": amounts,
                      "homestead": [value % 2 == 0 for value in values]})  # fmt: skip
    new = Decimal("0.006317") + Decimal(change) / 10**6
    day = date(2026, 1, 1)
    reform = Reform("r", {"city_rate": NewValue(day, new)}, {})
    found = simulate(pack, reform, table, on=day, id_column="id").whole
    assert found.winners + found.losers + found.unchanged == found.objects == len(values)
    assert (found.reformed > found.base) <= (change > 0)


def test_the_neutral_rate_is_found_to_the_quantum(law: RuleSet) -> None:
    # 514.00 was raised from 100,000; after the values fell to 95,000 the neutral rate is
    # 514 / 95,000 = 0.00541052…
    table = objects(95000)
    found = neutral_rate(law, table, parameter="rate", target=Decimal("514.00"),
                         quantum=Decimal("0.000001"), on=ON, id_column="id")  # fmt: skip
    # 513.95 and 514.05 are as near: the lower rate is taken.
    assert (found.value, found.total) == (Decimal("0.005410"), Decimal("513.95"))
    assert found.next_total == Decimal("514.05")
    assert abs(found.gap) <= abs(found.next_total - found.total)


@given(
    values=st.lists(st.integers(1, 10**8), min_size=1, max_size=10),
    share=st.integers(1, 400),
)
@settings(max_examples=8, deadline=None)
def test_no_other_multiple_of_the_quantum_comes_nearer(values: list[int], share: int) -> None:
    pack = load_pack("us_wa").taxes["property_tax"].rules
    day, quantum = date(2016, 1, 1), Decimal("0.0001")
    amounts = pa.array([Decimal(value) for value in values], pa.decimal128(18, 2))
    table = pa.table({"id": range(len(values)), "value": amounts})
    target = Decimal(sum(values)) * share / 10**4
    found = neutral_rate(pack, table, parameter="ceiling_rate", target=target, quantum=quantum,
                         on=day, id_column="id")  # fmt: skip
    for other in (found.value - quantum, found.value + quantum):
        if other >= 0:
            reform = Reform("r", {"ceiling_rate": NewValue(day, other)}, {})
            total = simulate(pack, reform, table, on=day, id_column="id").whole.reformed
            assert abs(total - target) >= abs(found.gap)


def test_a_row_of_a_table_is_replaced_from_its_day() -> None:
    pack = load_pack("kg")
    rules = pack.taxes["residential_property"].rules
    example = NewRow(date(2025, 1, 1), Decimal(70), ("bishkek",))
    # T1 of the Kyrgyz vectors: a house of 200 m², 150 free, at the example rate of 70.
    flat = read_cases(pack.folder, "residential_property")[0].inputs
    case = {**flat, "dwelling": "house", "area_m2": Decimal(200)}
    table = pa.table({"id": [1]} | {name: [value] for name, value in case.items()})
    reform = Reform("r", {}, {"residential_rate": (example,)})
    found = simulate(rules, reform, table, on=date(2025, 2, 1), id_column="id")
    assert (found.whole.base, found.whole.reformed) == (Decimal(3750), Decimal(3500))
    none = Reform("r", {}, {"relief": (NewRow(date(2025, 1, 1), Decimal(1)),)})
    freed = simulate(rules, none, table, on=date(2025, 2, 1), id_column="id")
    assert freed.whole.reformed == 0


@pytest.mark.parametrize(
    ("reform", "said"),
    [
        (Reform("r", {"rates": NewValue(ON, Decimal(1))}, {}), "no parameter 'rates'"),
        (Reform("r", {"rate": NewValue(ON, CENT)}, {}), "of another kind"),
        (Reform("r", {}, {"nothing": (NewRow(ON, Decimal(1)),)}), "no parameter 'nothing'"),
    ],
)
def test_a_reform_of_what_is_not_there_is_refused(reform: Reform, said: str, law: RuleSet) -> None:
    with pytest.raises(InputError, match=said):
        reformed(law, reform)


def test_a_target_out_of_reach_is_refused(law: RuleSet) -> None:
    with pytest.raises(InputError, match="no value of rate brings the roll to"):
        neutral_rate(law, objects(1), parameter="rate", target=Decimal(10**6),
                     quantum=Decimal("0.0001"), on=ON, id_column="id")  # fmt: skip
    with pytest.raises(InputError, match="'rounding' is no number"):
        neutral_rate(law, objects(1), parameter="rounding", target=Decimal(1),
                     quantum=Decimal("0.01"), on=ON, id_column="id")  # fmt: skip
