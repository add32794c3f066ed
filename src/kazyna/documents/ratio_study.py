"""A ratio study as one page of HTML that needs nothing else: no script, no other file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, format_skeleton
from babel.numbers import format_compact_decimal, format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kazyna.core.text import Language
from kazyna.documents import ratio_study_words as say
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
from kazyna.documents.render import TEMPLATES
from kazyna.valuation import RatioStudy
from kazyna.valuation.ratios.ratio_intervals import Bounds
from kazyna.valuation.ratios.ratio_picture import RATIO_HIGH, RATIO_LOW, RatioPicture
from kazyna.valuation.ratios.ratio_standards import Verdict

MAP_BREAKS = (0.90, 0.95, 1.0, 1.05, 1.10)
DECIMALS = {"cod": 2, "cov": 2, "vei": 2}
"""Of statistics in percent; a ratio is written to the fourth place."""
BY_FORMULA = ("median_ratio", "mean_ratio", "weighted_mean_ratio", "cod", "cov", "prd", "prb")
STATISTICS = (*BY_FORMULA, "mki", "ki")


@dataclass(frozen=True)
class RatioStudyDocument:
    """All that the page shows."""

    language: Language
    source: str
    """The file or register that the sales come from."""
    study: RatioStudy
    picture: RatioPicture


@dataclass(frozen=True)
class StatisticRow:
    """One statistic as the page writes it."""

    name: str
    meaning: str
    value: str
    by_resampling: str
    by_formula: str
    trimmed: str
    accepted: str
    verdict: Verdict | None
    told: str


@dataclass(frozen=True)
class Figure:
    """A drawing with its title and what it tells."""

    title: str
    caption: str
    svg: str


def ratio_study_page(document: RatioStudyDocument) -> str:
    """Write the page."""
    language = document.language
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = lambda value, places=0: number(value, language, places)
    return environment.get_template("ratio_study.html").render(
        language=language,
        words=say.words(language),
        source=document.source,
        study=document.study,
        kind=document.study.kind.meaning.in_(language),
        rows=list(statistic_rows(document.study, language)),
        figures=list(figures(document)),
        techniques=say.TECHNIQUES,
    )


def statistic_rows(study: RatioStudy, language: Language) -> Iterator[StatisticRow]:
    """Write every statistic with both its intervals, its range and what is to be made of it."""
    held = {verdict.statistic: verdict for verdict in study.verdicts}
    trimmed = study.trimmed.study if study.trimmed else None
    for name in STATISTICS:
        found, verdict = getattr(study, name), held.get(name)
        places = DECIMALS.get(name, 4)
        drawn = Bounds(found.low, found.high) if found.low is not None else None
        formula = getattr(study.analytic, name) if name in BY_FORMULA else None
        yield StatisticRow(
            name=say.NAMES[name].in_(language),
            meaning=say.MEANINGS[name].in_(language),
            value=number(found.value, language, places),
            by_resampling=_bounds(drawn, language, places),
            by_formula=_bounds(formula, language, places),
            trimmed=number(getattr(trimmed, name).value, language, places) if trimmed else "",
            accepted=_accepted(verdict, language),
            verdict=verdict,
            told=say.TOLD[verdict.by_interval].in_(language) if verdict else "",
        )
    if study.vertical_equity is not None:
        yield _vei_row(study, held["vei"], language)


def _vei_row(study: RatioStudy, verdict: Verdict, language: Language) -> StatisticRow:
    vertical = study.vertical_equity
    without = study.trimmed.study.vertical_equity if study.trimmed else None
    ends = None
    if vertical is not None and vertical.widest is not None:
        ends = Bounds(*sorted((vertical.significance, vertical.widest)))
    return StatisticRow(
        name=say.NAMES["vei"].in_(language),
        meaning=say.MEANINGS["vei"].in_(language),
        value=number(vertical.vei, language, 2) if vertical else "",
        by_resampling="",
        by_formula=_bounds(ends, language, 2),
        trimmed=number(without.vei, language, 2) if without else "",
        accepted=_accepted(verdict, language),
        verdict=verdict,
        told=say.TOLD[verdict.by_interval].in_(language),
    )


def figures(document: RatioStudyDocument) -> Iterator[Figure]:
    """Draw the ratios: how often, by value, one by one, over time and in space."""
    language, study, picture = document.language, document.study, document.picture
    words = say.words(language)
    ratio = Axis(
        words["ratio"], write=lambda value: format_decimal(value, format="0.0##", locale=language)
    )
    sales = Axis(words["sales"], write=lambda value: number(value, language))
    edges = [bar.low for bar in picture.bars] + [picture.bars[-1].high]
    yield Figure(
        words["histogram"],
        words["histogram_caption"],
        histogram(
            Plot(words["histogram"], ratio, sales), edges, [b.sales for b in picture.bars], mark=1
        ),
    )
    if study.vertical_equity is not None:
        groups = [
            Span(str(at), group.median_ratio, group.low, group.high)
            for at, group in enumerate(study.vertical_equity.groups, 1)
        ]
        plot = Plot(words["by_value"], Axis(words["value_group"]), ratio)
        yield Figure(words["by_value"], words["by_value_caption"], intervals(plot, groups, mark=1))
    value = Axis(words["value"], write=lambda each: short(each, language), log=True)
    bounded = Axis(ratio.label, ratio.write, limits=(RATIO_LOW, RATIO_HIGH))
    yield Figure(
        words["scatter"],
        words["scatter_caption"].format(prb=number(study.prb.value, language, 4)),
        scatter(
            Plot(words["scatter"], value, bounded),
            [(dot.value, dot.ratio) for dot in picture.dots],
            line=[(end.value, end.ratio) for end in picture.line],
        ),
    )
    if study.trend is not None:
        yield _over_time(document, ratio)
    if picture.places:
        yield _map(document, ratio)


def _over_time(document: RatioStudyDocument, ratio: Axis) -> Figure:
    language, trend = document.language, document.study.trend
    words, months = say.words(language), trend.months if trend else ()
    caption = words["time_caption"].format(
        slope=number(trend.percent_a_month if trend else 0.0, language, 2)
    )
    axis = days(
        words["month"],
        months[0].month,
        months[-1].month,
        write=lambda day: month(day, language),
    )
    points = [CurvePoint(m.month.toordinal(), m.median_ratio, m.low, m.high) for m in months]
    return Figure(words["time"], caption, curve(Plot(words["time"], axis, ratio), points, mark=1))


def _map(document: RatioStudyDocument, ratio: Axis) -> Figure:
    words = say.words(document.language)
    places = [Place(p.lon, p.lat, p.median_ratio) for p in document.picture.places]
    legend = Axis(words["median_ratio"], ratio.write)
    plot = Plot(words["map"], legend, ratio, height=480)
    drawn = map_of_points(plot, places, breaks=MAP_BREAKS, radius=4.5)
    return Figure(words["map"], words["map_caption"], drawn)


def number(value: float | None, language: Language, places: int = 0) -> str:
    """Write a number to so many places; what is not known is a dash."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=language)


def short(value: float, language: Language) -> str:
    """Write a large number in thousands or millions."""
    return format_compact_decimal(value, locale=language, fraction_digits=1)


def month(day: date, language: Language) -> str:
    """Write the month of a day."""
    if language == "ky":
        return format_date(day, format="MM.yyyy", locale=language)
    return format_skeleton("yMMM", day, locale=language)


def _bounds(between: Bounds | None, language: Language, places: int) -> str:
    if between is None:
        return "–"
    return f"{number(between.low, language, places)} … {number(between.high, language, places)}"


def _accepted(verdict: Verdict | None, language: Language) -> str:
    if verdict is None:
        return ""
    return _bounds(Bounds(verdict.low, verdict.high), language, 2)
