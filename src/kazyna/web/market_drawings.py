"""Drawings of the market of a round: where its areas lie, and prices over time in one part."""

from dataclasses import dataclass
from math import cos, radians
from statistics import median

from kazyna.services.round_market import PartOfMarket, RoundMarket
from kazyna.services.rounds import IndexPoint
from kazyna.web.charts import FALL, Chart, drawn
from kazyna.web.language import Writer

WIDTH = 100.0
"""Of the map, in units of its own; its height follows the land."""
DOT = 0.85
RAMP = ("#0a4f48", "#2f7d70", "#5aa394", "#8fc2b6", "#e6bfa3", "#c97a4e", "#8c3a17")
"""From the dearest area to the cheapest; told apart also by who sees no red or green."""


@dataclass(frozen=True)
class Dot:
    """A sale on the map."""

    x: float
    y: float
    colour: str


@dataclass(frozen=True)
class AreaLine:
    """A market area: its mark on the map and what the list says of it."""

    number: int
    colour: str
    x: float
    y: float
    """Where its number stands: at the middle one of its sales."""
    sales: str
    level: str
    price: str
    mostly: str


@dataclass(frozen=True)
class AreaMap:
    """The market areas, drawn and listed."""

    height: float
    radius: float
    dots: tuple[Dot, ...]
    areas: tuple[AreaLine, ...]
    named: bool
    """Whether the areas are told by the names of the neighbourhoods in them."""


def area_map(write: Writer, market: RoundMarket) -> AreaMap | None:
    """Lay the market areas out on the ground: a degree of longitude is as wide as it is there."""
    if not market.places:
        return None
    south, north = min(p.lat for p in market.places), max(p.lat for p in market.places)
    west, east = min(p.lon for p in market.places), max(p.lon for p in market.places)
    narrow = cos(radians((south + north) / 2))
    scale = WIDTH / max((east - west) * narrow, (north - south) / 2, 1e-9)

    def laid(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * narrow * scale, (north - lat) * scale

    colours = {area.number: _colour(at, len(market.areas)) for at, area in enumerate(market.areas)}
    lines = []
    for area in market.areas:
        inside = [(p.lon, p.lat) for p in market.places if p.area == area.number]
        if not inside:
            continue
        lon, lat = (median(each) for each in zip(*inside, strict=True))
        nearest = min(inside, key=lambda at: (at[0] - lon) ** 2 + (at[1] - lat) ** 2)
        lines.append(
            AreaLine(
                area.number,
                colours[area.number],
                *laid(*nearest),
                write.number(area.sales),
                signed_percent(write, area.level),
                write.whole_money(area.price),
                ", ".join(area.mostly),
            )
        )
    return AreaMap(
        (north - south) * scale,
        DOT,
        tuple(Dot(*laid(p.lon, p.lat), colours[p.area]) for p in market.places),
        tuple(lines),
        any(area.mostly for area in market.areas),
    )


def part_index(write: Writer, market: RoundMarket) -> Chart | None:
    """Draw the level of prices in one part of the market, beside the whole market's."""
    if market.part is None or not market.part.points:
        return None
    _ = write.gettext
    part = market.part
    x = {"field": "day", "type": "temporal", "title": None,
         "axis": {"format": "%b %Y", "labelOverlap": True, "tickCount": 6}}  # fmt: skip
    y = {"field": "low", "type": "quantitative", "scale": {"zero": False},
         "title": _("Level of prices"), "axis": {"format": ".0%", "tickCount": 6}}  # fmt: skip
    level = {"x": x, "y": {"field": "level", "type": "quantitative"}}
    tooltip = [
        {"field": "day", "type": "temporal", "title": _("Day")},
        {"field": "level", "format": ".1%", "title": _("Level of prices")},
    ]
    own, whole = ({"values": _values(points)} for points in (part.points, market.whole))
    return Chart(
        title=_("Price index: {part}").format(part=part_name(write, market, part)),
        caption=_(
            "The level of prices in this part of the market; 100 % is the valuation date. The band"
            " holds the level in 90 % of cases; the dashed line is the whole market."
        ),
        specification=drawn(
            layer=[
                {
                    "data": own,
                    "mark": {"type": "area", "opacity": 0.18},
                    "encoding": {"x": x, "y": y, "y2": {"field": "high"}},
                },
                {
                    "data": whole,
                    "mark": {"type": "line", "strokeDash": [5, 4], "color": FALL,
                             "strokeWidth": 1.5},
                    "encoding": level,
                },
                {"data": own, "mark": {"type": "line"}, "encoding": level | {"tooltip": tooltip}},
            ]
        ),
        head=(_("Day"), _("Level of prices"), _("90 % interval"), _("Whole market")),
        rows=_rows(write, part, market.whole),
    )  # fmt: skip


def part_name(write: Writer, market: RoundMarket, part: PartOfMarket | None) -> str:
    """Name a part of the market; one that was found has a number only."""
    if part is None:
        return ""
    label = write.text(market.label) if market.label else write.gettext("Market area")
    return f"{label} {part.prices.name}"


def signed_percent(write: Writer, share: float) -> str:
    """Write a share with its sign."""
    sign = "+" if share > 0 else "−" if share < 0 else ""
    return sign + write.percent(abs(share), 0 if abs(share) >= 1 else 1)


def interval(write: Writer, point: IndexPoint) -> str:
    """Write the interval of a level."""
    return f"{write.percent(point.low)} … {write.percent(point.high)}"


def _values(points: tuple[IndexPoint, ...]) -> list[dict[str, object]]:
    return [
        {"day": p.day.isoformat(), "level": p.level, "low": p.low, "high": p.high} for p in points
    ]


def _rows(
    write: Writer, part: PartOfMarket, whole: tuple[IndexPoint, ...]
) -> tuple[tuple[str, ...], ...]:
    market = {p.day: write.percent(p.level) for p in whole}
    return tuple(
        (
            write.short_day(p.day),
            write.percent(p.level),
            interval(write, p),
            market.get(p.day, "–"),
        )
        for p in part.points
    )


def _colour(at: int, areas: int) -> str:
    return RAMP[(len(RAMP) - 1) * at // max(areas - 1, 1)]
