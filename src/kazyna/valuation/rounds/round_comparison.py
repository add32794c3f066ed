"""Two rounds beside each other: which values rise, which fall, and why.

The value of a property is a base and amounts of reasons that add up to it exactly, so the change
of a value is the sum of the changes of its parts, to the cent. All sums here are of whole cents.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BASE, OVERRIDE, LOCATION, TIME = "base", "override", "location", "time"
"""Parts of a value that are no characteristic of the property."""
GROUPS = (BASE, "characteristics", LOCATION, TIME, OVERRIDE)
DECILES = 10
CENTS = 100
LARGEST_SHOWN = 50
CELLS_ACROSS = 48
"""Of the map of changes; a cell shows the median of the properties in it."""
LIMITS = (-0.5, -0.2, -0.1, -0.05, -0.02, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Of the classes of change; from −2 to 2 per cent a value stays about the same."""


@dataclass(frozen=True)
class ReasonChange:
    """What one part of the values adds to the change of the total."""

    reason: str
    group: str
    amount: Decimal
    raised: int
    """Properties to which the part adds more than before."""
    lowered: int


@dataclass(frozen=True)
class ChangeClass:
    """How many values change by a share from `low` to below `high`; an open end is None."""

    low: float | None
    high: float | None
    properties: int


@dataclass(frozen=True)
class GroupChange:
    """The change of a tenth of the properties by value, or of those in one place."""

    name: str
    properties: int
    median_change: float
    """Share of the value before."""
    rising: float
    """Share of the properties whose value rises."""
    amount: Decimal


@dataclass(frozen=True)
class PropertyChange:
    """One property whose value changes much, with the part that changes most."""

    property_id: str
    before: Decimal
    after: Decimal
    change: float
    reason: str
    reason_amount: Decimal


@dataclass(frozen=True)
class CellChange:
    """The median change of the properties that stand near each other."""

    lon: float
    lat: float
    properties: int
    median_change: float


@dataclass(frozen=True)
class RoundComparison:
    """What changes from one round to another."""

    properties: int
    """Valued in both rounds; all that follows is about these."""
    appeared: int
    disappeared: int
    before: Decimal
    after: Decimal
    rising: int
    falling: int
    unchanged: int
    median_change: float
    middle_half: tuple[float, float]
    """A quarter of the changes is below the first, a quarter above the second."""
    by_group: tuple[tuple[str, Decimal], ...]
    """Base, characteristics, location, time and values set by hand; together the whole change."""
    by_reason: tuple[ReasonChange, ...]
    """The largest first; together the whole change, exactly."""
    classes: tuple[ChangeClass, ...]
    by_decile: tuple[GroupChange, ...]
    by_place: tuple[GroupChange, ...]
    largest: tuple[PropertyChange, ...]
    cells: tuple[CellChange, ...]


@dataclass(frozen=True)
class _Pair:
    """Both rounds in the order of their common properties, in whole cents."""

    property_id: list[str]
    before: Ints
    after: Ints
    parts: dict[str, Ints]
    """Change of each part."""

    @property
    def share(self) -> Floats:
        change: Floats = (self.after - self.before) / self.before
        return change


