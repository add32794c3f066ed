"""The database's own check of rights: these transactions ask for everything."""

import pytest

from kazyna.core.errors import Forbidden
from kazyna.services.context import Installation
from kazyna.store.connection import DatabaseRole

OWNED = ("taxpayers", "holdings", "bills", "accounts")
EVERY_ROLE: tuple[DatabaseRole, ...] = (
    "public", "taxpayer", "officer", "valuer", "participant", "auditor", "gate",
)  # fmt: skip


@pytest.fixture(scope="module")
def somebody(shared_demo: Installation) -> str:
    with shared_demo.database.transaction(role="officer", actor="t") as tx:
        number: str = tx.value("SELECT taxpayer_id FROM bills ORDER BY amount DESC LIMIT 1")
    return number


@pytest.mark.parametrize("table", OWNED)
def test_a_taxpayer_sees_own_rows_and_no_others(
    shared_demo: Installation, somebody: str, table: str
) -> None:
    query = f"SELECT count(*) FILTER (WHERE taxpayer_id = '{somebody}'), count(*) FROM {table}"
    with shared_demo.database.transaction(role="taxpayer", actor="t", taxpayer=somebody) as tx:
        row = tx.connection.execute(query.encode()).fetchone()
    assert row is not None
    own, seen = row
    assert 0 < own == seen


def test_a_taxpayer_sees_the_postings_and_entries_of_own_accounts(
    shared_demo: Installation, somebody: str
) -> None:
    with shared_demo.database.transaction(role="taxpayer", actor="t", taxpayer=somebody) as tx:
        postings = tx.value("SELECT count(*) FROM postings")
        strange = tx.value(
            "SELECT count(*) FROM items WHERE account NOT LIKE %(own)s",
            {"own": f"%:{somebody}"},
        )
        entries = tx.value("SELECT count(*) FROM entries")
    assert postings == entries > 0
    assert strange == 0


@pytest.mark.parametrize("table", [*OWNED, "entries", "items", "postings"])
@pytest.mark.parametrize("role", ["public", "valuer", "participant", "gate"])
def test_who_has_no_business_with_owners_reads_nothing(
    shared_demo: Installation, role: DatabaseRole, table: str
) -> None:
    with pytest.raises(Forbidden), shared_demo.database.transaction(role=role, actor="t") as tx:
        tx.connection.execute(f"SELECT * FROM {table}".encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE postings SET amount = 1",
        "DELETE FROM postings",
        "UPDATE entries SET description = ''",
        "UPDATE items SET balance = 0",
        "INSERT INTO postings VALUES (1, 9, 1, 2, 5)",
        "DELETE FROM entries",
        "TRUNCATE entries CASCADE",
        "UPDATE bills SET amount = 0",
        "UPDATE values SET value = 1",
    ],
)
@pytest.mark.parametrize("role", EVERY_ROLE)
def test_nobody_changes_what_was_posted_or_published(
    shared_demo: Installation, role: DatabaseRole, statement: str
) -> None:
    with pytest.raises(Forbidden), shared_demo.database.transaction(role=role, actor="t") as tx:
        tx.connection.execute(statement.encode())


def test_not_even_the_owner_of_the_tables_changes_the_journal(demo: Installation) -> None:
    with pytest.raises(Forbidden), demo.database.administration() as tx:
        tx.execute("DELETE FROM postings")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO taxpayers VALUES ('x', 'x', 'en', true)",
        "INSERT INTO accounts VALUES ('treasury2', 'treasury', NULL, NULL, 'USD')",
        "INSERT INTO sales VALUES ('x', '2015-01-01', 1)",
        "INSERT INTO users VALUES ('x', 'x', 'officer', NULL)",
    ],
)
def test_an_auditor_writes_nothing(shared_demo: Installation, statement: str) -> None:
    with (
        pytest.raises(Forbidden),
        shared_demo.database.transaction(role="auditor", actor="t") as tx,
    ):
        tx.connection.execute(statement.encode())


@pytest.mark.parametrize("role", [role for role in EVERY_ROLE if role != "gate"])
def test_only_the_gate_reads_password_hashes(shared_demo: Installation, role: DatabaseRole) -> None:
    with pytest.raises(Forbidden), shared_demo.database.transaction(role=role, actor="t") as tx:
        tx.execute("SELECT password_hash FROM users")
