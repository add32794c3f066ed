"""What bills say of the law is kept as plain data that every later version reads."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kazyna.packs.invented.cadastre import batches, counts
from kazyna.services import laws
from kazyna.tax import applied_rows, explain, run_roll
from services.kyrgyz_office import kyrgyz_pack

RECORD = Path(__file__).parent / "data" / "stated_law_1.json"
"""As version 0.1.0 wrote it, with some rows of its tables. It is never written again: a change of
the program that does not read it any more loses every bill that was issued by it."""
INPUTS = {
    "engine_cm3": "2000", "vehicle_class": "passenger_cars_vans_pickups", "vehicle_age_years": 7,
    "book_value": "0", "relief_category": "none", "relief_rank": 1, "council": "other",
}  # fmt: skip
STEPS = {
    "rate_of_engine": "0.75", "tax_of_year": "1500", "freed_share": "0", "vehicle_tax": "1500",
}  # fmt: skip


def test_a_record_of_years_ago_is_read_and_says_the_same() -> None:
    kept = laws.read_record(RECORD.read_text())
    assert (kept.format, kept.program, kept.tax_title.ru) == (1, "0.1.0", "Налог на транспорт")
    assert [column.label.en for column in kept.columns.values()][:2] == [
        "Council", "Vehicle",
    ]  # fmt: skip
    answers = {"rate_of_engine": [("vehicle_rate", 1)]}
    steps = laws.LawOfBill(kept, answers).steps(INPUTS, STEPS, "ru")
    by_rule = {step.rule: step for step in steps}
    rate, total = by_rule["rate_of_engine"], by_rule["vehicle_tax"]
    assert (rate.title.en, str(rate.value), rate.unit) == ("Rate", "0.75", "KGS/cm3")
    assert rate.law == "Налоговый кодекс Кыргызской Республики, art. 379"
    (row,) = rate.parameters
    assert (row.keys, str(row.value), row.since) == (
        ("passenger_cars_vans_pickups", "5"), "0.75", date(2022, 1, 1),
    )  # fmt: skip
    assert str(total.value) == "1500"
    assert [name for name, _ in total.inputs] == ["tax_of_year", "freed_share"]
    assert total.doubt
    assert total.doubt.startswith("Правило округления не найдено")


@pytest.mark.parametrize("tax", sorted(counts(kyrgyz_pack(), 1)))
def test_a_bill_from_its_record_says_what_computing_it_says(tax: str) -> None:
    pack, on = kyrgyz_pack(), date(2026, 1, 1)
    rules = pack.taxes[tax].rules
    cases = pa.table(next(batches(pack, tax, 30, seed=3, year=2026)))
    cases = cases.drop_columns([n for n in ("id", "object_id") if n in cases.column_names])
    cases = cases.append_column("case", pa.array(range(cases.num_rows), pa.int64()))
    roll = run_roll(rules, cases, on=on, id_column="case")
    rows = applied_rows(rules, cases, on=on, id_column="case")
    kept = laws.kept_law(pack, tax, on)
    names = [item.name for item in rules.on(on).rules]
    for case, answered in zip(roll.to_pylist(), rows.to_pylist(), strict=True):
        assert case["case"] == answered.pop("case")
        law = laws.LawOfBill(kept, laws.answers_of(kept, answered))
        steps = law.steps(case, {name: case[name] for name in names}, "ky")
        assert steps == explain(rules, case, on, "ky").steps
