"""Values by OpenAVMKit's boosted trees for sales held out; `valuation_accuracy.py` runs this.

    PYTHON openavmkit_peer.py TRAIN TEST VALUES ENGINE TRIALS

PYTHON is one that has OpenAVMKit, which needs an environment of its own. TRAIN and TEST are
Parquet with `sale_price`, `sale_date` and the characteristics; VALUES is written, in the order of
TEST. ENGINE is `xgboost`, `lightgbm` or `catboost`, tuned by OpenAVMKit itself in TRIALS trials.
What it asks of a table beside that is given as neutral as it can be: one model group, every sale
valid and improved.
"""

import importlib
import sys
import tempfile

import pandas as pd

UNTOLD = {
    "model_group": "all", "valid_sale": True, "vacant_sale": False, "is_vacant": False,
    "valid_for_ratio_study": True, "valid_for_land_ratio_study": False, "he_id": "all",
    "bldg_area_finished_sqft": 1.0, "land_area_sqft": 1.0,
}  # fmt: skip


def values(train: pd.DataFrame, test: pd.DataFrame, engine: str, trials: int) -> pd.Series:
    """Tune and fit on the one table, value the other."""
    modeling = importlib.import_module("openavmkit.modeling")
    sales = pd.concat([train, test], ignore_index=True)
    day = pd.to_datetime(sales["sale_date"])
    seen = [name for name in sales.columns if name not in ("sale_price", "sale_date")]
    texts = [name for name in seen if not pd.api.types.is_numeric_dtype(sales[name])]
    told = sales.assign(
        key=[f"{row:07}" for row in range(len(sales))], sale_date=day, **UNTOLD,
        sale_age_days=(day.max() - day).dt.days.astype("Int64"),
    )  # fmt: skip
    told["key_sale"] = told["key"]
    settings = {
        "locality": {"units": "imperial"},
        "modeling": {"metadata": {"valuation_date": str(day.max().date())},
                     "instructions": {"cv_folds": 1}},
    }  # fmt: skip
    keys = told["key_sale"].tolist()
    data = modeling.DataSplit(
        name=engine, df_sales=told, df_universe=told.drop(columns=["sale_price"]),
        model_group="all", settings=settings, dep_var="sale_price", dep_var_test="sale_price",
        ind_vars=[*seen, "sale_age_days"], categorical_vars=texts, interactions={},
        test_keys=keys[len(train):], train_keys=keys[: len(train)],
    )  # fmt: skip
    run = getattr(modeling, f"run_{engine}")
    with tempfile.TemporaryDirectory() as folder:
        found = run(data, folder, n_trials=trials).df_test
    return found.set_index("key_sale")["prediction"].loc[keys[len(train) :]]


if __name__ == "__main__":
    learnt, held, written, engine_name, tried = sys.argv[1:]
    valued = values(pd.read_parquet(learnt), pd.read_parquet(held), engine_name, int(tried))
    valued.rename("value").to_frame().to_parquet(written, index=False)
