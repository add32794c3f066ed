from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from kazyna.core.errors import Conflict
from kazyna.store import migrate
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
