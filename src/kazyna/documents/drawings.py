"""Plots as SVG text: for a page that needs no script, and for paper (Typst takes SVG as it is).

A plot is described by a `Plot` with two axes and drawn by one of five functions, each of which
returns one self-contained `<svg>` element:

- `histogram`: how often what occurs
- `intervals`: a dot on its interval for each of some groups
- `scatter`: many points, with a line through them
- `curve`: a line in its band, as over time
- `map_of_points`: places coloured by value, north up

Colours stand in the elements, not in a style sheet, so the drawing looks the same everywhere. What
lies beyond the limits of an axis is drawn at its edge: nothing is left out in silence.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

INK, QUIET, GRID, BRAND, SOFT, WARN = (
    "#15262b", "#4b5d62", "#e7e3d9", "#0b6159", "#bcdcd5", "#b4532a"
)  # fmt: skip
FALLING_TO_RISING = ("#97401c", "#d08358", "#e9c9b4", "#d3e8e3", "#6fae9f", "#0b6159")
"""Six colours from too low to too high, pale in the middle, told apart by the colour-blind."""
FONTS = "Golos Text Variable, Libertinus Serif, system-ui, sans-serif"
FONT_SIZE = 12
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 12, 50
"""Room around the drawing for the figures and names of the axes."""
LEGEND_WIDTH, LEGEND_HEIGHT = 46, 34
TICKS = 6
MONTHS_A_YEAR = 12
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Steps between ticks that people count in, times a power of ten."""
LOG_STEPS = (1.0, 2.0, 5.0)

Pairs = Sequence[tuple[float, float]]


def plain(value: float) -> str:
    """Write a number without needless digits."""
    return f"{value:,.10g}"


@dataclass(frozen=True)
class Axis:
    """One direction of a plot."""

    label: str
    write: Callable[[float], str] = plain
    """Writes the figure at a tick in the reader's language."""
    limits: tuple[float, float] | None = None
    """First and last value; of the data when not given."""
    log: bool = False
    ticks: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Plot:
    """What stands around the data; `title` is what a screen reader says of the drawing."""

    title: str
    x: Axis
    y: Axis
    width: int = 640
    height: int = 340


@dataclass(frozen=True)
class Span:
    """A value of a group with its interval; without one, only the dot is drawn."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class CurvePoint:
    """A point of a line with the band around it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Place:
    """A place on a map and what is known of it."""

    lon: float
    lat: float
    value: float


def days(label: str, first: date, last: date, *, write: Callable[[date], str]) -> Axis:
    """Make an axis of days; its values are `date.toordinal()`, its ticks the firsts of months."""
    months = range(first.year * MONTHS_A_YEAR + first.month, last.year * MONTHS_A_YEAR + last.month)
    every = max(1, math.ceil(len(months) / TICKS))
    ticks = [
        date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1) for month in months[::every]
    ]
    limits = (float(first.toordinal()), float(max(last.toordinal(), first.toordinal() + 1)))
    return Axis(
        label,
        write=lambda day: write(date.fromordinal(round(day))),
        limits=limits,
        ticks=tuple(float(day.toordinal()) for day in ticks or [first, last]),
    )


def histogram(
    plot: Plot, edges: Sequence[float], counts: Sequence[float], *, mark: float | None = None
) -> str:
    """Draw a bar for each interval between two edges.

    Parameters
    ----------
    edges
        Shape (bars + 1,), rising.
    counts
        Shape (bars,).
    mark
        Where a dashed upright line is drawn, such as the ratio 1.
    """
    paper = _Paper.of(plot, edges, [0.0, *counts])
    floor = paper.y(0.0)
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        left, right, top = paper.x(low), paper.x(high), paper.y(count)
        paper.rectangle((left + 0.5, top), (right - 0.5, floor), BRAND)
    return paper.finish(upright=mark)


def intervals(plot: Plot, spans: Sequence[Span], *, mark: float | None = None) -> str:
    """Draw a dot for each group and a line through it for its interval.

    Parameters
    ----------
    spans
        In the order of the x axis, whose ticks are their labels.
    mark
        Where a dashed level line is drawn.
    """
    ends = [end for s in spans for end in (s.value, s.low, s.high) if end is not None]
    x = Axis(
        plot.x.label,
        write=lambda at: spans[round(at)].label,
        limits=(-0.5, len(spans) - 0.5),
        ticks=tuple(float(at) for at in range(0, len(spans), max(1, math.ceil(len(spans) / 24)))),
    )
    level = [*ends, mark] if mark is not None else ends
    paper = _Paper.of(Plot(plot.title, x, plot.y, plot.width, plot.height), [], level)
    paper.level(mark)
    for at, span in enumerate(spans):
        middle = paper.x(at)
        if span.low is not None and span.high is not None:
            ends_ = ((middle, paper.y(span.low)), (middle, paper.y(span.high)))
            paper.line(ends_, colour=SOFT, width=7)
        paper.dot((middle, paper.y(span.value)), radius=4.5)
    return paper.finish()


