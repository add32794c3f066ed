"""Who asks, when, by which law and in which transaction."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from kazyna.core.errors import Finding, Forbidden, InputError, SignInRequired
from kazyna.core.text import Language
from kazyna.marking.epcis.limits import DEFAULT_LIMITS, Limits
from kazyna.packs.pack import Pack, load_pack
from kazyna.services.scan_log import close_log
from kazyna.services.settings import KeyPlace, Settings
from kazyna.store import migrate, server
from kazyna.store.connection import Acting, Database, Transaction
from kazyna.store.shards import Shards, recover

Role = Literal["public", "taxpayer", "officer", "valuer", "participant", "auditor", "administrator"]


@dataclass(frozen=True)
class Actor:
    """Who asks: a name for the record and a role for the rights."""

    name: str
    role: Role
    taxpayer_id: str | None = None
    """The taxpayer a person acts for; only for the role taxpayer."""
    participant_no: int | None = None
    """The participant of goods marking a person acts for; only for the role participant."""


PUBLIC = Actor("public", "public")
"""Anyone who has not signed in."""


@dataclass(frozen=True)
class Context:
    """What every use case needs to know about its caller and its world."""

    database: Database
    pack: Pack
    today: date
    """The business date: the only clock that services look at."""
    actor: Actor = PUBLIC
    language: Language = "en"
    """In which the law is cited."""
    data_folder: Path = Path(".kazyna")
    """Where frozen rounds are kept."""
    servers: Mapping[str, Database] = field(default_factory=dict)
    """Servers beside the registry's on which units of goods marking are kept, by name."""
    keys: KeyPlace | None = None
    """The keys of codes, where the installation has some."""
    public_checks: int = 0
    """Codes that one address may have checked in a minute without signing in; 0: no limit."""
    webhooks: tuple[str, ...] = ()
    """Origins of addresses to which EPCIS events may be sent."""
    epcis_limits: Limits = DEFAULT_LIMITS
    """How much one EPCIS document may hold."""

    def require(self, *roles: Role) -> None:
        """Refuse an actor of any other role; the database checks again by row security."""
        if self.actor.role in roles:
            return
        if self.actor.role == "public":
            raise SignInRequired("Sign in to do this.")
        raise Forbidden(f"This needs the role {' or '.join(roles)}; you are {self.actor.role}.")

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Open one transaction with the rights of the actor."""
        return self.database.transaction(
            role=self.actor.role,
            actor=self.actor.name,
            taxpayer=self.actor.taxpayer_id,
            participant=self.actor.participant_no,
            today=self.today,
        )

    def now(self) -> datetime:
        """Return the moment: the hour of the clock on the business date."""
        clock = datetime.now(UTC)  # noqa: TID251 (beside `business_date`, the place of the clock)
        return datetime.combine(self.today, clock.timetz())

    @property
    def shards(self) -> Shards:
        """The servers on which units of goods marking are kept."""
        return Shards(self.database, self.servers)

    @property
    def acting(self) -> Acting:
        """The rights of the actor in a transaction."""
        actor = self.actor
        return Acting(actor.role, actor.name, actor.taxpayer_id, actor.participant_no, self.today)


@dataclass(frozen=True)
class Installation:
    """One running Kazyna: its database, its law and its settings."""

    database: Database
    pack: Pack
    settings: Settings
    servers: Mapping[str, Database] = field(default_factory=dict)

    def context(self, actor: Actor = PUBLIC, language: Language = "en") -> Context:
        """Return the context of one call."""
        return Context(
            self.database,
            self.pack,
            business_date(self.settings),
            actor,
            language,
            self.settings.data_folder,
            self.servers,
            self.settings.keys,
            self.settings.public_checks,
            self.settings.webhooks,
            Limits(self.settings.epcis_bytes, self.settings.epcis_events),
        )


@contextmanager
def open_installation(settings: Settings) -> Iterator[Installation]:
    """Load the pack, reach the database and bring its tables up to date."""
    pack = load_pack(settings.pack)
    url = settings.database_url or server.start(settings.data_folder)
    with ExitStack() as opened:
        database = opened.enter_context(Database(url))
        migrate.migrate(database)
        servers = {}
        for name, address in settings.shards.items():
            servers[name] = opened.enter_context(Database(address))
            migrate.migrate(servers[name])
        if servers:
            recover(Shards(database, servers))
        opened.callback(close_log, database)
        yield Installation(database, pack, settings, servers)


def business_date(settings: Settings) -> date:
    """Return the day on which the office works: as set, or the calendar's."""
    if not settings.today:
        return date.today()  # noqa: DTZ011, TID251 (the one place that reads the clock)
    try:
        return date.fromisoformat(settings.today)
    except ValueError as error:
        finding = Finding("KAZYNA_TODAY", f"{settings.today!r} is not a date", "such as 2016-02-01")
        raise InputError(finding) from error
