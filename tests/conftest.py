"""Shared fixtures: one real PostgreSQL for the whole run, and databases cloned from templates.

All workers of a run share the bundled server. A migrated template, and a second one on which the
demonstration has run on part of the county, are made once; a test gets a clone of its own.
"""

import fcntl
import gc
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import settings as hypothesis_settings

from kazyna.packs.pack import Pack, load_pack
from kazyna.services import cadastre, drafts, roll_lifecycle, rolls, users
from kazyna.services.context import Actor, Context, Installation, Role
from kazyna.services.demo import run_demo, settings_of_demo
from kazyna.services.demo_steps import PASSWORD
from kazyna.services.settings import Settings
from kazyna.store import migrate, server
from kazyna.store.connection import Database
from services.marking_world import World, make_world
from services.shelf import Shelf, add_signature_key, stock

# Tests never judge by time, since machines are shared; two cores run all of them in 20 minutes.
hypothesis_settings.register_profile("kazyna", deadline=None, max_examples=60)
hypothesis_settings.load_profile("kazyna")

ROOT = Path(__file__).parents[1]
COUNTY = ROOT / "src/kazyna/packs/us_wa/demo/king_county_sales.parquet"
ZIPCODES = (98103, 98117)
"""Two neighbouring parts of Seattle with about 1,150 sales: enough to be valued in seconds."""

OFFICER = Actor("test-officer", "officer")
VALUER = Actor("test-valuer", "valuer")
AUDITOR = Actor("test-auditor", "auditor")
DRAFTER = Actor("test-drafter", "officer")
ADMINISTRATOR = Actor("test-administrator", "administrator")

