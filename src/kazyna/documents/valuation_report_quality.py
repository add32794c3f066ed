"""The parts of the valuation report that judge the values: quality, equity, intervals, doubts."""

from collections.abc import Sequence
from datetime import timedelta

from kazyna.core.text import Language
from kazyna.documents import valuation_report_words as say
from kazyna.documents.article import (
    Block,
    Cell,
    Drawing,
    Facts,
    Grid,
    Paragraph,
    Steps,
    Subheading,
    Tone,
)
from kazyna.documents.drawings import (
    Axis,
    CurvePoint,
    Place,
    Plot,
    Span,
    curve,
    days,
    histogram,
    intervals,
    map_of_points,
    scatter,
)
from kazyna.documents.ratio_study import MAP_BREAKS, month
from kazyna.documents.ratio_study_words import MEANINGS, NAMES
from kazyna.documents.ratio_study_words import words as study_words
from kazyna.documents.valuation_report_sentences import SENTENCES
from kazyna.documents.writing import Pen
from kazyna.valuation.ratios.ratio_picture import RATIO_HIGH, RATIO_LOW
from kazyna.valuation.ratios.ratio_study import RatioStudy
from kazyna.valuation.report.valuation_report import Coverage, Stratified, ValuationReport
from kazyna.valuation.report.weak_spots import THIN_SALES, ThinGroup

PLACES = {"median_ratio": 3, "mean_ratio": 3, "weighted_mean_ratio": 3, "cod": 1, "cov": 1}
"""Decimals; three for all others."""
STRATA_SHOWN = 20
HALF = 0.5
DAYS_A_MONTH = 28
HALF_WIDTH, HALF_HEIGHT = 390, 290
THIN_NAMED = 40


def quality_blocks(report: ValuationReport, pen: Pen) -> list[Block]:
    """Write how near the values came to prices that the model had not seen."""
    held, study = report.held_out, report.study
    words = say.words(pen.language)
    text = SENTENCES["quality"].in_(pen.language)
    blocks: list[Block] = [
        Paragraph(
            text.format(
                n=pen.number(held.sales),
                first=pen.day(held.first),
                last=pen.day(held.last),
                split=held.split,
            )
        ),
        Grid(
            (
                words["statistic"],
                words["found"],
                words["interval"],
                words["accepted"],
                words["met"],
            ),
            tuple(_statistics(study, pen)),
            widths=(3.4, 1, 1.7, 1.5, 1.4),
        ),
        Facts(
            (
                (words["mdape"], f"{pen.number(report.accuracy.mdape, 2)} %"),
                (words["mape"], f"{pen.number(report.accuracy.mape, 2)} %"),
                ("R²", pen.number(report.accuracy.r2, 4)),
                (words["coverage"], f"{pen.number(report.accuracy.coverage_90, 1)} %"),
            )
        ),
    ]
    if study.trimmed is not None:
        trimmed, removed = study.trimmed.study, study.trimmed.removed
        blocks.append(
            Paragraph(
                SENTENCES["trimmed"]
                .in_(pen.language)
                .format(
                    n=removed.removed_low + removed.removed_high,
                    cod=pen.number(trimmed.cod.value, 1),
                    prd=pen.number(trimmed.prd.value, 3),
                    prb=pen.number(trimmed.prb.value, 3),
                )
            )
        )
    return [*blocks, *_plots(report, pen)]


def _statistics(study: RatioStudy, pen: Pen) -> list[tuple[Cell, ...]]:
    words = say.words(pen.language)
    held = {verdict.statistic: verdict for verdict in study.verdicts}
    rows: list[tuple[Cell, ...]] = []
    for name in ("median_ratio", "mean_ratio", "weighted_mean_ratio", "cod", "cov", "prd", "prb",
                 "mki"):  # fmt: skip
        found, verdict, places = getattr(study, name), held.get(name), PLACES.get(name, 3)
        between = (
            "–"
            if found.low is None
            else f"{pen.number(found.low, places)} … {pen.number(found.high, places)}"
        )
        rows.append(
            (
                Cell(f"{NAMES[name].in_(pen.language)}: {MEANINGS[name].in_(pen.language)}"),
                Cell(pen.number(found.value, places)),
                Cell(between),
                Cell(
                    f"{pen.number(verdict.low, 2)} … {pen.number(verdict.high, 2)}"
                    if verdict
                    else ""
                ),
                Cell(
                    (words["yes"] if verdict.met else words["no"]) if verdict else "",
                    _tone(verdict.met) if verdict else "plain",
                ),
            )
        )
    return rows


