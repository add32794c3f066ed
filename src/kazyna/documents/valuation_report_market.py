"""The market in a valuation report: prices over time, in the whole and in its parts, and its areas.

What the index says of each part is drawn for the parts with the most sales and told of the others
in a table.
"""

import math

from kazyna.documents import valuation_report_words as say
from kazyna.documents.article import Block, Cell, Drawing, Grid, Paragraph
from kazyna.documents.drawings import (
    Axis,
    CurvePoint,
    Place,
    Plot,
    curve,
    days,
    map_of_points,
)
from kazyna.documents.ratio_study import month
from kazyna.documents.valuation_report_sentences import SENTENCES
from kazyna.documents.writing import Pen
from kazyna.valuation.indices.strata_index import IndexPoint
from kazyna.valuation.report.valuation_report import ValuationReport

VALUE_COLOURS = ("#e6efe9", "#bcdcd5", "#8fc2b6", "#5aa394", "#2f7d70", "#0b6159", "#073b37")
"""From little to much."""
AREA_COLOURS = ("#0a4f48", "#2f7d70", "#5aa394", "#8fc2b6", "#e6bfa3", "#c97a4e", "#8c3a17")
"""From the dearest area to the cheapest; told apart also by who sees no red or green."""
INDEX_ROWS_MAX = 9
STRATA_SHOWN, CURVES_SHOWN = 24, 6


def market_blocks(report: ValuationReport, pen: Pen) -> list[Block]:
    """Tell how prices moved, in the whole market and in its parts, and where the areas lie."""
    points, words = report.model.index, say.words(pen.language)
    if not points:
        return [Paragraph(words["none"])]
    first, last = points[0].date, points[-1].date
    change = 100 * (1 / points[0].level - 1)
    text = SENTENCES["index"].in_(pen.language)
    sign = "+" if change >= 0 else "−"
    level = Axis(words["level"], write=lambda value: pen.number(value, 2))
    axis = days("", first, last, write=lambda day: month(day, pen.language))
    line = [CurvePoint(p.date.toordinal(), p.level, p.low, p.high) for p in points]
    title = words["prices_level"]
    return [
        Paragraph(text.format(first=pen.day(first), change=sign + pen.number(abs(change), 1))),
        Drawing(
            title,
            SENTENCES["index_caption"].in_(pen.language),
            curve(Plot(title, axis, level, height=250), line, mark=1),
        ),
        Grid(
            (words["day"], words["level"], words["interval"].replace("95", "90")),
            tuple(
                (
                    Cell(pen.short_day(p.date)),
                    Cell(pen.number(p.level, 3)),
                    Cell(f"{pen.number(p.low, 3)} … {pen.number(p.high, 3)}"),
                )
                for p in _few(report)
            ),
            small=True,
        ),
        *_strata(report, pen),
        *_areas(report, pen),
    ]


def _strata(report: ValuationReport, pen: Pen) -> list[Block]:
    """Lay out how the parts of the market moved; of many, those that strayed most."""
    model, words = report.model, say.words(pen.language)
    if not model.strata:
        return []
    whole = 1 / model.index[0].level - 1
    strayed = sorted(model.strata, key=lambda each: -abs(each.change - whole))[:STRATA_SHOWN]
    shown = set(strayed)

    def percent(share: float) -> str:
        return pen.number(100 * share, 1)

    rows = tuple(
        (
            Cell(each.name if model.strata_by else words["area"].format(name=each.name)),
            Cell(pen.number(each.sales)),
            Cell(percent(each.change)),
            Cell(f"{percent(each.low)} … {percent(each.high)}"),
            Cell(pen.number(each.own, 2), bar=each.own),
        )
        for each in model.strata
        if each in shown
    )
    title = pen.label(model.strata_by) if model.strata_by else words["stratum"]
    head = (title, words["sales"], words["change"], words["interval"].replace("95", "90"))
    return [
        Paragraph(SENTENCES["strata_index"].in_(pen.language)),
        Grid((*head, words["own"]), rows, widths=(1.7, 0.9, 1.0, 1.4, 1.2), small=True),
        *_curves(report, pen),
    ]


def _curves(report: ValuationReport, pen: Pen) -> list[Block]:
    """Draw the index of the parts with the most sales, two side by side."""
    model, words = report.model, say.words(pen.language)
    points = dict(model.curves)
    drawn = sorted((s for s in model.strata if points.get(s.name)), key=lambda s: -s.sales)
    whole = [(float(p.date.toordinal()), p.level) for p in model.index]
    level = Axis("", write=lambda value: pen.number(value, 2))
    blocks: list[Block] = []
    for part in drawn[:CURVES_SHOWN]:
        line = points[part.name]
        name = part.name if model.strata_by else words["area"].format(name=part.name)
        title = f"{pen.label(model.strata_by)} {name}" if model.strata_by else name
        axis = days("", line[0].date, line[-1].date, write=lambda day: month(day, pen.language))
        plot = Plot(title, axis, level, width=420, height=240)
        shape = [CurvePoint(p.date.toordinal(), p.level, p.low, p.high) for p in line]
        sales = words["sales_of_part"].format(n=pen.number(part.sales))
        drawing = curve(plot, shape, mark=1, beside=whole)
        blocks.append(Drawing(title, sales, drawing, width=0.5))
    if blocks:
        blocks.insert(0, Paragraph(SENTENCES["strata_curves"].in_(pen.language)))
    return blocks


def _areas(report: ValuationReport, pen: Pen) -> list[Block]:
    """Draw where the market areas lie that were found, and list them."""
    found, words = report.model.areas, say.words(pen.language)
    if not found.places:
        return []
    count = len(found.each)
    classes = min(count, len(AREA_COLOURS))
    colours = [AREA_COLOURS[(len(AREA_COLOURS) - 1) * at // max(classes - 1, 1)]
               for at in range(classes)]  # fmt: skip
    title = words["areas"]
    # A colour begins at the number of its first area.
    breaks = [float(-(-at * count // classes)) + 0.5 for at in range(1, classes)]
    legend = Axis(title, write=lambda limit: pen.number(math.ceil(limit)))
    plot = Plot(title, legend, Axis(""), height=430)
    places = [Place(each.lon, each.lat, each.area) for each in found.places]
    drawn = map_of_points(plot, places, breaks=breaks, colours=colours, radius=3.6)
    named = any(each.mostly for each in found.each)
    head = [words["stratum"], words["sales"], words["beside_average"], words["median_price"]]
    rows = tuple(
        (
            Cell(words["area"].format(name=each.number)),
            *((Cell(", ".join(each.mostly)),) if named else ()),
            Cell(pen.number(each.sales)),
            Cell(_signed(pen, each.level)),
            Cell(pen.money(round(each.price)) if each.sales else "–"),
        )
        for each in found.each
    )
    if named:
        head.insert(1, words["mostly"])
    return [
        Drawing(title, SENTENCES["areas"].in_(pen.language), drawn),
        Grid(
            tuple(head),
            rows,
            left=(0, 1) if named else (0,),
            widths=(1.0, 2.2, 0.8, 1.2, 1.3) if named else (),
            small=True,
        ),
    ]


def _signed(pen: Pen, share: float) -> str:
    sign = "+" if share > 0 else "−" if share < 0 else ""
    return f"{sign}{pen.number(abs(100 * share), 1)} %"


def _few(report: ValuationReport) -> list[IndexPoint]:
    """Take a few days, evenly, the last among them."""
    points = report.model.index
    every = -(-len(points) // INDEX_ROWS_MAX)
    return list(reversed(points[::-1][::every]))
