"""What everybody may know of the register of objects and of rolls: how many, and how much."""

from dataclasses import dataclass
from decimal import Decimal

from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.store import objects, rolls


@dataclass(frozen=True)
class CountedKind:
    """How many objects of a kind are registered, and how many of them are invented."""

    kind: str
    objects: int
    invented: int


@dataclass(frozen=True)
class PublicRoll:
    """What all bills of a roll that stands ask for together."""

    tax: str
    year: int
    bills: int
    total: Decimal


@dataclass(frozen=True)
class PublicRegister:
    """The register at a glance, for the portal's first page."""

    kinds: tuple[CountedKind, ...]
    rolls: tuple[PublicRoll, ...]


def public_register(ctx: Context) -> PublicRegister:
    """Return the register at a glance: nothing in it tells of one person."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        kinds = objects.count_kinds(tx)
        issued = [row for row in rolls.issued(tx) if row.status == "issued"]
    return PublicRegister(
        tuple(CountedKind(row.kind, row.objects, row.invented) for row in kinds),
        tuple(PublicRoll(row.tax, row.year, row.bills, row.total) for row in issued),
    )
