"""Charts as Vega-Lite specifications: data and encoding here, colours and fonts in the browser.

Every chart comes with the words that stand under it and with a table, for whoever cannot see it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from kazyna.services.cadastre import Valuation
from kazyna.services.ledger import Arrears, Revenue
from kazyna.services.rounds import PublishedRound, StudyPoint
from kazyna.web.language import Writer

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
REASONS_SHOWN = 10
DECILES = 10
POINTS_MAX = 2_000
"""Points in a scatter plot; of more, every so many is drawn."""
RISE, FALL, WHOLE = "#0b6159", "#a8451f", "#4a5b64"


@dataclass(frozen=True)
class Chart:
    """One chart with its title, its caption and the table behind it."""

    title: str
    caption: str
    specification: dict[str, Any]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def reasons(write: Writer, valuation: Valuation) -> Chart:
    """Draw how the base and the reasons add up to the value, as a waterfall."""
    _ = write.gettext
    largest = valuation.reasons[:REASONS_SHOWN]
    rest = sum((reason.amount for reason in valuation.reasons[REASONS_SHOWN:]), Decimal(0))
    steps = [(_reason_label(write, reason.label, reason.recorded), reason.amount)
             for reason in largest]  # fmt: skip
    if rest:
        steps.append((_("All other reasons"), rest))
    bars = [_bar(write, _("A typical house sold"), Decimal(0), valuation.base, WHOLE)]
    level = valuation.base
    for label, amount in steps:
        bars.append(_bar(write, label, level, level + amount, RISE if amount >= 0 else FALL))
        bars[-1]["shown"] = write.signed_money(amount)
        level += amount
    bars.append(_bar(write, _("Estimated value"), Decimal(0), valuation.value, WHOLE))
    order = [bar["label"] for bar in bars]
    y = {"field": "label", "type": "nominal", "sort": order, "title": None,
         "axis": {"labelLimit": 190, "domain": False, "ticks": False}}  # fmt: skip
    specification = _chart(
        {
            "height": {"step": 27},
            "data": {"values": bars},
            "encoding": {"y": y},
            "layer": [
                {
                    "mark": {"type": "bar", "clip": True, "height": {"band": 0.72}},
                    "encoding": {
                        "x": {"field": "from", "type": "quantitative", "title": None,
                              "axis": _money_axis(write), "scale": {"zero": False, "nice": True,
                              "domain": _domain(bars)}},
                        "x2": {"field": "to"},
                        "color": {"field": "colour", "type": "nominal", "scale": None},
                        "tooltip": [{"field": "label", "title": " "},
                                    {"field": "shown", "title": " "}],
                    },
                },
                {
                    "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 11.5},
                    "encoding": {
                        "x": {"field": "end", "type": "quantitative"},
                        "text": {"field": "shown"},
                        "color": {"field": "colour", "type": "nominal", "scale": None},
                    },
                },
            ],
        }
    )  # fmt: skip
    return Chart(
        title=_("Why this value"),
        caption=_(
            "The value of a typical sold house, and what each fact about this one adds or takes away. The amounts add up to the value exactly."
        ),
        specification=specification,
        head=(_("Reason"), _("Amount")),
        rows=tuple((bar["label"], bar["shown"]) for bar in bars),
    )


def study(
    write: Writer, round_: PublishedRound, points: tuple[StudyPoint, ...]
) -> tuple[Chart, ...]:
    """Draw the ratio study: histogram, deciles of value, scatter, time, and the price index."""
    if not points:
        return (_index(write, round_),)
    return (
        _histogram(write, points),
        _deciles(write, points),
        _scatter(write, points),
        _over_time(write, points),
        _index(write, round_),
        _weights(write, round_),
    )


def revenue(write: Writer, found: Revenue) -> Chart:
    """Draw what was received by month."""
    _ = write.gettext
    values = [{"month": month.month.isoformat(), "received": float(month.received),
               "charged": float(month.charged), "shown": write.money(month.received)}
              for month in found.months]  # fmt: skip
    specification = _chart(
        {
            "height": 200,
            "data": {"values": values},
            "mark": {"type": "bar", "cornerRadiusEnd": 3},
            "encoding": {
                "x": {"field": "month", "type": "temporal", "timeUnit": "yearmonth", "title": None,
                      "axis": {"format": "%b %Y", "tickCount": "month", "grid": False}},
                "y": {"field": "received", "type": "quantitative", "title": None,
                      "axis": _money_axis(write)},
                "tooltip": [{"field": "month", "type": "temporal", "format": "%B %Y", "title": " "},
                            {"field": "shown", "title": _("Received")}],
            },
        }
    )  # fmt: skip
    return Chart(
        title=_("Revenue by month"),
        caption=_("Money received, by the day it came in."),
        specification=specification,
        head=(_("Month"), _("Charged"), _("Received")),
        rows=tuple(
            (write.month(m.month), write.money(m.charged), write.money(m.received))
            for m in found.months
        ),
    )


def arrears(write: Writer, found: Arrears) -> Chart:
    """Draw debts by their age."""
    _ = write.gettext
    rows = [(_age(write, bucket.from_days, bucket.to_days), bucket) for bucket in found.buckets]
    values = [{"age": label, "amount": float(bucket.amount), "shown": write.money(bucket.amount)}
              for label, bucket in rows]  # fmt: skip
    specification = _chart(
        {
            "height": {"step": 34},
            "data": {"values": values},
            "mark": {"type": "bar", "color": FALL, "cornerRadiusEnd": 3},
            "encoding": {
                "y": {"field": "age", "type": "nominal", "sort": None, "title": None},
                "x": {"field": "amount", "type": "quantitative", "title": None,
                      "axis": _money_axis(write)},
                "tooltip": [{"field": "age", "title": " "},
                            {"field": "shown", "title": _("Overdue")}],
            },
        }
    )  # fmt: skip
    return Chart(
        title=_("Arrears by age"),
        caption=_("Debts past their due day, by how long they have been late."),
        specification=specification,
        head=(_("Days late"), _("Debtors"), _("Overdue")),
        rows=tuple(
            (label, write.number(bucket.debtors), write.money(bucket.amount))
            for label, bucket in rows
        ),
    )


def _histogram(write: Writer, points: tuple[StudyPoint, ...]) -> Chart:
    _ = write.gettext
    ratios = np.clip([point.ratio for point in points], 0.4, 1.8)
    counts, edges = np.histogram(ratios, bins=np.arange(0.4, 1.81, 0.05))
    values = [
        {"from": round(float(low), 2), "to": round(float(low) + 0.05, 2), "sales": int(count)}
        for low, count in zip(edges[:-1], counts, strict=True)
    ]
    specification = _chart(
        {
            "height": 220,
            "data": {"values": values},
            "layer": [
                {
                    "mark": {"type": "bar", "binSpacing": 1},
                    "encoding": {
                        "x": {"field": "from", "type": "quantitative", "bin": {"binned": True},
                              "title": _("Ratio of value to price"), "axis": {"format": ".1f"}},
                        "x2": {"field": "to"},
                        "y": {"field": "sales", "type": "quantitative", "title": _("Sales")},
                        "tooltip": [{"field": "from"}, {"field": "to"}, {"field": "sales"}],
                    },
                },
                _line_at(x=1.0),
            ],
        }
    )  # fmt: skip
    return Chart(
        title=_("Ratios"),
        caption=_("How often the model's value was how near the price; 1 is a perfect hit."),
        specification=specification,
        head=(_("Ratio from"), _("to"), _("Sales")),
        rows=tuple(
            (write.number(v["from"], 2), write.number(v["to"], 2), write.number(v["sales"]))
            for v in values
            if v["sales"]
        ),
    )


def _deciles(write: Writer, points: tuple[StudyPoint, ...]) -> Chart:
    _ = write.gettext
    value, price = (np.array([getattr(p, name) for p in points]) for name in ("value", "price"))
    ratio = value / price
    # Half value, half price, as for PRB: groups by price alone would tilt the picture.
    proxy = 0.5 * value / np.median(ratio) + 0.5 * price
    group = np.clip(
        np.searchsorted(np.quantile(proxy, np.arange(1, DECILES) / DECILES), proxy), 0, DECILES - 1
    )
    rows = []
    for decile in range(DECILES):
        inside = ratio[group == decile]
        if len(inside):
            low, middle, high = np.quantile(inside, [0.25, 0.5, 0.75])
            rows.append({"decile": decile + 1, "low": float(low), "median": float(middle),
                         "high": float(high), "sales": len(inside)})  # fmt: skip
    x = {"field": "decile", "type": "ordinal", "title": _("Tenth of properties by value"),
         "axis": {"labelAngle": 0}}  # fmt: skip
    scale = {"zero": False}
    specification = _chart(
        {
            "height": 220,
            "data": {"values": rows},
            "layer": [
                _line_at(y=1.0),
                {
                    "mark": {"type": "rule", "strokeWidth": 7, "opacity": 0.25, "color": RISE},
                    "encoding": {
                        "x": x,
                        "y": {"field": "low", "type": "quantitative", "scale": scale,
                              "title": _("Ratio of value to price"), "axis": {"format": ".2f"}},
                        "y2": {"field": "high"},
                    },
                },
                {
                    "mark": {"type": "point", "size": 70},
                    "encoding": {"x": x, "y": {"field": "median", "type": "quantitative"},
                                 "tooltip": [{"field": "median", "format": ".3f"},
                                             {"field": "sales"}]},
                },
            ],
        }
    )  # fmt: skip
    return Chart(
        title=_("Cheap and dear alike"),
        caption=_(
            "Median ratio and the middle half of ratios for each tenth of properties by value: a level line is fair to cheap and dear."
        ),
        specification=specification,
        head=(_("Tenth"), _("Median ratio"), _("Sales")),
        rows=tuple(
            (str(r["decile"]), write.number(r["median"], 3), write.number(r["sales"])) for r in rows
        ),
    )


def _scatter(write: Writer, points: tuple[StudyPoint, ...]) -> Chart:
    _ = write.gettext
    every = max(1, -(-len(points) // POINTS_MAX))
    values = [{"price": p.price, "value": p.value} for p in points[::every]]
    low = min(min(v["price"], v["value"]) for v in values)
    high = max(max(v["price"], v["value"]) for v in values)
    scale = {"type": "log", "domain": [low, high], "nice": False}
    axis = _money_axis(write) | {"tickCount": 5}
    specification = _chart(
        {
            "height": 300,
            "layer": [
                {
                    "data": {"values": values},
                    "mark": {"type": "point", "size": 12, "opacity": 0.45, "clip": True},
                    "encoding": {
                        "x": {"field": "price", "type": "quantitative", "scale": scale,
                              "title": _("Price paid"), "axis": axis},
                        "y": {"field": "value", "type": "quantitative", "scale": scale,
                              "title": _("Estimated value"), "axis": axis},
                    },
                },
                {
                    "data": {"values": [{"price": end, "value": end} for end in (low, high)]},
                    "mark": {"type": "line", "color": FALL, "strokeDash": [5, 4]},
                    "encoding": {"x": {"field": "price", "type": "quantitative"},
                                 "y": {"field": "value", "type": "quantitative"}},
                },
            ],
        }
    )  # fmt: skip
    return Chart(
        title=_("Values and prices"),
        caption=_(
            "Each dot is a sale that the model had not seen; on the dashed line the value is the price."
        ),
        specification=specification,
        head=(_("Price paid"), _("Estimated value")),
        rows=tuple((write.whole_money(p.price), write.whole_money(p.value)) for p in points[:20]),
    )


def _over_time(write: Writer, points: tuple[StudyPoint, ...]) -> Chart:
    _ = write.gettext
    weeks: dict[str, list[float]] = {}
    for point in points:
        year, week, _day = point.sold_on.isocalendar()
        monday = point.sold_on.fromisocalendar(year, week, 1)
        weeks.setdefault(monday.isoformat(), []).append(point.ratio)
    rows: list[dict[str, Any]] = [{"week": week, "median": float(np.median(ratios)), "sales": len(ratios)}
            for week, ratios in sorted(weeks.items())]  # fmt: skip
    specification = _chart(
        {
            "height": 220,
            "data": {"values": rows},
            "layer": [
                _line_at(y=1.0),
                {
                    "mark": {"type": "line", "point": True},
                    "encoding": {
                        "x": {"field": "week", "type": "temporal", "title": _("Week of the sale"),
                              "axis": {"format": "%d %b", "labelOverlap": True}},
                        "y": {"field": "median", "type": "quantitative", "scale": {"zero": False},
                              "title": _("Median ratio"), "axis": {"format": ".2f"}},
                        "tooltip": [{"field": "median", "format": ".3f"}, {"field": "sales"}],
                    },
                },
            ],
        }
    )  # fmt: skip
    return Chart(
        title=_("Week by week"),
        caption=_("The median ratio in each week after the last sale that the model had seen."),
        specification=specification,
        head=(_("Week of the sale"), _("Median ratio"), _("Sales")),
        rows=tuple((r["week"], write.number(r["median"], 3), str(r["sales"])) for r in rows),
    )


def _index(write: Writer, round_: PublishedRound) -> Chart:
    _ = write.gettext
    rows = [{"day": p.day.isoformat(), "level": p.level, "low": p.low, "high": p.high}
            for p in round_.index]  # fmt: skip
    x = {"field": "day", "type": "temporal", "title": None,
         "axis": {"format": "%b %Y", "labelOverlap": True}}  # fmt: skip
    scale = {"zero": False}
    specification = _chart(
        {
            "height": 220,
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "area", "opacity": 0.18, "color": RISE},
                    "encoding": {
                        "x": x,
                        "y": {"field": "low", "type": "quantitative", "scale": scale,
                              "title": _("Level of prices"), "axis": {"format": ".0%"}},
                        "y2": {"field": "high"},
                    },
                },
                {
                    "mark": {"type": "line"},
                    "encoding": {"x": x, "y": {"field": "level", "type": "quantitative"},
                                 "tooltip": [{"field": "day", "type": "temporal"},
                                             {"field": "level", "format": ".1%"}]},
                },
            ],
        }
    )  # fmt: skip
    return Chart(
        title=_("Price index"),
        caption=_(
            "The level of market prices over time; 100 % is the valuation date. The band holds the level in 95 % of cases."
        ),
        specification=specification,
        head=(_("Day"), _("Level of prices")),
        rows=tuple((write.short_day(p.day), write.percent(p.level)) for p in round_.index),
    )


def _weights(write: Writer, round_: PublishedRound) -> Chart:
    _ = write.gettext
    shares = [(write.text(item.label), item.share) for item in round_.importance[:12]]
    values = [{"name": name, "share": share} for name, share in shares]
    specification = _chart(
        {
            "height": {"step": 22},
            "data": {"values": values},
            "mark": {"type": "bar", "cornerRadiusEnd": 3},
            "encoding": {
                "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
                "x": {"field": "share", "type": "quantitative", "title": None,
                      "axis": {"format": ".0%"}},
                "tooltip": [{"field": "name", "title": " "},
                            {"field": "share", "format": ".1%", "title": " "}],
            },
        }
    )  # fmt: skip
    return Chart(
        title=_("What matters most"),
        caption=_(
            "Each characteristic's share of all that moves values away from the typical house."
        ),
        specification=specification,
        head=(_("Characteristic"), _("Share")),
        rows=tuple((name, write.percent(share)) for name, share in shares),
    )


def _chart(specification: dict[str, Any]) -> dict[str, Any]:
    common = {
        "$schema": SCHEMA,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
    return common | specification


def _line_at(**place: float) -> dict[str, Any]:
    return {
        "mark": {"type": "rule", "strokeDash": [5, 4], "color": FALL, "strokeWidth": 1.5},
        "encoding": {axis: {"datum": value} for axis, value in place.items()},
    }


def _money_axis(write: Writer) -> dict[str, Any]:
    """Write amounts on an axis with thousands and millions shortened."""
    thousand, million = write.gettext("k"), write.gettext("m")
    return {
        "labelExpr": (
            f"abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.3~f') + ' {million}'"
            f" : format(datum.value / 1e3, ',.3~f') + ' {thousand}'"
        ),
        "tickCount": 5,
    }


def _bar(write: Writer, label: str, start: Decimal, end: Decimal, colour: str) -> dict[str, Any]:
    return {
        "label": label,
        "from": float(start),
        "to": float(end),
        "end": float(max(start, end)),
        "colour": colour,
        "shown": write.whole_money(end),
    }


def _domain(bars: list[dict[str, Any]]) -> list[float]:
    """Leave room for the figures to the right of the bars."""
    levels = [bar["to"] for bar in bars] + [bar["from"] for bar in bars[1:-1]]
    low, high = min(levels), max(levels)
    span = max(high - low, 0.1 * high)
    return [max(0.0, low - 0.15 * span), high + 0.3 * span]


def _reason_label(write: Writer, label: Any, recorded: str | None) -> str:
    text = write.text(label)
    if recorded in {"yes", "no"}:
        recorded = write.gettext(recorded)
    return f"{text}: {recorded}" if recorded else text


def _age(write: Writer, first: int, last: int | None) -> str:
    _ = write.gettext
    if last is None:
        return _("over {days} days").format(days=first - 1)
    return _("{first}–{last} days").format(first=first, last=last)
