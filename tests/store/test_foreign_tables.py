"""Tables read from another database."""

from datetime import date

import psycopg
import pytest

from kazyna.core.errors import InputError, Unavailable
from kazyna.store.files import name_of, read_table
from kazyna.store.foreign_tables import without_password


def address_of(database_url: str, table: str) -> str:
    return f"{database_url}&table={table}"


def test_a_table_arrives_with_its_types(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE SCHEMA market")
        connection.execute(
            'CREATE TABLE market.sales (id text, price numeric(12,2), "Дата" date, rooms smallint,'
            " lift boolean, note varchar(20), tags text[])"
        )
        connection.execute(
            "INSERT INTO market.sales VALUES"
            " ('0012', 48500.5, '2025-06-01', 3, true, 'a, \"b\"', '{x,y}'),"
            " ('7', null, null, null, null, '', null)"
        )
    found = read_table(address_of(database_url, "market.sales"))
    assert found.to_pylist() == [
        {"id": "0012", "price": 48500.5, "Дата": date(2025, 6, 1), "rooms": 3, "lift": True,
         "note": 'a, "b"', "tags": "{x,y}"},
        {"id": "7", "price": None, "Дата": None, "rooms": None, "lift": None, "note": "",
         "tags": None},
    ]  # fmt: skip


def test_what_is_not_there_is_said(database_url: str) -> None:
    with pytest.raises(InputError, match=r'relation "none\.such" does not exist'):
        read_table(address_of(database_url, "none.such"))
    with pytest.raises(InputError, match="the address names no table"):
        read_table(database_url)


def test_a_name_is_never_run_as_sql(database_url: str) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_table(address_of(database_url, "x%3B%20DROP%20SCHEMA%20public"))


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    address = "postgresql://reader:secret@127.0.0.1:1/db?table=a.b"
    with pytest.raises(Unavailable) as refused:
        read_table(address)
    assert "secret" not in str(refused.value)
    assert name_of(address) == "postgresql://reader@127.0.0.1:1/db?table=a.b"
    assert "secret" not in without_password("postgresql:///db?password=secret&table=a")
    assert name_of("folder/f.csv") == "folder/f.csv"
