from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from kazyna.core.errors import Conflict
from kazyna.store import migrate, rounds
from kazyna.store.connection import Database


@pytest.fixture
def blank(clone, server_url: str) -> str:  # type: ignore[no-untyped-def]
    url: str = clone("template1")
    return url


def test_two_programs_that_start_together_migrate_once(blank: str) -> None:
    names = tuple(migration.name for migration in migrate.migrations())
    with Database(blank) as database, ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: migrate.migrate(database), range(2)))
        assert sorted(done[0] + done[1]) == sorted(names)
        assert migrate.migrate(database) == ()
        assert migrate.applied(database) == names


def test_a_database_of_nobody_has_no_migrations(blank: str) -> None:
    with Database(blank) as database:
        assert migrate.applied(database) == ()


def test_an_edited_migration_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = migrate.migrations()
    edited = (replace(first, statements=first.statements + "-- later thoughts"), *rest)
    monkeypatch.setattr(migrate, "migrations", lambda: edited)
    with pytest.raises(Conflict, match="0001_registers was changed"):
        migrate.migrate(database)


def test_a_migration_whose_check_fails_leaves_no_trace(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = migrate.Migration("9999_wrong", "CREATE TABLE wrong ()", "SELECT 1 / 0")
    monkeypatch.setattr(migrate, "migrations", lambda: (failing,))
    with pytest.raises(Exception, match="division by zero"):
        migrate.migrate(database)
    with database.administration() as tx:
        assert tx.value("SELECT to_regclass('wrong')") is None


def test_a_round_from_before_states_stays_published_and_has_an_event(
    blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrate.migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: every[:5])
    with Database(blank) as database:
        migrate.migrate(database)
        with database.transaction(role="valuer", actor="ann") as tx:
            tx.execute(
                "INSERT INTO rounds (valuation_date, status, pack, pack_hash, data_hash,"
                " code_version, seed, properties, total_value, report)"
                " VALUES ('2015-05-31', 'published', 'p', '', '', '', 0, 1, 100, '{}')"
            )
            tx.execute(
                "INSERT INTO values (round_id, property_id, value, low, high, base, reasons,"
                " comparables) VALUES (1, 'a', 100, 90, 110, 100, '[]', '[]')"
            )
        monkeypatch.setattr(migrate, "migrations", lambda: every)
        migrate.migrate(database)
        with database.transaction(role="public", actor="anyone") as tx:
            latest = rounds.latest_published(tx)
            assert latest is not None
            assert (latest.status, latest.total_value) == ("published", Decimal(100))
            (event,) = rounds.events_of(tx, latest.round_id)
            value = rounds.value_of(tx, round_id=latest.round_id, property_id="a")
    assert (event.from_status, event.to_status, event.actor) == (None, "published", "ann")
    assert value is not None
    assert value.value == value.model_value == 100
