"""What is drawn without a script: bars beside their figures, a value on its interval, a gauge.

Everything here is a position in per cent of the width, so that one drawing fits every screen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kazyna.services.cadastre import Reason, Valuation
from kazyna.services.comparables import Comparable, shortened
from kazyna.services.ledger import AgeBucket, Arrears
from kazyna.services.round_studies import RatioStudy, Verdict
from kazyna.services.rounds import Interval, PublishedRound
from kazyna.web.language import Writer
from kazyna.web.ratio_tables import sorted_ends, told

REASONS_SHOWN = 10
ADJUSTMENTS_SHOWN = 2
"""Characteristics with a column of their own: more would push the adjusted price off the page."""
BY_HAND = "override"
"""The reason that stands for a value set by hand: always shown, however small."""
IMPORTANCE_SHOWN = 12
MARGIN = 0.08
"""Of the span of what is drawn, left free on either side."""

Kind = Literal["whole", "rise", "fall", "plain"]


@dataclass(frozen=True)
class Bar:
    """One row: its words, its bar and its figure."""

    label: str
    note: str
    start: float
    width: float
    shown: str
    kind: Kind = "plain"
    end: float = 0.0
    """Where the next bar of a waterfall begins."""


@dataclass(frozen=True)
class Bars:
    """A table with a bar in each row: chart and figures in one."""

    title: str
    intro: str
    head: tuple[str, str, str]
    rows: tuple[Bar, ...]


@dataclass(frozen=True)
class Spread:
    """A value on its interval, with the comparables' adjusted prices beside it."""

    low: float
    point: float
    high: float
    evidence: tuple[float, ...]


@dataclass(frozen=True)
class GridLine:
    """A comparable and the columns of its adjustments."""

    sale: Comparable
    adjustments: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """How each comparable's price becomes its adjusted price, one column a step."""

    head: tuple[str, ...]
    lines: tuple[GridLine, ...]


@dataclass(frozen=True)
class Gauge:
    """A statistic with its confidence interval, on the range that the standard accepts."""

    name: str
    meaning: str
    shown: str
    interval: str
    limits: tuple[str, str]
    met: bool
    told: str
    """What the interval says: confirmed, refuted, or not to be told."""
    range: tuple[float, float]
    whisker: tuple[float, float]
    point: float


def reasons(write: Writer, valuation: Valuation) -> Bars:
    """Draw how the base and the reasons add up to the value, as a waterfall."""
    _ = write.gettext
    of_model = [reason for reason in valuation.reasons if reason.name != BY_HAND]
    by_hand = [reason for reason in valuation.reasons if reason.name == BY_HAND]
    largest = of_model[:REASONS_SHOWN]
    rest = sum((reason.amount for reason in of_model[REASONS_SHOWN:]), Decimal(0))
    steps = [(write.text(r.label), _recorded(write, r), r.amount) for r in largest]
    if rest:
        steps.append((_("All other reasons"), "", rest))
    steps += [(write.text(reason.label), "", reason.amount) for reason in by_hand]
    levels = [valuation.base]
    for _label, _note, amount in steps:
        levels.append(levels[-1] + amount)
    scale = _Scale(0.0, float(max(levels)))
    rows = [_whole(write, scale, _("A typical house sold"), valuation.base)]
    for (label, note, amount), before, after in zip(steps, levels[:-1], levels[1:], strict=True):
        first, last = sorted((scale(before), scale(after)))
        kind: Kind = "rise" if amount >= 0 else "fall"
        shown = write.signed_money(amount)
        rows.append(Bar(label, note, first, last - first, shown, kind, scale(after)))
    rows.append(_whole(write, scale, _("Estimated value"), valuation.value))
    return Bars(
        title=_("Why this value"),
        intro=_(
            "What a typical sold house is worth, and what each fact about this one adds or takes"
            " away. The amounts add up to the value exactly."
        ),
        head=(_("Reason"), _("Level"), _("Amount")),
        rows=tuple(rows),
    )


def spread(valuation: Valuation) -> Spread:
    """Draw a value on its 90 % interval."""
    prices = [sale.adjusted_price for sale in valuation.comparables]
    scale = _Scale.around([valuation.low, valuation.high, *prices])
    return Spread(
        scale(valuation.low),
        scale(valuation.value),
        scale(valuation.high),
        tuple(map(scale, prices)),
    )


def grid(write: Writer, sales: Sequence[Comparable]) -> Grid:
    """Lay out the adjustment grid with the weightiest characteristics in columns of their own."""
    _ = write.gettext
    named = sales[0].adjustments[:ADJUSTMENTS_SHOWN] if sales else ()
    head = (_("Time"), *(write.text(each.label) for each in named), _("All else"))
    lines = []
    for sale in sales:
        short = shortened(sale, ADJUSTMENTS_SHOWN)
        steps = (sale.time, *short.named, short.others)
        lines.append(GridLine(sale, tuple(write.signed_money(step) for step in steps)))
    return Grid(head, tuple(lines))


