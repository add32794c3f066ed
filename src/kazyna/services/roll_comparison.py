"""A drafted or issued roll compared with that of the year before."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from kazyna.core.errors import NotFound
from kazyna.services.context import Context
from kazyna.store import roll_comparison as register
from kazyna.store import roll_lifecycle

LARGEST_SHOWN = 20
BAND_LIMITS = tuple(map(Decimal, ("-0.5", "-0.2", "-0.05", "0", "0.000001", "0.05", "0.2", "0.5")))
"""Where bands of change begin, as shares of last year's bill; what does not change is one."""


@dataclass(frozen=True)
class ChangedBills:
    """The bills that changed in one way since the year before."""

    change: str
    """`new`, `gone`, `rises`, `falls` or `same`."""
    bills: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class ComparedBill:
    """One bill in both years."""

    property_id: str
    taxpayer_id: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class ChangeBand:
    """The bills of both years that change by so much."""

    above: Decimal | None
    """From this share of last year's bill on; None of the lowest band."""
    below: Decimal | None
    bills: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class ComparedPlace:
    """What the bills of one place asked for and ask for."""

    place: str
    bills: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class RollComparison:
    """A roll beside that of the year before."""

    tax: str
    year: int
    status: str
    before: Decimal
    after: Decimal
    groups: tuple[ChangedBills, ...]
    largest: tuple[ComparedBill, ...]
    """The largest rises and falls, to be looked at before the roll is issued."""
    bands: tuple[ChangeBand, ...]
    """How many bills change by how much; bands without a bill are there too."""
    places: tuple[ComparedPlace, ...]


def compare_roll(ctx: Context, *, tax: str, year: int) -> RollComparison:
    """Compare the draft or the issued roll of a tax and year with the year before.

    Raises
    ------
    NotFound
        When there is neither.
    """
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        stands = roll_lifecycle.state(tx, tax=tax, year=year)
        if stands is None:
            raise NotFound(f"There is no roll of {tax} for {year}.")
        groups = register.groups(tx, roll_id=stands.roll_id, tax=tax, year=year)
        largest = register.largest(
            tx, roll_id=stands.roll_id, tax=tax, year=year, limit=LARGEST_SHOWN
        )
        bands = register.bands(tx, roll_id=stands.roll_id, tax=tax, year=year, limits=BAND_LIMITS)
        places = register.places(tx, roll_id=stands.roll_id, tax=tax, year=year)
    return RollComparison(
        tax=tax,
        year=year,
        status=stands.status,
        before=sum((group.before for group in groups), Decimal(0)),
        after=sum((group.after for group in groups), Decimal(0)),
        groups=tuple(ChangedBills(g.change, g.bills, g.before, g.after) for g in groups),
        largest=tuple(
            ComparedBill(row.property_id, row.taxpayer_id, row.before or Decimal(0),
                         row.after or Decimal(0))
            for row in largest
        ),
        bands=_bands(bands),
        places=tuple(ComparedPlace(p.place, p.bills, p.before, p.after) for p in places),
    )  # fmt: skip


def _bands(rows: list[register.BandRow]) -> tuple[ChangeBand, ...]:
    found = {row.band: row for row in rows}
    limits = (None, *BAND_LIMITS, None)
    nothing = Decimal(0)
    return tuple(
        ChangeBand(
            above,
            below,
            found[band].bills if band in found else 0,
            found[band].before if band in found else nothing,
            found[band].after if band in found else nothing,
        )
        for band, (above, below) in enumerate(pairwise(limits))
    )