def compare_rounds(
    before: pa.Table, after: pa.Table, places: pa.Table | None = None
) -> RoundComparison:
    """Say what changes from one round to another, and by which reasons.

    Parameters
    ----------
    before, after
        Columns property_id, value (decimal, as it counts), model_value (decimal), base (decimal)
        and reasons (list of `reason`, `amount`); base and amounts add up to model_value, and what
        is left to value was set by hand.
    places
        Columns property_id, place (text), lon and lat, each of which may be empty; None where
        nothing is known of places.

    Returns
    -------
    RoundComparison
        Tenths are of the mean of both values, so that neither round's chance errors tilt them.

    Raises
    ------
    InputError
        When the rounds have no property in common.
    """
    pair = _pair(before, after)
    share = pair.share
    where = _places(places, pair.property_id)
    place, lon, lat = where
    known = np.array([name is not None for name in place])
    return RoundComparison(
        properties=len(share),
        appeared=after.num_rows - len(share),
        disappeared=before.num_rows - len(share),
        before=_money(pair.before.sum()),
        after=_money(pair.after.sum()),
        rising=int((share > 0).sum()),
        falling=int((share < 0).sum()),
        unchanged=int((share == 0).sum()),
        median_change=float(np.median(share)),
        middle_half=(float(np.quantile(share, 0.25)), float(np.quantile(share, 0.75))),
        by_group=_by_group(pair),
        by_reason=_by_reason(pair),
        classes=_classes(share),
        by_decile=_groups(pair, _deciles(pair), np.ones(len(share), dtype=bool)),
        by_place=_groups(pair, np.array(place, dtype=object), known),
        largest=_largest(pair),
        cells=_cells(share, lon, lat),
    )


def group_of(reason: str) -> str:
    """Return the group of a reason: a name that is no other part is a characteristic."""
    return reason if reason in {BASE, LOCATION, TIME, OVERRIDE} else "characteristics"


def _pair(before: pa.Table, after: pa.Table) -> _Pair:
    first, second = (_ordered(table) for table in (before, after))
    left, right = (
        np.asarray(table["property_id"].to_numpy(zero_copy_only=False), dtype=str)
        for table in (first, second)
    )
    common, at_left, at_right = np.intersect1d(left, right, return_indices=True)
    if not len(common):
        finding = Finding("rounds", "they have no property in common", "rounds of one cadastre")
        raise InputError(finding)
    parts_before, parts_after = _parts(first), _parts(second)
    nothing = [np.zeros(table.num_rows, np.int64) for table in (first, second)]
    parts = {
        name: parts_after.get(name, nothing[1])[at_right]
        - parts_before.get(name, nothing[0])[at_left]
        for name in sorted(parts_before.keys() | parts_after.keys())
    }
    return _Pair(
        common.tolist(), _cents(first["value"])[at_left], _cents(second["value"])[at_right], parts
    )


def _ordered(table: pa.Table) -> pa.Table:
    return table.sort_by("property_id").combine_chunks()


def _parts(table: pa.Table) -> dict[str, Ints]:
    """Spread base, reasons and what was set by hand into one column of cents a part."""
    value, model = _cents(table["value"]), _cents(table["model_value"])
    parts = {BASE: _cents(table["base"]), OVERRIDE: value - model}
    reasons = table["reasons"].combine_chunks()
    row = np.asarray(pc.list_parent_indices(reasons).to_numpy(zero_copy_only=False))
    flat = pc.list_flatten(reasons)
    name = pc.struct_field(flat, "reason").dictionary_encode()
    codes = np.asarray(name.indices.to_numpy(zero_copy_only=False))
    amount = _cents(pc.struct_field(flat, "amount"))
    for code, reason in enumerate(name.dictionary.to_pylist()):
        here = codes == code
        parts[reason] = np.zeros(table.num_rows, np.int64)
        np.add.at(parts[reason], row[here], amount[here])
    return parts


