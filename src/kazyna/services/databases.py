"""The database itself: start, stop, look, and bring up to date."""

from dataclasses import dataclass

from kazyna.services.settings import Settings
from kazyna.store import migrate as migrations
from kazyna.store import server
from kazyna.store.connection import Database


@dataclass(frozen=True)
class DatabaseStatus:
    """Where the database is, whether it runs, and which migrations it has."""

    bundled: bool
    """True for the server in the data folder, false for one that KAZYNA_DATABASE_URL names."""
    running: bool
    place: str
    applied: tuple[str, ...]
    pending: tuple[str, ...]


def start(settings: Settings) -> DatabaseStatus:
    """Start the bundled server and leave it running; another server is none of ours to start."""
    if not settings.database_url:
        server.start(settings.data_folder, keep=True)
    return status(settings)


def stop(settings: Settings) -> DatabaseStatus:
    """Stop the bundled server, whoever uses it."""
    if not settings.database_url:
        server.stop(settings.data_folder)
    return status(settings)


def status(settings: Settings) -> DatabaseStatus:
    """Look at the database without changing it."""
    known = tuple(migration.name for migration in migrations.migrations())
    url = settings.database_url
    place = "KAZYNA_DATABASE_URL"
    if not url:
        found = server.status(settings.data_folder)
        url, place = found.url or "", found.folder
    applied: tuple[str, ...] = ()
    if url:
        with Database(url) as database:
            applied = migrations.applied(database)
    return DatabaseStatus(
        bundled=not settings.database_url,
        running=bool(url),
        place=place,
        applied=applied,
        pending=tuple(name for name in known if name not in applied),
    )


def migrate(settings: Settings) -> DatabaseStatus:
    """Apply the migrations that are missing."""
    url = settings.database_url or server.start(settings.data_folder)
    with Database(url) as database:
        migrations.migrate(database)
    return status(settings)