def scatter(plot: Plot, points: Pairs, *, line: Pairs = (), mark: float | None = None) -> str:
    """Draw many points, a line through them and a dashed level line.

    Parameters
    ----------
    points
        Pairs of x and y; some thousands are enough for the eye and the file.
    line
        Corners of the line, such as the two ends of a regression.
    """
    both = [*points, *line]
    paper = _Paper.of(plot, [x for x, _ in both], [y for _, y in both])
    for x, y in points:
        paper.dot((paper.x(x), paper.y(y)), radius=1.8, opacity=0.35)
    paper.level(mark)
    paper.line([(paper.x(x), paper.y(y)) for x, y in line], colour=WARN, width=2.5)
    return paper.finish()


def curve(
    plot: Plot,
    points: Sequence[CurvePoint],
    *,
    mark: float | None = None,
    beside: Pairs = (),
) -> str:
    """Draw a line in its band, and a dashed level line.

    Parameters
    ----------
    points
        In the order of x; the band is drawn through those that have one.
    beside
        Another line to compare with, drawn thin and dashed.
    """
    levels = [end for p in points for end in (p.y, p.low, p.high, mark) if end is not None]
    levels += [y for _, y in beside]
    paper = _Paper.of(plot, [p.x for p in points], levels)
    lower = [(paper.x(p.x), paper.y(p.low)) for p in points if p.low is not None]
    upper = [(paper.x(p.x), paper.y(p.high)) for p in points if p.high is not None]
    paper.area([*lower, *reversed(upper)])
    paper.level(mark)
    paper.line([(paper.x(x), paper.y(y)) for x, y in beside], colour=QUIET, width=1.5, dash="2 4")
    paper.line([(paper.x(p.x), paper.y(p.y)) for p in points], colour=BRAND, width=2)
    return paper.finish()


def map_of_points(
    plot: Plot,
    places: Sequence[Place],
    *,
    breaks: Sequence[float],
    colours: Sequence[str] = FALLING_TO_RISING,
    radius: float = 3.0,
) -> str:
    """Draw places in the colour of their class, north up and to one scale, with a legend.

    Parameters
    ----------
    plot
        Its x axis writes the legend's figures and its label names them; the y axis is not drawn.
    breaks
        Shape (colours - 1,), rising: where one colour ends and the next begins.
    """
    if len(colours) != len(breaks) + 1:
        raise ValueError(f"{len(colours)} colours for {len(breaks) + 1} classes")
    body: list[str] = []
    place_on = _map_scale(plot, places)
    for place in places:
        colour = colours[sum(place.value >= limit for limit in breaks)]
        x, y = place_on(place)
        body.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"'
            ' fill-opacity="0.85"/>'
        )
    floor = plot.height - LEGEND_HEIGHT
    body.append(_text(plot.x.label, (4.0, floor + 12.0)))
    start = plot.width - LEGEND_WIDTH * len(colours)
    for at, colour in enumerate(colours):
        left = start + at * LEGEND_WIDTH
        body.append(
            f'<rect x="{left}" y="{floor + 2}" width="{LEGEND_WIDTH}" height="11" fill="{colour}"/>'
        )
    for at, limit in enumerate(breaks, 1):
        place_ = (float(start + at * LEGEND_WIDTH), floor + 28.0)
        body.append(_text(plot.x.write(limit), place_, anchor="middle"))
    return _svg(plot, body)


def _map_scale(plot: Plot, places: Sequence[Place]) -> Callable[[Place], tuple[float, float]]:
    """Fit places into the picture; a degree of longitude shrinks by the cosine of latitude."""
    lons, lats = [p.lon for p in places] or [0.0], [p.lat for p in places] or [0.0]
    squeeze = math.cos(math.radians((min(lats) + max(lats)) / 2))
    width = max((max(lons) - min(lons)) * squeeze, 1e-9)
    height = max(max(lats) - min(lats), 1e-9)
    room = (plot.width - 2 * TOP, plot.height - 2 * TOP - LEGEND_HEIGHT)
    scale = min(room[0] / width, room[1] / height)
    left = TOP + (room[0] - width * scale) / 2
    top = TOP + (room[1] - height * scale) / 2

    def place_on(place: Place) -> tuple[float, float]:
        return (
            left + (place.lon - min(lons)) * squeeze * scale,
            top + (max(lats) - place.lat) * scale,
        )

    return place_on


