"""What holds of every tax of a country, whatever the object: found by random objects."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.packs.invented.cadastre import batches, counts
from kazyna.packs.pack import load_pack
from kazyna.tax import compute

PACKS = {name: load_pack(name) for name in ("kg", "ru")}
ON = {"kg": date(2026, 1, 1), "ru": date(2025, 1, 1)}
OBJECTS = [
    (name, tax, row)
    for name, pack in PACKS.items()
    for tax in counts(pack, 1)
    for row in next(batches(pack, tax, 40, seed=7, year=2026)).to_pylist()
]
SIZES = ("area_m2", "plot_area_m2", "engine_cm3", "book_value", "value")
DRAWN = st.sampled_from(OBJECTS)


def amount(name: str, tax: str, row: dict[str, Any]) -> Decimal:
    return compute(PACKS[name].taxes[tax].rules, row, ON[name]).amount


@given(drawn=DRAWN, more=st.integers(1, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_larger_object_never_owes_less(drawn: tuple[str, str, dict[str, Any]], more: int) -> None:
    name, tax, row = drawn
    sizes = [size for size in SIZES if size in row]
    if name == "ru":
        sizes = ["value"]  # a larger area there lowers the value of the square metres deducted
        row = row | {"previous_tax": Decimal(0)}
    before = amount(name, tax, row)
    for size in sizes:
        larger = row | {size: row[size] + more}
        # What has no engine or no plot gets none.
        if size not in ("engine_cm3", "plot_area_m2") or row[size] > 0:
            assert amount(name, tax, larger) >= before >= 0


@given(drawn=DRAWN, months=st.integers(0, 11))
@settings(max_examples=40, deadline=None)
def test_a_month_more_never_owes_less(drawn: tuple[str, str, dict[str, Any]], months: int) -> None:
    name, tax, row = drawn
    if "months" in row:
        parts = [amount(name, tax, row | {"months": count}) for count in (months, months + 1)]
        assert parts[0] <= parts[1]
        assert amount(name, tax, row | {"months": 0}) == 0


@given(
    drawn=DRAWN.filter(lambda drawn: drawn[0] == "kg"),
    category=st.sampled_from(PACKS["kg"].columns["relief_category"].allowed or ()),
    rank=st.integers(1, 9999),
)
@settings(max_examples=80, deadline=None)
def test_a_relief_never_raises_a_tax(
    drawn: tuple[str, str, dict[str, Any]], category: str, rank: int
) -> None:
    name, tax, row = drawn
    plain = amount(name, tax, row | {"relief_category": "none", "relief_rank": 1})
    relieved = amount(name, tax, row | {"relief_category": category, "relief_rank": rank})
    first = amount(name, tax, row | {"relief_category": category, "relief_rank": 1})
    assert 0 <= first <= relieved <= plain


@given(
    drawn=DRAWN.filter(lambda drawn: drawn[0] == "ru"),
    previous=st.decimals(min_value="0.01", max_value=10**7, places=2),
)
@settings(max_examples=40, deadline=None)
def test_growth_is_capped_to_the_rouble(
    drawn: tuple[str, str, dict[str, Any]], previous: Decimal
) -> None:
    name, tax, row = drawn
    whole_year = row | {"previous_tax": previous, "months": 12}
    if row.get("object_kind") != "office_or_retail":
        assert amount(name, tax, whole_year) <= previous * Decimal("1.1") + Decimal("0.5")
