"""What goes into PostgreSQL comes out the same."""

from datetime import date
from decimal import Decimal
from typing import LiteralString

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kazyna.core.errors import Unavailable
from kazyna.store.connection import Database
from kazyna.store.copy import json_text

SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("name", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("day", pa.date32()),
        ("yes", pa.bool_()),
        ("level", pa.float64()),
    ]
)
COLUMNS = "number bigint, name text, amount numeric(18, 2), day date, yes boolean, level float8"
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
rows = st.fixed_dictionaries(
    {
        "number": st.none() | st.integers(-(2**63), 2**63 - 1),
        "name": st.none() | text | st.sampled_from(["", "NULL", '"', "a,b\nc", "t", " "]),
        "amount": st.none() | st.decimals(-(10**15), 10**15, places=2),
        "day": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        "yes": st.none() | st.booleans(),
        "level": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    }
)


@given(st.lists(rows, max_size=8))
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_arrow_goes_there_and_back(database: Database, given_: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(given_, SCHEMA).append_column(
        "line", pa.array(range(len(given_)), pa.int64())
    )
    query: LiteralString = "SELECT number, name, amount, day, yes, level FROM given ORDER BY line"
    with (
        database.transaction(role="officer", actor="test") as tx,
        tx.staged("given", COLUMNS + ", line bigint", table),
    ):
        back = tx.table(SCHEMA, query)
    assert back.to_pylist() == table.drop_columns(["line"]).to_pylist()


def test_lists_and_records_become_json_with_every_digit(database: Database) -> None:
    reasons = pa.array([[{"reason": "place", "amount": Decimal("12345678901234.56")}]])
    table = json_text(pa.table({"id": ["a"], "reasons": reasons}))
    with (
        database.transaction(role="officer", actor="test") as tx,
        tx.staged("given", "id text, reasons jsonb", table),
    ):
        back = tx.value("SELECT reasons FROM given")
    assert back == [{"reason": "place", "amount": Decimal("12345678901234.56")}]


def write_and_fail(database: Database) -> None:
    with database.transaction(role="officer", actor="a") as tx:
        tx.execute("INSERT INTO taxpayers VALUES ('T1', 'Somebody', 'en', true)")
        raise RuntimeError("the power went out")


def test_a_transaction_that_fails_leaves_no_trace(database: Database) -> None:
    with pytest.raises(RuntimeError, match="the power went out"):
        write_and_fail(database)
    with database.transaction(role="officer", actor="a") as tx:
        assert tx.value("SELECT count(*) FROM taxpayers") == 0


def test_a_server_that_does_not_answer_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kazyna.store.connection.CONNECT_SECONDS_MAX", 0.5)
    with (
        pytest.raises(Unavailable, match="does not answer"),
        Database("postgresql://127.0.0.1:9/no"),
    ):
        pass