TOWN_HOUSES = 96
TOWN_VALUED_ON = date(2015, 1, 31)
_area = [900 + 37 * (n * 7 % 50) for n in range(TOWN_HOUSES)]
TOWN = pa.table(
    {
        "property_id": [f"h{n:03d}" for n in range(TOWN_HOUSES)],
        "lon": [-122.3 - n % 12 / 100 for n in range(TOWN_HOUSES)],
        "lat": [47.5 + n // 12 / 100 for n in range(TOWN_HOUSES)],
        "sqft_living": _area,
        "zipcode": [98100 + n % 3 for n in range(TOWN_HOUSES)],
    }
)
SOLD = pa.table(
    {
        "property_id": TOWN["property_id"],
        "sold_on": [date(2014, 1, 1) + timedelta(days=3 * n) for n in range(TOWN_HOUSES)],
        "price": [100_000 + 300 * area + 900 * (n % 11) for n, area in enumerate(_area)],
    }
)
"""A small town, each house sold once, and too few for trees: valued in no time."""

_number = itertools.count()

# Of the libraries and of thousands of collected tests nothing becomes garbage; to look through them
# again and again took a tenth of the run.
gc.set_threshold(20_000, 10, 10)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


def make_staff(
    ctx: Context, name: str, role: Role = "officer", *, password: str = PASSWORD
) -> None:
    """Make the account of somebody of the office, as an administrator does."""
    administrator = replace(ctx, actor=ADMINISTRATOR)
    users.create_user(administrator, name=name, password=password, role=role)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def server_url(shared_folder: Path) -> str:
    """Start the bundled server, or join the one that another worker has started.

    It does not wait for the disk: what survives a fall of the program is tested, and nothing of a
    test survives a fall of the machine. A clone is made ten times faster so.
    """
    url = server.start(shared_folder / "data")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


def url_of(server_url: str, name: str) -> str:
    return server_url.replace("/postgres?", f"/{name}?")


@contextmanager
def once(shared_folder: Path, name: str) -> Iterator[bool]:
    """Enter alone; true for the first worker of the run that comes here."""
    done = shared_folder / f"{name}.done"
    with (shared_folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


def create_database(server_url: str, name: str, *, template: str = "template1") -> str:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return url_of(server_url, name)


@pytest.fixture(scope="session")
def empty_template(server_url: str, shared_folder: Path) -> str:
    """Make the template with all tables and no rows."""
    with once(shared_folder, "empty_template") as first:
        if first:
            with Database(create_database(server_url, "empty_template")) as database:
                migrate.migrate(database)
    return "empty_template"


@pytest.fixture(scope="session")
def demo_template(server_url: str, empty_template: str, shared_folder: Path) -> str:
    """Make the template on which the demonstration has run, with the real services."""
    with once(shared_folder, "demo_template") as first:
        if first:
            url = create_database(server_url, "demo_template", template=empty_template)
            with installed(url, shared_folder / "kept") as installation:
                run_demo(installation, sales_rows=part_of_county())
    return "demo_template"


@pytest.fixture(scope="session")
def town_template(server_url: str, empty_template: str, shared_folder: Path) -> str:
    """Make the template of a small town with the draft of a valuation round, its number 1."""
    with once(shared_folder, "town_template") as first:
        if first:
            url = create_database(server_url, "town_template", template=empty_template)
            with installed(url, shared_folder / "kept") as installation:
                valuer = installation.context(VALUER)
                cadastre.load_cadastre(valuer, properties=TOWN, sales=SOLD)
                drafts.create_round(valuer, valuation_date=TOWN_VALUED_ON, seed=1)
    return "town_template"


@pytest.fixture
def town(clone: Callable[[str], str], town_template: str, tmp_path: Path) -> Iterator[Installation]:
    """Open a small town of one's own with a draft, and with a folder of its own."""
    with installed(clone(town_template), tmp_path) as opened:
        yield opened


def issue_roll(ctx: Context, *, tax: str, year: int) -> rolls.IssuedRoll:
    """Have another officer draft a roll, and issue it."""
    roll_lifecycle.draft_roll(replace(ctx, actor=DRAFTER), tax=tax, year=year)
    return rolls.issue_roll(ctx, tax=tax, year=year)


def part_of_county() -> pa.Table:
    sales = pq.read_table(COUNTY)
    return sales.filter(pc.is_in(sales["zipcode"], value_set=pa.array(ZIPCODES)))


@contextmanager
def installed(url: str, data_folder: Path) -> Iterator[Installation]:
    """Open an installation on a database as the demonstration would."""
    settings = settings_of_demo(
        Settings.read({"KAZYNA_DATABASE_URL": url, "KAZYNA_DATA": str(data_folder)})
    )
    with Database(url) as database:
        yield Installation(database, load_pack("us_wa"), settings)


@contextmanager
def cloning(server_url: str) -> Iterator[Callable[[str], str]]:
    """Clone databases from a template; they are dropped at the end."""
    made: list[str] = []

    def cloned(template: str) -> str:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        made.append(f"test_{worker}_{next(_number)}")
        return create_database(server_url, made[-1], template=template)

    yield cloned
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def clone(server_url: str) -> Iterator[Callable[[str], str]]:
    """Clone databases that last for a test."""
    with cloning(server_url) as cloned:
        yield cloned


@pytest.fixture(scope="module")
def module_clone(server_url: str) -> Iterator[Callable[[str], str]]:
    """Clone databases that the tests of a module share."""
    with cloning(server_url) as cloned:
        yield cloned


@pytest.fixture
def database_url(clone: Callable[[str], str], empty_template: str) -> str:
    """Give the address of a database with all tables and no rows."""
    return clone(empty_template)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open a database with all tables and no rows."""
    with Database(database_url) as opened:
        yield opened


@pytest.fixture
def installation(database_url: str, shared_folder: Path) -> Iterator[Installation]:
    """Open an installation with no rows."""
    with installed(database_url, shared_folder / "kept") as opened:
        yield opened


@pytest.fixture
def demo(
    clone: Callable[[str], str], demo_template: str, shared_folder: Path
) -> Iterator[Installation]:
    """Open an installation of one's own on which the demonstration has run."""
    with installed(clone(demo_template), shared_folder / "kept") as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_demo(server_url: str, demo_template: str, shared_folder: Path) -> Iterator[Installation]:
    """Open the demonstration for tests that only read; each worker has its own."""
    name = f"shared_demo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    url = create_database(server_url, name, template=demo_template)
    with installed(url, shared_folder / "kept") as opened:
        yield opened


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("us_wa")


@pytest.fixture
def officer(demo: Installation) -> Context:
    """Act as an officer on a demonstration of one's own."""
    return demo.context(OFFICER)


@pytest.fixture(scope="module")
def shop_world(
    module_clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """Open an installation of marked goods that the tests of a module share."""
    url = module_clone(empty_template)
    with Database(url) as database:
        world = make_world(url, tmp_path_factory.mktemp("shop"))(database)
        add_signature_key(world)
        yield world


@pytest.fixture
def shelf(shop_world: World, tmp_path: Path) -> Shelf:
    """Put goods of the test's own on the shelf of the shop."""
    return stock(shop_world, tmp_path)