def _tone(met: bool) -> Tone:
    return "good" if met else "bad"


def _plots(report: ValuationReport, pen: Pen) -> list[Block]:
    words, picture = study_words(pen.language), report.picture
    ratio = Axis(words["ratio"], write=lambda value: pen.number(value, 2))
    sales = Axis(words["sales"], write=pen.number)
    edges = [bar.low for bar in picture.bars] + [picture.bars[-1].high]
    value = Axis(words["value"], write=pen.short, log=True)
    bounded = Axis(ratio.label, ratio.write, limits=(RATIO_LOW, RATIO_HIGH))
    blocks: list[Block] = [
        Drawing(
            words["histogram"],
            words["histogram_caption"],
            histogram(
                Plot(words["histogram"], ratio, sales, width=HALF_WIDTH, height=HALF_HEIGHT),
                edges,
                [bar.sales for bar in picture.bars],
                mark=1,
            ),
            HALF,
        ),
        Drawing(
            words["scatter"],
            words["scatter_caption"].format(prb=pen.number(report.study.prb.value, 3)),
            scatter(
                Plot(words["scatter"], value, bounded, width=HALF_WIDTH, height=HALF_HEIGHT),
                [(dot.value, dot.ratio) for dot in picture.dots],
                line=[(end.value, end.ratio) for end in picture.line],
                mark=1,
            ),
            HALF,
        ),
    ]
    trend = report.trend
    if trend is not None and len(trend.months) > 1:
        last = trend.months[-1].month + timedelta(days=DAYS_A_MONTH)
        axis = days("", trend.months[0].month, last, write=lambda day: month(day, pen.language))
        line = [
            CurvePoint(m.month.toordinal(), m.median_ratio, m.low, m.high) for m in trend.months
        ]
        fine = Axis(words["median_ratio"], write=lambda value: pen.number(value, 2))
        caption = words["time_caption"].format(slope=pen.number(trend.percent_a_month, 2))
        drawn = curve(Plot(words["time"], axis, fine, height=240), line, mark=1)
        blocks.append(Drawing(words["time"], caption, drawn))
    return blocks


def segment_blocks(report: ValuationReport, pen: Pen, *, weak: int) -> list[Block]:
    """Write the quality of every group that can be judged, and of every place."""
    kind = report.study.kind.meaning.in_(pen.language)
    blocks: list[Block] = []
    if report.by:
        text = SENTENCES["segments"].in_(pen.language)
        blocks.append(Paragraph(text.format(thin=THIN_SALES, kind=kind.lower())))
    for part in report.by:
        blocks += _stratum_table(part, report, pen, weak=weak)
    if report.picture.places:
        title = SENTENCES["map_of_ratios"].in_(pen.language)
        legend = Axis(say.words(pen.language)["median_ratio"], lambda value: pen.number(value, 2))
        places = [Place(p.lon, p.lat, p.median_ratio) for p in report.picture.places]
        plot = Plot(title, legend, Axis(""), height=400)
        drawn = map_of_points(plot, places, breaks=MAP_BREAKS, radius=5.0)
        caption = SENTENCES["map_of_ratios_caption"].in_(pen.language)
        blocks.append(Drawing(title, caption, drawn))
    return blocks or [Paragraph(SENTENCES["no_segments"].in_(pen.language))]


def _stratum_table(
    part: Stratified, report: ValuationReport, pen: Pen, *, weak: int
) -> list[Block]:
    words = say.words(pen.language)
    judged = [(label, study) for label, study in part.strata if study.n >= THIN_SALES]
    most = sorted(judged, key=lambda each: -each[1].n)[:STRATA_SHOWN]
    kept = {label for label, _ in most}
    inside = {each.label: each.inside for each in part.coverage}
    whole = (words["all_sales"], report.study, report.accuracy.coverage_90)
    rows = [
        _stratum_row(label, study, covered, pen)
        for label, study, covered in (
            whole,
            *((label, study, inside.get(label)) for label, study in judged if label in kept),
        )
    ]
    head = (pen.label(part.column), words["sales"], words["median_ratio"], "COD, %", "PRD", "PRB",
            words["inside"])  # fmt: skip
    blocks: list[Block] = [
        Grid(
            head,
            tuple(rows),
            f"{words['group']}: {pen.label(part.column)}",
            widths=(2.2, 1, 1.2, 1, 1, 1, 1),
            small=True,
        )
    ]
    if len(judged) > len(kept):
        text = SENTENCES["most_sales"].in_(pen.language)
        blocks.append(Paragraph(text.format(n=STRATA_SHOWN, section=weak), "quiet"))
    return blocks


