"""Hold-outs, and the accuracy on real sales."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation import Holdout, assess, backtest, split
from valuation.markets import COLUMNS, KING_COUNTY, invented, king_county, replaced


def least_squares(train: pa.Table, test: pa.Table) -> np.ndarray:
    """Values by ordinary least squares on log price, with a dummy for each postcode."""
    plain = [n for n in train.column_names if n not in {"id", "price", "date", "zipcode"}]
    codes = np.unique(np.array(train["zipcode"]))

    def matrix(table: pa.Table) -> np.ndarray:
        numbers = [np.array(table[name]).astype(float) for name in plain]
        dummies = np.array(table["zipcode"])[:, None] == codes
        return np.column_stack([np.ones(table.num_rows), *numbers, dummies])

    log_price = np.log(np.array(train["price"]))
    return np.asarray(
        np.exp(matrix(test) @ np.linalg.lstsq(matrix(train), log_price, rcond=None)[0])
    )


def test_real_sales_of_the_latest_fifth_are_valued_better_than_by_least_squares() -> None:
    table = king_county(2500, seed=3)
    holdout = Holdout.parse("time:0.2")
    found = backtest(table, columns=KING_COUNTY, holdout=holdout)
    ((train, test),) = split(table, columns=KING_COUNTY, holdout=holdout)
    price = np.array(test["price"])
    peer = assess(pa.table({name: least_squares(train, test) if name == "value" else price
                            for name in ("price", "value", "low", "high")}))  # fmt: skip
    assert found.n_train == train.num_rows
    assert found.n_test == test.num_rows
    assert found.mdape < peer.mdape
    assert found.cod < 0.9 * peer.cod
    assert found.cod < 14
    assert 0.94 < found.median_ratio < 1.06
    assert abs(found.prb) < 0.06
    assert found.r2 > 0.8
    assert 84 < found.coverage_90 < 96


def test_folds_predict_every_sale_once() -> None:
    market = invented(60)
    found = backtest(market, columns=COLUMNS, holdout=Holdout.parse("cv:3"))
    assert sorted(found.predictions["id"].to_pylist()) == sorted(market["pin"].to_pylist())
    assert (found.n_test, found.n_train) == (60, 40)


def test_progress_tells_the_two_steps_of_every_round() -> None:
    told: list[tuple[str, int, int]] = []
    backtest(
        invented(60), columns=COLUMNS, holdout=Holdout.parse("random:0.5"),
        progress=lambda step, done=0, total=0: told.append((step, done, total)),
    )  # fmt: skip
    assert told == [("fit", 0, 1), ("fit", 1, 1), ("value", 0, 1), ("value", 1, 1)]


def test_accuracy_by_hand() -> None:
    # Errors 10 %, 0 %, 20 %; two of three prices lie within low and high.
    found = assess(
        pa.table(
            {"price": [100.0, 200.0, 300.0], "value": [110.0, 200.0, 240.0],
             "low": [90.0, 150.0, 200.0], "high": [120.0, 250.0, 290.0]}
        )
    )  # fmt: skip
    assert found.n_test == 3
    assert found.mdape == pytest.approx(10)
    assert found.mape == pytest.approx(10)
    assert found.coverage_90 == pytest.approx(200 / 3)
    assert found.median_ratio == 1
    assert found.r2 == pytest.approx(1 - 3700 / 20_000)


@given(st.sampled_from(["time:0.2", "random:0.3", "cv:4"]), st.integers(0, 50), st.integers(20, 80))
@settings(max_examples=25, deadline=None)
def test_both_sides_of_a_split_are_disjoint_and_whole(text: str, seed: int, size: int) -> None:
    market = invented(size, seed)
    market = replaced(market, "pin", [f"P{row % (size - 5)}" for row in range(size)])
    market = replaced(market, "row", list(range(size)))
    for train, test in split(market, columns=COLUMNS, holdout=Holdout.parse(text), seed=seed):
        rows = train["row"].to_pylist() + test["row"].to_pylist()
        assert sorted(rows) == list(range(size))
        if text.startswith("time"):
            assert max(train["sold_on"].to_pylist()) < min(test["sold_on"].to_pylist())
        else:
            assert not set(train["pin"].to_pylist()) & set(test["pin"].to_pylist())


@pytest.mark.parametrize(
    "text", ["time", "time:0", "random:1", "random:x", "cv:1", "cv:2.5", "k:3"]
)
def test_a_holdout_that_cannot_be_read_says_what_can(text: str) -> None:
    with pytest.raises(InputError, match="latest fifth"):
        Holdout.parse(text)


def test_a_split_that_leaves_nothing_to_learn_from_is_refused() -> None:
    market = invented(30)
    with pytest.raises(InputError, match="one side is empty"):
        split(
            replaced(market, "sold_on", [market["sold_on"][0].as_py()] * 30),
            columns=COLUMNS,
            holdout=Holdout.parse("time:0.2"),
        )


def test_an_empty_table_of_predictions_is_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        assess(pa.table({"price": pa.array([], pa.float64())}))