class _Scale:
    """From values to positions; what lies beyond the limits is brought to the edge."""

    def __init__(self, axis: Axis, data: Sequence[float], room: tuple[float, float]) -> None:
        self.axis, self.room = axis, room
        low, high = axis.limits or (min(data, default=0.0), max(data, default=1.0))
        if axis.limits is None and not axis.log:
            low, high = _widened(low, high)
        self.low, self.high = low, high if high > low else low + (abs(low) or 1.0)

    def __call__(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        share = (self._at(value) - self._at(self.low)) / (self._at(self.high) - self._at(self.low))
        return self.room[0] + share * (self.room[1] - self.room[0])

    def _at(self, value: float) -> float:
        return math.log(value) if self.axis.log else value

    def ticks(self) -> Iterable[float]:
        """Places of the figures: those given, or round numbers inside the limits."""
        if self.axis.ticks is not None:
            return [t for t in self.axis.ticks if self.low <= t <= self.high]
        return (_log_ticks if self.axis.log else _round_ticks)(self.low, self.high)


class _Paper:
    """Collects the elements of one plot with axes."""

    def __init__(self, plot: Plot, x: _Scale, y: _Scale) -> None:
        self.plot, self.x, self.y = plot, x, y
        self.body: list[str] = []
        self._draw_axes()

    @classmethod
    def of(cls, plot: Plot, xs: Sequence[float], ys: Sequence[float]) -> "_Paper":
        """Scale both axes to the data."""
        floor = plot.height - BOTTOM
        return cls(
            plot,
            _Scale(plot.x, xs, (float(LEFT), float(plot.width - RIGHT))),
            _Scale(plot.y, ys, (float(floor), float(TOP))),
        )

    def line(
        self, corners: Sequence[tuple[float, float]], *, colour: str, width: float, dash: str = ""
    ) -> None:
        if corners:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            self.body.append(
                f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"'
                f' stroke-linecap="round"{dashed}/>'
            )

    def area(self, corners: Sequence[tuple[float, float]]) -> None:
        if corners:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
            self.body.append(f'<polygon points="{path}" fill="{SOFT}" fill-opacity="0.6"/>')

    def rectangle(self, first: tuple[float, float], last: tuple[float, float], fill: str) -> None:
        width, height = max(last[0] - first[0], 0.0), max(last[1] - first[1], 0.0)
        self.body.append(
            f'<rect x="{first[0]:.1f}" y="{first[1]:.1f}" width="{width:.1f}"'
            f' height="{height:.1f}" fill="{fill}"/>'
        )

    def dot(self, at: tuple[float, float], *, radius: float, opacity: float = 1.0) -> None:
        faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self.body.append(
            f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" fill="{BRAND}"{faint}/>'
        )

    def level(self, value: float | None) -> None:
        if value is not None:
            ends = [(end, self.y(value)) for end in self.x.room]
            self.line(ends, colour=WARN, width=1.5, dash="5 4")

    def finish(self, *, upright: float | None = None) -> str:
        if upright is not None:
            ends = [(self.x(upright), end) for end in self.y.room]
            self.line(ends, colour=WARN, width=1.5, dash="5 4")
        return _svg(self.plot, self.body)

    def _draw_axes(self) -> None:
        left, right = self.x.room
        floor, top = self.y.room
        for tick in self.y.ticks():
            at = self.y(tick)
            self.line([(left, at), (right, at)], colour=GRID, width=1)
            self.body.append(_text(self.plot.y.write(tick), (left - 8, at + 4), anchor="end"))
        for tick in self.x.ticks():
            at = self.x(tick)
            self.line([(at, floor), (at, floor + 5)], colour=QUIET, width=1)
            self.body.append(_text(self.plot.x.write(tick), (at, floor + 19), anchor="middle"))
        self.line([(left, floor), (right, floor)], colour=QUIET, width=1)
        middle = (left + right) / 2
        self.body.append(_text(self.plot.x.label, (middle, floor + 40), anchor="middle"))
        self.body.append(_text(self.plot.y.label, (13.0, (floor + top) / 2), upright=True))


def _widened(low: float, high: float) -> tuple[float, float]:
    """Leave a little air, but none below nought where all is above it."""
    margin = 0.05 * ((high - low) or abs(high) or 1.0)
    return (low if low == 0 else low - margin), high + margin


def _round_ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in STEPS if each * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(at * step, 12) for at in range(first, last + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = LOG_STEPS if len(powers) <= TICKS else LOG_STEPS[:1]
    ticks = [step * 10.0**power for power in powers for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def _text(
    words: str, at: tuple[float, float], *, anchor: str = "start", upright: bool = False
) -> str:
    turn = f' transform="rotate(-90 {at[0]:.1f} {at[1]:.1f})"' if upright else ""
    anchor = "middle" if upright else anchor
    return (
        f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}" fill="{QUIET}"{turn}>'
        f"{escape(words)}</text>"
    )


def _svg(plot: Plot, body: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plot.width} {plot.height}"'
        f' width="{plot.width}" height="{plot.height}" role="img"'
        f' aria-label="{escape(plot.title)}" font-family="{FONTS}" font-size="{FONT_SIZE}">'
        + "".join(body)
        + "</svg>"
    )
