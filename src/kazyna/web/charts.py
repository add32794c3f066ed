"""Charts as Vega-Lite specifications: data and encoding here, colours and fonts in the browser.

Every chart comes with the words that stand under it and with a table, for whoever cannot see it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from kazyna.services.ledger import Revenue
from kazyna.services.rounds import PublishedRound, StudyPoint
from kazyna.web.language import Writer

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
POINTS_MAX = 2_000
"""Points in a scatter plot; of more, every so many is drawn."""
WEEK_SALES_MIN = 10
"""Fewer sales than this tell nothing of a week."""
WEEK_DOMAIN = [0.85, 1.15]
MONTHS_MAX = 12
"""The latest months of the revenue chart; its table has them all."""
RATIO_LOW, RATIO_HIGH, RATIO_STEP = 0.4, 1.8, 0.05
RISE, FALL = "#0b6159", "#b4532a"
HEIGHT = 250

Specification = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """One chart with its title, its caption and the table behind it."""

    title: str
    caption: str
    specification: Specification
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def revenue(write: Writer, found: Revenue) -> Chart:
    """Draw what was charged and received by month, over all taxes."""
    _ = write.gettext
    by_month = dict.fromkeys(sorted({m.month for m in found.months}), (Decimal(0), Decimal(0)))
    for m in found.months:
        charged, received = by_month[m.month]
        by_month[m.month] = (charged + m.charged, received + m.received)
    values = [
        {
            "month": write.month(month),
            "received": float(received),
            "shown": write.short_number(received),
        }
        for month, (_charged, received) in list(by_month.items())[-MONTHS_MAX:]
    ]
    x = {"field": "month", "type": "ordinal", "sort": None, "title": None,
         "axis": {"labelAngle": 0, "labelExpr": "split(datum.label, ' ')"}}  # fmt: skip
    y = {"field": "received", "type": "quantitative", "title": None, "axis": _money_axis(write)}
    return Chart(
        title=_("Revenue by month"),
        caption=_("Money received, by the day it came in."),
        specification=drawn(
            encoding={"x": x, "y": y},
            layer=[
                {"mark": {"type": "bar", "cornerRadiusEnd": 4, "width": {"band": 0.62}}},
                {
                    "transform": [{"filter": "datum.received > 0"}],
                    "mark": {"type": "text", "dy": -9},
                    "encoding": {"text": {"field": "shown"}},
                },
            ],
            data={"values": values},
        ),
        head=(_("Month"), _("Charged"), _("Received")),
        rows=tuple(
            (write.month(m.month), write.money(m.charged), write.money(m.received))
            for m in found.months
        ),
    )


def ratios(write: Writer, points: tuple[StudyPoint, ...]) -> Chart:
    """Draw how often a ratio occurs; what lies beyond the axis is counted at its ends."""
    _ = write.gettext
    clipped = np.clip([p.ratio for p in points], RATIO_LOW, RATIO_HIGH - RATIO_STEP / 2)
    bins = round((RATIO_HIGH - RATIO_LOW) / RATIO_STEP)
    counts, edges = np.histogram(clipped, bins=bins, range=(RATIO_LOW, RATIO_HIGH))
    values = [
        {"from": round(float(low), 2), "to": round(float(high), 2), "sales": int(count)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    bars = {
        "mark": {"type": "bar", "binSpacing": 1},
        "encoding": {
            "x": {"field": "from", "type": "quantitative", "bin": {"binned": True},
                  "title": _("Ratio of value to price"),
                  "axis": {"format": ".1f", "tickCount": 8}},
            "x2": {"field": "to"},
            "y": {"field": "sales", "type": "quantitative", "title": _("Sales")},
            "tooltip": [
                {"field": "from", "format": ".2f", "title": _("Ratio from")},
                {"field": "to", "format": ".2f", "title": _("to")},
                {"field": "sales", "title": _("Sales")},
            ],
        },
    }  # fmt: skip
    return Chart(
        title=_("How near the values come"),
        caption=_("How often the model's value was how near the price; 1 is a perfect hit."),
        specification=drawn(data={"values": values}, layer=[bars, line_at(x=1.0)]),
        head=(_("Ratio from"), _("to"), _("Sales")),
        rows=tuple(
            (write.number(v["from"], 2), write.number(v["to"], 2), write.number(v["sales"]))
            for v in values
            if v["sales"]
        ),
    )


def trend(write: Writer, round_: PublishedRound, points: tuple[StudyPoint, ...]) -> Chart:
    """Draw ratios against value, with the line whose slope is PRB."""
    _ = write.gettext
    ratio, proxy = _ratio_and_proxy(points)
    middle, prb = float(np.median(ratio)), round_.study.prb.value
    centre = float(np.median(proxy))
    every = max(1, -(-len(points) // POINTS_MAX))
    values = [
        {"value": round(value), "ratio": round(each, 3)}
        for value, each in zip(proxy[::every].tolist(), ratio[::every].tolist(), strict=True)
    ]
    ends = [
        {"value": value, "ratio": middle * (1 + prb * float(np.log2(value / centre)))}
        for value in (float(proxy.min()), float(proxy.max()))
    ]
    x = {
        "field": "value",
        "type": "quantitative",
        "title": _("Value (mean of estimate and price)"),
        "scale": {"type": "log", "nice": False},
        "axis": _money_axis(write) | {"values": _ticks(proxy)},
    }
    y = ratio_axis(_("Ratio of value to price"), "ratio")
    y["scale"] = {"domain": [RATIO_LOW, RATIO_HIGH]}
    dots = {
        "data": {"values": values},
        "mark": {"type": "point", "size": 13, "opacity": 0.35, "clip": True},
        "encoding": {"x": x, "y": y},
    }
    slope = {
        "data": {"values": ends},
        "mark": {"type": "line", "color": FALL, "strokeWidth": 2.5},
        "encoding": {"x": x, "y": y},
    }
    shown = [point for _order, point in sorted(zip(proxy.tolist(), points, strict=True),
                                               key=lambda pair: pair[0])]  # fmt: skip
    return Chart(
        title=_("Ratio against value"),
        caption=_(
            "Each dot is a sale that the model had not seen. The line is PRB, {prb}: the change of"
            " the ratio each time the value doubles."
        ).format(prb=write.number(prb, 3)),
        specification=drawn(layer=[dots, slope]),
        head=(_("Price paid"), _("Estimated value"), _("Ratio")),
        rows=tuple(_sale(write, shown[at]) for at in spaced(len(shown))),
    )


def values_and_prices(write: Writer, points: tuple[StudyPoint, ...]) -> Chart:
    """Draw values against prices."""
    _ = write.gettext
    every = max(1, -(-len(points) // POINTS_MAX))
    values = [{"price": float(p.price), "value": float(p.value)} for p in points[::every]]
    levels = np.array([float(level) for p in points for level in (p.price, p.value)])
    low, high = float(levels.min()), float(levels.max())
    scale = {"type": "log", "domain": [low, high], "nice": False}
    axis = _money_axis(write) | {"values": _ticks(levels)}
    encoding = {
        "x": {"field": "price", "type": "quantitative", "scale": scale, "axis": axis,
              "title": _("Price paid")},
        "y": {"field": "value", "type": "quantitative", "scale": scale, "axis": axis,
              "title": _("Estimated value")},
    }  # fmt: skip
    dots = {
        "data": {"values": values},
        "mark": {"type": "point", "size": 13, "opacity": 0.35},
        "encoding": encoding,
    }
    equal = {
        "data": {"values": [{"price": end, "value": end} for end in (low, high)]},
        "mark": {"type": "line", "color": FALL, "strokeDash": [5, 4]},
        "encoding": encoding,
    }
    shown = sorted(points, key=lambda point: point.price)
    return Chart(
        title=_("Values and prices"),
        caption=_("On the dashed line the value is the price."),
        specification=drawn(layer=[dots, equal]),
        head=(_("Price paid"), _("Estimated value"), _("Ratio")),
        rows=tuple(_sale(write, shown[at]) for at in spaced(len(shown))),
    )


def weeks(write: Writer, points: tuple[StudyPoint, ...]) -> Chart:
    """Draw the median ratio of each week."""
    _ = write.gettext
    by_week: dict[tuple[int, int], list[StudyPoint]] = {}
    for point in points:
        by_week.setdefault(point.sold_on.isocalendar()[:2], []).append(point)
    rows = [
        {
            "day": point.sold_on.fromisocalendar(*week, 1),
            "median": float(np.median([point.ratio for point in sales])),
            "sales": len(sales),
        }
        for week, sales in sorted(by_week.items())
        if len(sales) >= WEEK_SALES_MIN
        for point in sales[:1]
    ]
    values = [row | {"day": row["day"].isoformat()} for row in rows]  # type: ignore[attr-defined]
    y = ratio_axis(_("Median ratio"), "median")
    y["scale"] = {"domain": WEEK_DOMAIN}
    line = {
        "mark": {"type": "line", "point": {"size": 55}, "clip": True},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "title": _("Week of the sale"),
                  "axis": {"format": "%d %b", "labelOverlap": True, "tickCount": 6}},
            "y": y,
            "tooltip": [
                {"field": "median", "format": ".3f", "title": _("Median ratio")},
                {"field": "sales", "title": _("Sales")},
            ],
        },
    }  # fmt: skip
    return Chart(
        title=_("Week by week"),
        caption=_(
            "The median ratio in each week with at least {n} sales, after the last sale that the"
            " model had seen."
        ).format(n=WEEK_SALES_MIN),
        specification=drawn(data={"values": values}, layer=[line, line_at(y=1.0)]),
        head=(_("Week of the sale"), _("Median ratio"), _("Sales")),
        rows=tuple(
            (write.short_day(r["day"]), write.number(r["median"], 3), write.number(r["sales"]))  # type: ignore[arg-type]
            for r in rows
        ),
    )


def index(write: Writer, round_: PublishedRound) -> Chart:
    """Draw the level of prices over time."""
    _ = write.gettext
    rows = [{"day": p.day.isoformat(), "level": p.level, "low": p.low, "high": p.high}
            for p in round_.index]  # fmt: skip
    x = {"field": "day", "type": "temporal", "title": None,
         "axis": {"format": "%b %Y", "labelOverlap": True, "tickCount": 6}}  # fmt: skip
    y = {"field": "low", "type": "quantitative", "scale": {"zero": False},
         "title": _("Level of prices"), "axis": {"format": ".0%", "tickCount": 6}}  # fmt: skip
    band = {
        "mark": {"type": "area", "opacity": 0.18},
        "encoding": {"x": x, "y": y, "y2": {"field": "high"}},
    }
    line = {
        "mark": {"type": "line"},
        "encoding": {
            "x": x,
            "y": {"field": "level", "type": "quantitative"},
            "tooltip": [
                {"field": "day", "type": "temporal", "title": _("Day")},
                {"field": "level", "format": ".1%", "title": _("Level of prices")},
            ],
        },
    }
    return Chart(
        title=_("Price index"),
        caption=_(
            "The level of market prices over time; 100 % is the valuation date. The band holds the"
            " level in 90 % of cases."
        ),
        specification=drawn(data={"values": rows}, layer=[band, line]),
        head=(_("Day"), _("Level of prices"), _("90 % interval")),
        rows=tuple(
            (
                write.short_day(p.day),
                write.percent(p.level),
                f"{write.percent(p.low)} … {write.percent(p.high)}",
            )
            for p in round_.index
        ),
    )


def drawn(**parts: Any) -> Specification:
    """Give a specification the size that every chart has."""
    common = {
        "$schema": SCHEMA,
        "width": "container",
        "height": HEIGHT,
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
    return common | parts


def _ratio_and_proxy(points: tuple[StudyPoint, ...]) -> tuple[Any, Any]:
    """Return ratios and a value that favours neither side: half estimate, half price, as for PRB.

    Groups by price alone, or by estimate alone, would tilt the picture.
    """
    value = np.array([float(point.value) for point in points])
    price = np.array([float(point.price) for point in points])
    ratio = value / price
    return ratio, 0.5 * value / np.median(ratio) + 0.5 * price


def line_at(**place: float) -> Specification:
    """Draw a dashed line across, at a value of x or y."""
    return {
        "mark": {"type": "rule", "strokeDash": [5, 4], "color": FALL, "strokeWidth": 1.5},
        "encoding": {
            axis: {"datum": value, "type": "quantitative"} for axis, value in place.items()
        },
    }


def ratio_axis(title: str, field: str) -> Specification:
    """Encode ratios upwards; the axis begins where they do."""
    return {"field": field, "type": "quantitative", "title": title, "scale": {"zero": False},
            "axis": {"format": ".2f", "tickCount": 6}}  # fmt: skip


def _ticks(levels: Any) -> list[int]:
    """Choose 1, 2, 5, 10 … within the range of a logarithmic axis."""
    low, high = float(levels.min()), float(levels.max())
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    known = [step * 10**power for power in powers if power >= 0 for step in (1, 2, 5)]
    return [tick for tick in known if low <= tick <= high]


def spaced(count: int, shown: int = 20) -> list[int]:
    """Choose rows of a long table, evenly from the first to the last."""
    return sorted({round(at) for at in np.linspace(0, count - 1, min(count, shown))})


def _sale(write: Writer, point: StudyPoint) -> tuple[str, str, str]:
    return (
        write.whole_money(point.price),
        write.whole_money(point.value),
        write.number(point.ratio, 3),
    )


def _money_axis(write: Writer) -> Specification:
    """Write amounts on an axis with thousands and millions shortened."""
    thousand, million = write.gettext("k"), write.gettext("m")
    return {
        "labelExpr": (
            "datum.value == 0 ? '0' : abs(datum.value) >= 1e6"
            f" ? format(datum.value / 1e6, ',.3~f') + ' {million}'"
            f" : format(datum.value / 1e3, ',.3~f') + ' {thousand}'"
        ),
        "tickCount": 5,
        "labelOverlap": False,
    }
