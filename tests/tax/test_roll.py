from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kazyna.core.errors import InputError, Refused
from kazyna.core.text import Text
from kazyna.tax import (
    Rounding,
    RuleSet,
    control_totals,
    roll_total,
    round_to,
    rule,
    run_roll,
    verify_sample,
)

Build = Callable[..., RuleSet]
ANY = Text("any", "любой", "ар кандай")
START = date(2020, 1, 1)

OBJECTS = pa.table(
    {
        "pin": ["a", "b", "c"],
        "value": [Decimal("100.50"), Decimal("0.00"), Decimal("9999999999999.99")],
        "street": ["x", "y", "z"],
    }
)


@rule(unit="USD", law="act art. 1", title=ANY)
def tax(value: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    return round_to(value * rate, rounding)


@pytest.fixture
def law(build: Build) -> RuleSet:
    return build(tax, parameters={"rate": Decimal("0.01"), "rounding": Rounding(Decimal("0.01"))})


def test_a_roll_has_the_inputs_every_step_and_the_amount_of_each_row(law: RuleSet) -> None:
    roll = run_roll(law, OBJECTS, on=START, id_column="pin")
    assert roll.column_names == ["pin", "value", "tax", "amount"]
    assert roll["pin"].to_pylist() == ["a", "b", "c"]
    # 100.50 × 0.01 = 1.005 → 1.01
    assert roll["amount"].to_pylist() == [Decimal("1.01"), 0, Decimal("100000000000.00")]
    assert pa.types.is_decimal128(roll["amount"].type)


def test_control_totals_add_up(law: RuleSet) -> None:
    roll = run_roll(law, OBJECTS, on=START, id_column="pin")
    assert roll_total(roll) == Decimal("100000000001.01")
    totals = control_totals(law, roll)
    assert (totals.bills, totals.amount) == (3, Decimal("100000000001.01"))
    assert totals.steps == (("tax", Decimal("100000000001.01")),)


def test_the_total_of_a_big_roll_does_not_overflow(law: RuleSet) -> None:
    huge = pa.table({"amount": pa.array([Decimal("9" * 18)] * 1000, pa.decimal128(18, 0))})
    assert roll_total(huge) == Decimal("9" * 18) * 1000
    assert roll_total(huge.slice(0, 0)) == 0


def test_a_table_may_be_pandas_or_a_parquet_file(law: RuleSet, tmp_path: Path) -> None:
    path = tmp_path / "objects.parquet"
    pq.write_table(OBJECTS, path)
    expected = run_roll(law, OBJECTS, on=START, id_column="pin")
    assert run_roll(law, path, on=START, id_column="pin").equals(expected)
    renamed = tmp_path / "renamed.parquet"
    pq.write_table(OBJECTS.rename_columns(['the "pin"', "value", "street"]), renamed)
    roll = run_roll(law, renamed, on=START, id_column='the "pin"')
    assert roll["amount"].equals(expected["amount"])
    frame = pd.DataFrame({"pin": [1, 2], "value": [100.5, 7.0]})
    roll = run_roll(law, frame, on=START, id_column="pin")
    assert roll["amount"].to_pylist() == [Decimal("1.01"), Decimal("0.07")]


def test_a_file_that_is_no_parquet_is_named(law: RuleSet, tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(InputError, match=r"^broken\.parquet: .*expected a Parquet file"):
        run_roll(law, path, on=START, id_column="pin")


def test_bad_rows_are_all_named_before_anything_is_computed(law: RuleSet) -> None:
    values = [Decimal("1.001"), Decimal("2.00"), Decimal("3.00")]
    with pytest.raises(InputError, match=r"row 1, column value: 1\.001000 is finer"):
        run_roll(law, pa.table({"pin": [1, 2, 3], "value": values}), on=START, id_column="pin")
    bad = pa.table({"pin": [1, 1, None], "value": [Decimal("1e15"), None, Decimal(1)]})
    with pytest.raises(InputError) as caught:
        run_roll(law, bad, on=START, id_column="pin")
    found = [(finding.row, finding.column) for finding in caught.value.findings]
    assert found == [(3, "pin"), (2, "pin"), (2, "value"), (1, "value")]


def test_many_bad_rows_are_counted(law: RuleSet) -> None:
    values = pa.array([Decimal("0.001")] * 9)
    with pytest.raises(InputError, match="and 4 more rows like these; expected at most 2 decimal"):
        run_roll(law, pa.table({"pin": range(9), "value": values}), on=START, id_column="pin")


def test_a_missing_column_names_what_it_means(law: RuleSet) -> None:
    with pytest.raises(InputError, match=r"column value: the column is missing.*market value"):
        run_roll(law, pa.table({"pin": [1]}), on=START, id_column="pin")


def test_the_identifier_may_not_take_the_name_of_a_step(law: RuleSet) -> None:
    table = OBJECTS.rename_columns(["tax", "value", "street"])
    with pytest.raises(InputError, match="column tax: the name is taken"):
        run_roll(law, table, on=START, id_column="tax")


def test_a_sample_is_computed_again_by_the_other_path(law: RuleSet) -> None:
    roll = run_roll(law, OBJECTS, on=START, id_column="pin")
    assert verify_sample(law, roll, on=START, size=2, seed=1) == 2
    assert verify_sample(law, roll, on=START, size=100, seed=1) == 3


def test_a_roll_that_was_tampered_with_is_refused(law: RuleSet) -> None:
    roll = run_roll(law, OBJECTS, on=START, id_column="pin")
    wrong = pa.array([Decimal("1.02"), Decimal(0), Decimal(1)], roll["tax"].type)
    with pytest.raises(Refused, match=r"for pin a the query gives tax as 1\.02, exact .* as 1\.01"):
        verify_sample(law, roll.set_column(2, "tax", wrong), on=START, size=3, seed=1)
