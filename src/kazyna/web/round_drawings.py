"""Drawings of rounds without a script: the stages, and what changes from one round to another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians

from kazyna.services.context import Context
from kazyna.services.round_comparison import ComparedRounds, RoundComparison, reason_label
from kazyna.web.drawings import Bar, Bars, Kind
from kazyna.web.language import Writer
from kazyna.web.market_drawings import signed_percent

STAGES = ("draft", "frozen", "published", "objections", "approved", "in_force")
REASONS_SHOWN = 10
PLACES_SHOWN = 20
WIDTH = 100.0
"""Of the map, in units of its own; its height follows the land."""
CLASSES = (-0.2, -0.05, -0.02, 0.02, 0.05, 0.2)
COLOURS = ("#8c3a17", "#c97a4e", "#e6bfa3", "#d9d7cf", "#a5cfc6", "#4f9d8d", "#0a4f48")
"""From falling to rising; told apart also by who sees no red or green."""


@dataclass(frozen=True)
class Stage:
    """One station in the life of a round."""

    status: str
    reached: bool
    current: bool


@dataclass(frozen=True)
class Spot:
    """A square of the map, in its units."""

    x: float
    y: float
    size: float
    colour: str
    words: str


@dataclass(frozen=True)
class ChangeMap:
    """The median change in every cell of a grid, and the legend."""

    height: float
    spots: tuple[Spot, ...]
    legend: tuple[tuple[str, str], ...]
    """Colour and words of each class."""


def stages(status: str) -> tuple[Stage, ...]:
    """Lay out how far a round has come; one that has left the way is at no station."""
    end = "in_force" if status == "superseded" else status
    at = STAGES.index(end) if end in STAGES else -1
    return tuple(Stage(name, number <= at, name == status) for number, name in enumerate(STAGES))


def why(write: Writer, ctx: Context, found: ComparedRounds) -> Bars:
    """Draw which parts of the values raise or lower the total, the largest first."""
    _ = write.gettext
    by_reason = found.comparison.by_reason
    rows = [(write.text(reason_label(ctx, r.reason)), r.amount) for r in by_reason[:REASONS_SHOWN]]
    if rest := by_reason[REASONS_SHOWN:]:
        rows.append((_("All other reasons"), sum((r.amount for r in rest), rest[0].amount * 0)))
    largest = max((abs(amount) for _label, amount in rows), default=1) or 1
    return Bars(
        title=_("Why the total changes"),
        intro=_("What each part of the values adds or takes away; together the whole change."),
        head=(_("Reason"), _("Amount"), _("Amount")),
        rows=tuple(
            Bar(
                label,
                "",
                0.0,
                float(abs(amount) / largest * 100),
                write.signed_money(amount),
                "rise" if amount >= 0 else "fall",
            )
            for label, amount in rows
        ),
    )


def classes(write: Writer, c: RoundComparison) -> Bars:
    """Draw how many values change by how much."""
    _ = write.gettext
    largest = max(each.properties for each in c.classes) or 1
    rows = []
    for each in c.classes:
        if each.low is None:
            label = _("below {share}").format(share=signed_percent(write, each.high or 0.0))
        elif each.high is None:
            label = _("{share} and more").format(share=signed_percent(write, each.low))
        else:
            ends = (signed_percent(write, end) for end in (each.low, each.high))
            label = " … ".join(ends)
        middle = ((each.low if each.low is not None else -1) + (each.high or each.low or 0)) / 2
        rows.append(
            Bar(label, "", 0.0, each.properties / largest * 100, write.number(each.properties),
                _kind(middle))
        )  # fmt: skip
    return Bars(
        title=_("How much values change"),
        intro=_("Properties by the change of their value."),
        head=(_("Change"), _("Properties"), _("Properties")),
        rows=tuple(rows),
    )


def deciles(write: Writer, c: RoundComparison) -> Bars:
    """Draw the median change of each tenth of the properties by value."""
    _ = write.gettext
    labels = [_("Tenth {n}").format(n=group.name) for group in c.by_decile]
    return Bars(
        title=_("Cheap and dear"),
        intro=_("Median change in each tenth of the properties by value, the cheapest first."),
        head=(_("Tenth"), _("Median change"), _("Median change")),
        rows=_medians(write, labels, [group.median_change for group in c.by_decile]),
    )


def places(write: Writer, c: RoundComparison) -> Bars | None:
    """Draw the median change of the places where it is largest."""
    _ = write.gettext
    if not c.by_place:
        return None
    order = sorted(c.by_place, key=lambda group: -abs(group.median_change))[:PLACES_SHOWN]
    order.sort(key=lambda group: -group.median_change)
    return Bars(
        title=_("Neighbourhoods"),
        intro=_("Median change where it is largest."),
        head=(_("Place"), _("Median change"), _("Median change")),
        rows=_medians(write, [g.name for g in order], [g.median_change for g in order]),
    )


def change_map(write: Writer, c: RoundComparison) -> ChangeMap | None:
    """Lay the cells out on the ground: a degree of longitude is as wide as it is there."""
    if not c.cells:
        return None
    _ = write.gettext
    south, north = min(cell.lat for cell in c.cells), max(cell.lat for cell in c.cells)
    west, east = min(cell.lon for cell in c.cells), max(cell.lon for cell in c.cells)
    narrow = cos(radians((south + north) / 2))
    apart = _least_apart(sorted({cell.lat for cell in c.cells})) or 0.01
    span = (east - west) * narrow + apart
    scale = WIDTH / max(span, apart)
    spots = tuple(
        Spot(
            (cell.lon - west) * narrow * scale,
            (north - cell.lat) * scale,
            apart * scale,
            _colour(cell.median_change),
            _("{change}, properties: {n}").format(
                change=signed_percent(write, cell.median_change), n=write.number(cell.properties)
            ),
        )
        for cell in c.cells
    )
    return ChangeMap((north - south + apart) * scale, spots, _legend(write))


def _medians(write: Writer, labels: Iterable[str], changes: Sequence[float]) -> tuple[Bar, ...]:
    largest = max((abs(change) for change in changes), default=1.0) or 1.0
    return tuple(
        Bar(label, "", 0.0, abs(change) / largest * 100, signed_percent(write, change),
            _kind(change))
        for label, change in zip(labels, changes, strict=True)
    )  # fmt: skip


def _kind(change: float) -> Kind:
    return "rise" if change > 0 else "fall" if change < 0 else "plain"


def _colour(change: float) -> str:
    return COLOURS[sum(change >= limit for limit in CLASSES)]


def _legend(write: Writer) -> tuple[tuple[str, str], ...]:
    _ = write.gettext
    ends = [signed_percent(write, limit) for limit in CLASSES]
    between = [f"{low} … {high}" for low, high in pairwise(ends)]
    first, last = (
        _("below {share}").format(share=ends[0]),
        _("{share} and more").format(share=ends[-1]),
    )
    return tuple(zip(COLOURS, (first, *between, last), strict=True))


def _least_apart(levels: list[float]) -> float | None:
    return min((high - low for low, high in pairwise(levels)), default=None)