def _stratum_row(
    label: str, study: RatioStudy, covered: float | None, pen: Pen
) -> tuple[Cell, ...]:
    met = {verdict.statistic: verdict.met for verdict in study.verdicts}
    return (
        Cell(label),
        Cell(pen.number(study.n)),
        *(
            Cell(pen.number(getattr(study, name).value, places), "plain" if met[name] else "bad")
            for name, places in (("median_ratio", 3), ("cod", 1), ("prd", 3), ("prb", 3))
        ),
        Cell(pen.number(covered, 0)),
    )


def equity_blocks(report: ValuationReport, pen: Pen) -> list[Block]:
    """Write whether cheap and dear, and like and like, are valued alike."""
    words, told = say.words(pen.language), study_words(pen.language)
    vertical = report.study.vertical_equity
    blocks: list[Block] = [Paragraph(SENTENCES["vertical"].in_(pen.language))]
    if vertical is not None:
        groups = [
            Span(str(at), group.median_ratio, group.low, group.high)
            for at, group in enumerate(vertical.groups, 1)
        ]
        fine = Axis(words["median_ratio"], write=lambda value: pen.number(value, 2))
        plot = Plot(told["by_value"], Axis(told["value_group"]), fine, height=270)
        caption = SENTENCES["deciles_caption"].in_(pen.language)
        blocks.append(Drawing(told["by_value"], caption, intervals(plot, groups, mark=1)))
        blocks.append(
            Grid(
                ("№", words["value_range"], words["sales"], words["median_ratio"],
                 words["interval"].replace("95", "90")),
                tuple(
                    (
                        Cell(str(at)),
                        Cell(f"{pen.number(group.value_from)} – {pen.number(group.value_to)}"),
                        Cell(pen.number(group.sales)),
                        Cell(pen.number(group.median_ratio, 3)),
                        Cell("–" if group.low is None else
                             f"{pen.number(group.low, 3)} … {pen.number(group.high, 3)}"),
                    )
                    for at, group in enumerate(vertical.groups, 1)
                ),
                widths=(0.4, 2, 1, 1.2, 1.6),
                small=True,
            )
        )  # fmt: skip
    return [*blocks, *_horizontal(report, pen)]


def _horizontal(report: ValuationReport, pen: Pen) -> list[Block]:
    words = say.words(pen.language)
    rows = []
    if report.study.vertical_equity is not None:
        rows.append((words["vei"], f"{pen.number(report.study.vertical_equity.vei, 1)} %"))
    if report.study.sales_chasing is not None:
        chased = report.study.sales_chasing.suspected
        rows.append((words["chasing"], words["suspected" if chased else "not_suspected"]))
    if report.horizontal is not None:
        rows += [
            (words["chd"], f"{pen.number(report.horizontal.chd, 1)} %"),
            (words["chd_90"], f"{pen.number(report.horizontal.chd_90, 1)} %"),
        ]
    if report.neighbours is not None:
        near = report.neighbours
        rows.append((words["moran"], f"{pen.number(near.morans_i, 3)} (z {pen.number(near.z, 1)})"))
    key = "horizontal" if report.horizontal else "no_horizontal"
    blocks: list[Block] = [Paragraph(SENTENCES[key].in_(pen.language))]
    return [*blocks, Facts(tuple(rows))] if rows else blocks


def interval_blocks(report: ValuationReport, pen: Pen) -> list[Block]:
    """Write how often the intervals held the price."""
    words = say.words(pen.language)
    text = SENTENCES["intervals"].in_(pen.language)
    blocks: list[Block] = [
        Paragraph(text.format(inside=pen.number(report.accuracy.coverage_90, 1))),
    ]
    if report.coverage_by_value:
        blocks.append(_coverage_table(words["value_group"], report.coverage_by_value, pen))
    for part in report.by:
        known = [each for each in part.coverage if each.sales >= THIN_SALES]
        most = sorted(known, key=lambda each: each.inside)[:10]
        if most:
            blocks.append(_coverage_table(pen.label(part.column), most, pen))
    return blocks