def _cents(amounts: Any) -> Ints:
    exact = pc.multiply(pc.cast(amounts, pa.decimal128(18, 2)), pa.scalar(CENTS, pa.int16()))
    return np.asarray(pc.cast(exact, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _money(cents: Any) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


def _by_reason(pair: _Pair) -> tuple[ReasonChange, ...]:
    changes = [
        ReasonChange(name, group_of(name), _money(change.sum()), int((change > 0).sum()),
                     int((change < 0).sum()))
        for name, change in pair.parts.items()
        if change.any()
    ]  # fmt: skip
    return tuple(sorted(changes, key=lambda change: -abs(change.amount)))


def _by_group(pair: _Pair) -> tuple[tuple[str, Decimal], ...]:
    sums = dict.fromkeys(GROUPS, 0)
    for name, change in pair.parts.items():
        sums[group_of(name)] += int(change.sum())
    return tuple((name, _money(cents)) for name, cents in sums.items())


def _classes(share: Floats) -> tuple[ChangeClass, ...]:
    counts = np.bincount(np.digitize(share, LIMITS), minlength=len(LIMITS) + 1)
    lows, highs = (None, *LIMITS), (*LIMITS, None)
    return tuple(
        ChangeClass(low, high, int(count))
        for low, high, count in zip(lows, highs, counts, strict=True)
    )


def _deciles(pair: _Pair) -> npt.NDArray[Any]:
    middle = (pair.before + pair.after) / 2
    limits = np.quantile(middle, np.arange(1, DECILES) / DECILES)
    return np.array([str(n) for n in np.searchsorted(limits, middle) + 1], dtype=object)


def _groups(
    pair: _Pair, name: npt.NDArray[Any], known: npt.NDArray[np.bool_]
) -> tuple[GroupChange, ...]:
    share, change = pair.share, pair.after - pair.before
    groups = []
    for each in sorted(set(name[known].tolist()), key=_numbers_first):
        inside = known & (name == each)
        groups.append(
            GroupChange(each, int(inside.sum()), float(np.median(share[inside])),
                        float((share[inside] > 0).mean()), _money(change[inside].sum()))
        )  # fmt: skip
    return tuple(groups)


def _numbers_first(name: str) -> tuple[bool, int, str]:
    return (not name.isdigit(), int(name) if name.isdigit() else 0, name)


def _largest(pair: _Pair) -> tuple[PropertyChange, ...]:
    size = np.abs(np.log(pair.after / pair.before))
    order = np.argsort(-size, kind="stable")[:LARGEST_SHOWN]
    names = list(pair.parts)
    table = np.column_stack([pair.parts[name] for name in names])
    changes = []
    for at in order[size[order] > 0].tolist():
        part = int(np.argmax(np.abs(table[at])))
        changes.append(
            PropertyChange(
                pair.property_id[at], _money(pair.before[at]), _money(pair.after[at]),
                float(pair.share[at]), names[part], _money(table[at, part]),
            )
        )  # fmt: skip
    return tuple(changes)


def _places(places: pa.Table | None, property_id: list[str]) -> tuple[list[Any], Floats, Floats]:
    """Return place, longitude and latitude of each property; unknown is None or NaN."""
    unknown = np.full(len(property_id), np.nan)
    if places is None:
        return [None] * len(property_id), unknown, unknown
    at = pc.index_in(pa.array(property_id), value_set=places["property_id"].combine_chunks())
    found = places.take(at)
    lon, lat = (
        np.asarray(pc.cast(found[name], pa.float64()).to_numpy(), dtype=float)
        for name in ("lon", "lat")
    )
    return found["place"].to_pylist(), lon, lat


def _cells(share: Floats, lon: Floats, lat: Floats) -> tuple[CellChange, ...]:
    """Take the median change in each cell of a grid that is square on the ground."""
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return ()
    share, lon, lat = share[known], lon[known], lat[known]
    narrow = max(float(np.cos(np.radians(lat.mean()))), 1e-6)
    width = max(float(np.ptp(lon)) * narrow, float(np.ptp(lat)), 1e-9) / CELLS_ACROSS
    column = np.floor((lon - lon.min()) * narrow / width).astype(np.int64)
    row = np.floor((lat - lat.min()) / width).astype(np.int64)
    cell = row * (CELLS_ACROSS + 1) + column
    order = np.lexsort([share, cell])
    starts = np.flatnonzero(np.r_[True, np.diff(cell[order]) != 0])
    return tuple(
        CellChange(
            float(lon.min() + (column[inside[0]] + 0.5) * width / narrow),
            float(lat.min() + (row[inside[0]] + 0.5) * width),
            len(inside),
            float(np.median(share[inside])),
        )
        for inside in np.split(order, starts[1:])
    )
