"""Commands run in this process, as `main` runs them, with what they printed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest

from conftest import part_of_county
from debtors import office_of
from kazyna.cli.app import run
from kazyna.services.context import Context, Installation
from services.marking_world import PASSWORD, World


class Outcome(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def failure(self) -> dict[str, Any]:
        """The one JSON object on stderr, behind the lines of progress."""
        found: dict[str, Any] = json.loads(self.err[self.err.index("{") :])
        return found


Kazyna = Callable[..., Outcome]


@pytest.fixture
def kazyna(capsys: pytest.CaptureFixture[str]) -> Kazyna:
    def called(*arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return called


@pytest.fixture
def on_demo(demo: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Let the commands work on a demonstration of one's own."""
    monkeypatch.setenv("KAZYNA_DATABASE_URL", demo.settings.database_url)
    monkeypatch.setenv("KAZYNA_TODAY", demo.settings.today)
    return demo


@pytest.fixture
def on_office(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Let the commands work on a small office with one debtor."""
    ctx = office_of(installation, {"T1": "5000.00"})
    monkeypatch.setenv("KAZYNA_DATABASE_URL", installation.settings.database_url)
    monkeypatch.setenv("KAZYNA_TODAY", ctx.today.isoformat())
    return ctx


@pytest.fixture
def on_world(shop_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Let the commands work on the world of marked goods that the module's tests share."""
    settings = shop_world.installation.settings
    assert settings.keys is not None
    for name, value in {
        "KAZYNA_DATABASE_URL": settings.database_url,
        "KAZYNA_PACK": "kg",
        "KAZYNA_TODAY": settings.today,
        "KAZYNA_KEYS": str(settings.keys.path),
        "KAZYNA_KEYS_PASSWORD": PASSWORD,
    }.items():
        monkeypatch.setenv(name, value)
    return shop_world


@pytest.fixture(scope="session")
def county() -> pa.Table:
    """Return 150 sales of the county: enough to fit a model on, quickly."""
    return part_of_county().slice(0, 150)


@pytest.fixture
def sales(county: pa.Table, tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    arrow_csv.write_csv(county, path)
    return path


@pytest.fixture
def kyrgyz_office(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Let the commands work on a small office whose law knows fines."""
    ctx = office_of(installation, {"T1": "5000.00"}, pack="kg", tax="land")
    monkeypatch.setenv("KAZYNA_DATABASE_URL", installation.settings.database_url)
    monkeypatch.setenv("KAZYNA_TODAY", ctx.today.isoformat())
    monkeypatch.setenv("KAZYNA_PACK", "kg")
    return ctx