def _coverage_table(head: str, found: Sequence[Coverage], pen: Pen) -> Grid:
    words = say.words(pen.language)
    return Grid(
        (head, words["sales"], words["inside"], words["width"]),
        tuple(
            (
                Cell(each.label),
                Cell(pen.number(each.sales)),
                Cell(pen.number(each.inside, 1), "plain" if each.inside >= 80 else "bad"),  # noqa: PLR2004
                Cell(pen.number(each.width, 1)),
            )
            for each in found
        ),
        widths=(2, 1, 1, 1),
        small=True,
    )


def weak_blocks(report: ValuationReport, pen: Pen) -> list[Block]:
    """Write what is weak: statistics out of range, thin groups, properties to inspect."""
    weak, words = report.weak, say.words(pen.language)
    blocks: list[Block] = [
        Paragraph(SENTENCES["weak"].in_(pen.language)),
        Subheading(SENTENCES["out_of_range"].in_(pen.language)),
    ]
    blocks += _out_of_range(report, pen)
    if weak.thin:
        listed = _thin_groups(weak.thin, pen)
        text = SENTENCES["thin"].in_(pen.language)
        blocks.append(Paragraph(text.format(n=THIN_SALES, names=listed)))
    blocks.append(Subheading(SENTENCES["inspect"].in_(pen.language)))
    if not weak.inspect:
        return [*blocks, Paragraph(SENTENCES["nothing_to_inspect"].in_(pen.language))]
    blocks.append(Steps(tuple(_doubt_meanings(report, pen.language, pen))))
    blocks.append(
        Grid(
            (words["property"], words["value"], "90 %", words["confidence"], words["doubt"]),
            tuple(
                (
                    Cell(each.id),
                    Cell(pen.number(each.value)),
                    Cell(f"{pen.number(each.low)} – {pen.number(each.high)}"),
                    Cell(pen.number(each.confidence, 2)),
                    Cell(", ".join(say.DOUBTS[doubt].in_(pen.language) for doubt in each.doubts)),
                )
                for each in weak.inspect
            ),
            left=(0, 4),
            widths=(1.2, 1.0, 1.7, 1.4, 3.7),
            small=True,
        )
    )
    return blocks


def _thin_groups(thin: Sequence[ThinGroup], pen: Pen) -> str:
    """Name the thin groups column by column, the first of many."""
    words = say.words(pen.language)
    parts = []
    for column in dict.fromkeys(group.column for group in thin):
        names = [f"{group.label} ({group.sales})" for group in thin if group.column == column]
        shown = ", ".join(names[:THIN_NAMED])
        if len(names) > THIN_NAMED:
            shown += " " + words["more"].format(n=len(names) - THIN_NAMED)
        parts.append(f"{pen.label(column)}: {shown}")
    return "; ".join(parts)


def _doubt_meanings(report: ValuationReport, language: Language, pen: Pen) -> list[tuple[str, str]]:
    return [
        (
            f"{say.DOUBTS[doubt].in_(language)} ({pen.number(count)}):",
            say.DOUBT_MEANINGS[doubt].in_(language),
        )
        for doubt, count in report.weak.doubtful
    ]


def _out_of_range(report: ValuationReport, pen: Pen) -> list[Block]:
    weak, words = report.weak, say.words(pen.language)
    if not weak.out_of_range:
        return [Paragraph(SENTENCES["nothing_out"].in_(pen.language))]
    rows = tuple(
        (
            Cell(f"{pen.label(each.column)}: {each.label}" if each.column else words["all_sales"]),
            Cell(pen.number(each.sales)),
            Cell(NAMES[each.statistic].in_(pen.language)),
            Cell(pen.number(each.value, PLACES.get(each.statistic, 3)), "bad"),
            Cell(f"{pen.number(each.low, 2)} … {pen.number(each.high, 2)}"),
            Cell(SENTENCES[each.by_interval].in_(pen.language)),
        )
        for each in weak.out_of_range
    )
    head = (words["group"], words["sales"], words["statistic"], words["found"],
            words["accepted"], SENTENCES["by_interval"].in_(pen.language))  # fmt: skip
    blocks: list[Block] = [
        Grid(head, rows, left=(0, 2, 5), widths=(2.2, 0.9, 1.7, 1.1, 1.4, 1.9), small=True)
    ]
    if weak.out_of_range_more:
        blocks.append(Paragraph(words["more"].format(n=weak.out_of_range_more), "quiet"))
    return blocks