def gauges(write: Writer, study: RatioStudy) -> tuple[Gauge, ...]:
    """Draw the statistics that the IAAO's standards have a range for, each on its range."""
    _ = write.gettext
    level = _("The level: 1 is the market itself.")
    spread = _("How far ratios lie from their median.")
    dear = _("Above 1, dear properties are valued lower than cheap ones.")
    trend = _("How much the ratio changes when the value doubles.")
    spreads = _("Below 1, the values spread less than the prices: dear ones are too low.")
    groups = _("Median ratio of the dearest group less that of the cheapest.")
    words = {
        "median_ratio": (_("Median ratio"), level, 3),
        "cod": (_("COD, %"), spread, 1),
        "prd": (_("PRD"), dear, 3),
        "prb": (_("PRB"), trend, 3),
        "mki": (_("MKI"), spreads, 3),
        "vei": (_("VEI, %"), groups, 1),
    }
    return tuple(
        _gauge(write, words[held.statistic], _interval_of(study, held.statistic), held)
        for held in study.verdicts
    )


def _interval_of(study: RatioStudy, name: str) -> Interval:
    """Take the resampled interval; the VEI has one from the intervals of its groups."""
    vertical = study.vertical_equity
    if name == "vei" and vertical is not None:
        low, high = sorted_ends(vertical.significance, vertical.widest)
        return Interval(vertical.vei, low, high)
    found = getattr(study, name)
    return Interval(found.value, found.low, found.high)


def importance(write: Writer, round_: PublishedRound) -> Bars:
    """Draw what moves values away from the typical property."""
    _ = write.gettext
    shown = round_.importance[:IMPORTANCE_SHOWN]
    rows = [(write.text(item.label), item.share) for item in shown]
    return Bars(
        title=_("What matters most"),
        intro=_("Each characteristic's share of all that moves values from the typical house."),
        head=(_("Characteristic"), _("Share"), _("Share")),
        rows=tuple(_shares(write, rows)),
    )


def weights(write: Writer, round_: PublishedRound) -> Bars:
    """Draw the share that each model has in the value."""
    _ = write.gettext
    names = {
        "regression": _("Regression"),
        "comparables": _("Comparable sales"),
        "Gaussian process": _("Gaussian process"),
        "trees on place": _("Trees on place"),
        "trees on neighbours": _("Trees on neighbours"),
        "deep trees": _("Deep trees"),
    }
    rows = [(names.get(name, name), weight) for name, weight in round_.weights.items()]
    return Bars(
        title=_("How the model is put together"),
        intro=_(
            "Several unlike models value each property; each is weighted by how well it predicts"
            " sales that it was not fitted to."
        ),
        head=(_("Model"), _("Share"), _("Share")),
        rows=tuple(_shares(write, rows)),
    )


def arrears(write: Writer, found: Arrears) -> Bars:
    """Draw debts by their age."""
    _ = write.gettext
    largest = max((bucket.amount for bucket in found.buckets), default=Decimal(1))
    return Bars(
        title=_("Arrears by age"),
        intro=_("Debts past their due day, by how long they have been late."),
        head=(_("Days late"), _("Amount"), _("Amount")),
        rows=tuple(
            Bar(
                _age(write, bucket),
                _("Debtors: {n}").format(n=write.number(bucket.debtors)),
                0.0,
                float(bucket.amount / largest * 100),
                write.money(bucket.amount),
                "fall",
            )
            for bucket in found.buckets
        ),
    )


class _Scale:
    """From amounts to per cent of the width."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.span = low, (high - low) or 1.0

    @classmethod
    def around(cls, amounts: Sequence[Decimal | float]) -> "_Scale":
        low, high = float(min(amounts)), float(max(amounts))
        margin = MARGIN * ((high - low) or 1.0)
        return cls(low - margin, high + margin)

    def __call__(self, amount: Decimal | float) -> float:
        return (float(amount) - self.low) / self.span * 100


def _whole(write: Writer, scale: _Scale, label: str, amount: Decimal) -> Bar:
    end = scale(amount)
    return Bar(label, "", 0.0, end, write.whole_money(amount), "whole", end)


def _recorded(write: Writer, reason: Reason) -> str:
    return "" if reason.recorded is None else write.recorded(reason.recorded, reason.unit)


def _shares(write: Writer, rows: Iterable[tuple[str, float]]) -> Iterable[Bar]:
    known = list(rows)
    largest = max((share for _label, share in known), default=1.0) or 1.0
    return (
        Bar(label, "", 0.0, share / largest * 100, write.percent(share, 0))
        for label, share in known
    )


def _gauge(write: Writer, words: tuple[str, str, int], found: Interval, held: Verdict) -> Gauge:
    name, meaning, decimals = words
    limits = (held.low, held.high)
    low = found.value if found.low is None else found.low
    high = found.value if found.high is None else found.high
    scale = _Scale.around([*limits, low, high, found.value])
    return Gauge(
        name=name,
        meaning=meaning,
        shown=write.number(found.value, decimals),
        interval=f"{write.number(low, decimals)} … {write.number(high, decimals)}",
        limits=(write.number(limits[0], 2), write.number(limits[1], 2)),
        met=held.met,
        told=told(write, held),
        range=(scale(limits[0]), scale(limits[1])),
        whisker=(scale(low), scale(high)),
        point=scale(found.value),
    )


def _age(write: Writer, bucket: AgeBucket) -> str:
    _ = write.gettext
    if bucket.to_days is None:
        return _("over {days} days").format(days=bucket.from_days - 1)
    return _("{first}–{last} days").format(first=bucket.from_days, last=bucket.to_days)
