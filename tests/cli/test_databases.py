from pathlib import Path

import pytest

from cli.conftest import Kazyna
from kazyna.services.context import Installation


def test_the_bundled_server_is_started_migrated_and_stopped(
    kazyna: Kazyna, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAZYNA_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("KAZYNA_DATABASE_URL", raising=False)
    assert kazyna("db", "status", "--json").result["running"] is False
    started = kazyna("db", "start", "--json").result
    assert (started["running"], started["applied"]) == (True, [])
    try:
        migrated = kazyna("db", "migrate", "--json").result
        assert migrated["applied"] == started["pending"]
        assert kazyna("db", "migrate", "--json").result == migrated
        assert "0001_registers" in kazyna("db", "status").out
    finally:
        stopped = kazyna("db", "stop", "--json").result
    assert stopped["running"] is False


def test_a_server_of_ones_own_is_left_alone(kazyna: Kazyna, on_demo: Installation) -> None:
    for command in ("start", "status", "stop"):
        found = kazyna("db", command, "--json").result
        assert (found["bundled"], found["running"]) == (False, True)


def test_a_server_that_does_not_answer_is_said(
    kazyna: Kazyna, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAZYNA_DATABASE_URL", "postgresql://127.0.0.1:1/kazyna?connect_timeout=1")
    monkeypatch.setattr("kazyna.store.connection.CONNECT_SECONDS_MAX", 0.5)
    done = kazyna("account", "revenue")
    assert (done.code, done.out) == (1, "")
    assert done.err.strip() == "The PostgreSQL server does not answer."
