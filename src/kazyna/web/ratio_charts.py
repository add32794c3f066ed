"""The charts of a round's ratio study: all of them, and those by value and by place."""

from kazyna.services.round_studies import PlaceRatio, RatioStudy, RoundStudy
from kazyna.services.rounds import PublishedRound, StudyPoint
from kazyna.web import charts
from kazyna.web.charts import Chart, drawn, line_at, ratio_axis, spaced
from kazyna.web.language import Writer

MAP_HEIGHT = 380
MAP_BREAKS = [0.90, 0.95, 1.0, 1.05, 1.10]
MAP_COLOURS = ["#97401c", "#d08358", "#e9c9b4", "#d3e8e3", "#6fae9f", "#0b6159"]
"""From too low to too high, pale in the middle; those of the printed map."""


def study(
    write: Writer, round_: PublishedRound, points: tuple[StudyPoint, ...], found: RoundStudy
) -> tuple[Chart, ...]:
    """Draw the ratio study: ratios by value, time and place, and the price index."""
    every = (
        charts.ratios(write, points),
        value_groups(write, found.study),
        charts.trend(write, round_, points),
        places(write, found.picture.places),
        charts.values_and_prices(write, points),
        charts.weeks(write, points),
        charts.index(write, round_),
    )
    return tuple(chart for chart in every if chart is not None)


def value_groups(write: Writer, study: RatioStudy) -> Chart | None:
    """Draw the median ratio of each group of value with its interval; none for few sales."""
    _ = write.gettext
    if study.vertical_equity is None:
        return None
    rows = [
        {"group": number, "low": group.low, "median": group.median_ratio, "high": group.high,
         "sales": group.sales}
        for number, group in enumerate(study.vertical_equity.groups, 1)
    ]  # fmt: skip
    x = {"field": "group", "type": "ordinal", "title": _("Group of properties by value"),
         "axis": {"labelAngle": 0}}  # fmt: skip
    ends = {
        "mark": {"type": "bar", "width": 9, "cornerRadius": 4, "opacity": 0.28},
        "encoding": {"x": x, "y": ratio_axis(_("Ratio of value to price"), "low"),
                     "y2": {"field": "high"}},
    }  # fmt: skip
    medians = {
        "mark": {"type": "point", "size": 80, "opacity": 1},
        "encoding": {
            "x": x,
            "y": {"field": "median", "type": "quantitative"},
            "tooltip": [
                {"field": "median", "format": ".3f", "title": _("Median ratio")},
                {"field": "low", "format": ".3f", "title": _("90 % from")},
                {"field": "high", "format": ".3f", "title": _("to")},
                {"field": "sales", "title": _("Sales")},
            ],
        },
    }
    return Chart(
        title=_("Cheap and dear alike"),
        caption=_(
            "Median ratio of each group of properties by value, the cheapest first, with its 90 %"
            " interval: a level line is fair to cheap and dear."
        ),
        specification=drawn(data={"values": rows}, layer=[line_at(y=1.0), ends, medians]),
        head=(_("Group"), _("Value from"), _("to"), _("Median ratio"), _("90 % interval"),
              _("Sales")),
        rows=tuple(
            (
                str(number),
                write.whole_money(group.value_from),
                write.whole_money(group.value_to),
                write.number(group.median_ratio, 3),
                _ends(write, group.low, group.high),
                write.number(group.sales),
            )
            for number, group in enumerate(study.vertical_equity.groups, 1)
        ),
    )  # fmt: skip


def places(write: Writer, found: tuple[PlaceRatio, ...]) -> Chart | None:
    """Draw the median ratios of neighbourhoods where they are."""
    _ = write.gettext
    if not found:
        return None
    values = [
        {"lon": p.lon, "lat": p.lat, "median": round(p.median_ratio, 3), "sales": p.sales}
        for p in found
    ]
    # An equal grid of degrees would stretch the country; the projection keeps its shape.
    dots = {
        "mark": {"type": "circle", "size": 90, "opacity": 0.9},
        "encoding": {
            "longitude": {"field": "lon", "type": "quantitative"},
            "latitude": {"field": "lat", "type": "quantitative"},
            "color": {
                "field": "median",
                "type": "quantitative",
                "title": _("Median ratio"),
                "scale": {"type": "threshold", "domain": MAP_BREAKS, "range": MAP_COLOURS},
                "legend": {"orient": "bottom", "direction": "horizontal", "format": ".2f",
                           "gradientLength": 220},
            },
            "tooltip": [
                {"field": "median", "format": ".3f", "title": _("Median ratio")},
                {"field": "sales", "title": _("Sales")},
            ],
        },
    }  # fmt: skip
    ordered = sorted(found, key=lambda place: place.median_ratio)
    return Chart(
        title=_("Where values are high and low"),
        caption=_(
            "Each dot is the median ratio of sales that lie near one another; north is up. Brown is"
            " valued low, green high."
        ),
        specification=drawn(
            data={"values": values},
            projection={"type": "mercator"},
            layer=[dots],
            height=MAP_HEIGHT,
        ),
        head=(_("Longitude"), _("Latitude"), _("Median ratio"), _("Sales")),
        rows=tuple(
            (
                write.number(place.lon, 3),
                write.number(place.lat, 3),
                write.number(place.median_ratio, 3),
                write.number(place.sales),
            )
            for place in (ordered[at] for at in spaced(len(ordered)))
        ),
    )


def _ends(write: Writer, low: float | None, high: float | None) -> str:
    return (
        "–" if low is None or high is None else f"{write.number(low, 3)} … {write.number(high, 3)}"
    )
