"""The valuation report: what a head of agency signs, as one article for paper and screen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from kazyna.core.text import Language, Text
from kazyna.documents import valuation_report_words as say
from kazyna.documents.article import (
    Article,
    Block,
    Cell,
    Drawing,
    Facts,
    Figures,
    Grid,
    Note,
    Paragraph,
    Section,
    Signatures,
    Steps,
)
from kazyna.documents.drawings import Axis, Place, Plot, map_of_points
from kazyna.documents.engine_words import in_words
from kazyna.documents.ratio_study_words import NAMES
from kazyna.documents.valuation_report_examples import example_blocks
from kazyna.documents.valuation_report_land import land_blocks
from kazyna.documents.valuation_report_market import VALUE_COLOURS, market_blocks
from kazyna.documents.valuation_report_quality import (
    equity_blocks,
    interval_blocks,
    quality_blocks,
    segment_blocks,
    weak_blocks,
)
from kazyna.documents.valuation_report_sentences import SENTENCES, STEPS
from kazyna.documents.writing import Pen
from kazyna.valuation.report.valuation_report import ValuationReport

IMPORTANCE_SHOWN = 14
GROUPS_SHOWN = 18
LAST_SECTIONS = ("again", "sources", "signatures")


@dataclass(frozen=True)
class ReportDocument:
    """All that the report shows."""

    language: Language
    report: ValuationReport
    issuer: str
    """Who values: the agency or the jurisdiction."""
    currency: str = ""
    labels: Mapping[str, Text] = field(default_factory=dict)
    """The names of characteristics and of group columns."""
    status: str = ""
    """Of the round, where there is one."""
    number: str = ""
    """Of the round, where there is one."""
    further: tuple[Section, ...] = ()
    """Sections that a national procedure asks for."""


def report_article(document: ReportDocument) -> Article:
    """Write the report in the document's language."""
    pen = Pen(document.language, document.currency, document.labels)
    words, report = say.words(document.language), document.report
    totals = report.totals
    keys = [*(key for key in say.SECTIONS if key not in LAST_SECTIONS), *LAST_SECTIONS]
    sections = {key: _section(key, document, pen) for key in keys}
    front = [sections[key] for key in keys if key not in LAST_SECTIONS]
    facts = [
        (words["valuation_date"], pen.day(report.model.as_of)),
        (words["properties"], pen.number(totals.properties)),
        (words["total_value"], pen.money(totals.total_value)),
        (words["sales_used"], pen.number(report.model.sales_used)),
    ]
    if document.number:
        facts.insert(0, ("№", document.number))
    if document.status:
        facts.append((words["status"], say.STATUSES[document.status].in_(document.language)))
    facts.append((words["version"], f"Kazyna {report.provenance.version}".rstrip()))
    return Article(
        language=document.language,
        issuer=document.issuer,
        title=words["title"],
        subtitle=words["as_of"].format(day=pen.day(report.model.as_of)),
        dated=report.model.as_of,
        facts=tuple(facts),
        sections=(*front, *document.further, *(sections[key] for key in LAST_SECTIONS)),
        roles=(words["head"],),
    )


def _section(key: str, document: ReportDocument, pen: Pen) -> Section:
    title = say.SECTIONS[key].in_(document.language)
    return Section(key, title, tuple(BLOCKS[key](document, pen)))


def section_number(key: str) -> int:
    """Return the number under which a section stands."""
    return list(say.SECTIONS).index(key) + 1


def _summary(document: ReportDocument, pen: Pen) -> list[Block]:
    report, words = document.report, say.words(pen.language)
    accuracy, study = report.accuracy, report.study
    missed = [v for v in study.verdicts if not v.met]
    accepted = {v.statistic: (v.low, v.high) for v in study.verdicts}

    def held(name: str, places: int, range_places: int) -> tuple[str, str, str]:
        low, high = (pen.number(end, range_places) for end in accepted[name])
        title = NAMES[name].in_(pen.language)
        found = pen.number(getattr(study, name).value, places)
        return title, found, words["accepted_range"].format(low=low, high=high)

    names = ", ".join(NAMES[v.statistic].in_(pen.language) for v in missed)
    verdict = "not_met" if missed else "all_met"
    return [
        Paragraph(
            SENTENCES["summary"]
            .in_(pen.language)
            .format(
                properties=pen.number(report.totals.properties),
                day=pen.day(report.model.as_of),
                sales=pen.number(report.model.sales_used),
                total=pen.money(report.totals.total_value),
                tested=pen.number(report.held_out.sales),
            )
        ),
        Figures(
            (
                held("median_ratio", 3, 2),
                held("cod", 1, 0),
                held("prd", 3, 2),
                held("prb", 3, 2),
                (words["mdape"], f"{pen.number(accuracy.mdape, 1)} %", words["half_nearer"]),
                (words["mape"], f"{pen.number(accuracy.mape, 1)} %", ""),
                (words["r2"], pen.number(accuracy.r2, 3), words["explained"]),
                (words["coverage"], f"{pen.number(accuracy.coverage_90, 1)} %", words["wanted_90"]),
            )
        ),
        Note(
            "",
            SENTENCES[verdict]
            .in_(pen.language)
            .format(names=names, section=section_number("weak")),
            "bad" if missed else "good",
        ),
    ]  # fmt: skip


def _object(document: ReportDocument, pen: Pen) -> list[Block]:
    report, words = document.report, say.words(pen.language)
    totals = report.totals
    rows = [
        (words["valuation_date"], pen.day(report.model.as_of)),
        (words["properties"], pen.number(totals.properties)),
        (words["total_value"], pen.money(totals.total_value)),
        (words["median_value"], pen.money(totals.median_value)),
        (
            words["middle_of_values"],
            f"{pen.money(totals.low_decile)} – {pen.money(totals.high_decile)}",
        ),
    ]
    if totals.median_per_m2 is not None:
        rows.append((words["median_per_m2"], pen.money(totals.median_per_m2)))
    return [Paragraph(SENTENCES["object"].in_(pen.language)), Facts(tuple(rows))]


def _evidence(document: ReportDocument, pen: Pen) -> list[Block]:
    model, words = document.report.model, say.words(pen.language)
    sales, day = pen.number(model.sales_used), pen.day(model.as_of)
    blocks: list[Block] = [
        Paragraph(SENTENCES["evidence"].in_(pen.language).format(sales=sales, day=day))
    ]
    if model.sales_left_out:
        rows = tuple(
            (Cell(in_words(reason, pen.language)), Cell(pen.number(count)))
            for reason, count in model.sales_left_out
        )
        head = (words["reason"], words["count"])
        blocks.append(Grid(head, rows, SENTENCES["left_out"].in_(pen.language)))
    else:
        blocks.append(Paragraph(SENTENCES["nothing_left_out"].in_(pen.language)))
    if model.columns_left_out:
        told = tuple(
            (Cell(pen.label(name)), Cell(in_words(why, pen.language)))
            for name, why in model.columns_left_out
        )
        head = (words["column"], words["reason"])
        caption = SENTENCES["columns_out"].in_(pen.language)
        blocks.append(Grid(head, told, caption, left=(0, 1), widths=(1, 2)))
    return blocks


def _method(document: ReportDocument, pen: Pen) -> list[Block]:
    model, words = document.report.model, say.words(pen.language)
    unknown = (Text("", "", ""), Text("", "", ""))
    rows = []
    for name, weight in sorted(model.weights, key=lambda pair: -pair[1]):
        title, meaning = say.MODELS.get(name, unknown)
        rows.append(
            (
                Cell(title.in_(pen.language) or name),
                Cell(meaning.in_(pen.language)),
                Cell(pen.number(weight, 2), bar=weight),
            )
        )
    blocks: list[Block] = [
        Steps(
            tuple((step.in_(pen.language), told.in_(pen.language)) for step, told in STEPS),
            numbered=True,
        ),
        Paragraph(SENTENCES["weights"].in_(pen.language)),
        Grid(
            (words["model"], words["what"], words["weight"]),
            tuple(rows),
            left=(0, 1),
            widths=(1.2, 2.6, 1.3),
        ),
    ]
    if model.segments:
        blocks.append(_segments(document, pen))
    if model.notes:
        blocks += [
            Paragraph(SENTENCES["notes"].in_(pen.language)),
            Steps(tuple(("", in_words(note, pen.language)) for note in model.notes)),
        ]
    return blocks


def _segments(document: ReportDocument, pen: Pen) -> Grid:
    """Lay out the segments' own weights and how far their level lies from the market's."""
    segments, words = document.report.model.segments, say.words(pen.language)
    names = [name for name, _ in segments[0][2]]
    titles = [
        say.MODELS[name][0].in_(pen.language) if name in say.MODELS else name for name in names
    ]
    return Grid(
        (words["segment"], words["sales"], words["beside"], *titles),
        tuple(
            (
                Cell(segment),
                Cell(pen.number(sales)),
                Cell(pen.number(100 * math.expm1(shift), 1)),
                *(Cell(pen.number(weight, 2)) for _, weight in weights),
            )
            for segment, sales, weights, shift in segments
        ),
        SENTENCES["segment_weights"].in_(pen.language),
        widths=(1.6, 0.8, 0.9, *([1.1] * len(names))),
        small=True,
    )


def _importance(document: ReportDocument, pen: Pen) -> list[Block]:
    found, words = document.report.model.importance, say.words(pen.language)
    shown = [(name, share) for name, share in found[:IMPORTANCE_SHOWN]]
    rest = found[IMPORTANCE_SHOWN:]
    largest = max((share for _, share in shown), default=1.0) or 1.0
    special = {"location": say.LOCATION, "time": say.TIME}
    blocks: list[Block] = [
        Paragraph(SENTENCES["importance"].in_(pen.language)),
        Grid(
            (words["characteristic"], words["share"]),
            tuple(
                (
                    Cell(special[name].in_(pen.language) if name in special else pen.label(name)),
                    Cell(f"{pen.number(100 * share, 1)} %", bar=share / largest),
                )
                for name, share in shown
            ),
            widths=(1, 1.6),
        ),
    ]
    if rest:
        share = pen.number(100 * sum(share for _, share in rest), 1)
        text = SENTENCES["importance_more"].in_(pen.language)
        blocks.append(Paragraph(text.format(n=len(rest), share=share), "quiet"))
    return blocks


def _values(document: ReportDocument, pen: Pen) -> list[Block]:
    report, words = document.report, say.words(pen.language)
    what = words["per_m2"] if report.per_m2 else words["value"]
    unit = f"{what}, {pen.currency}".rstrip(", ")
    blocks: list[Block] = []
    if report.map_of_values:
        levels = sorted(place.level for place in report.map_of_values)
        classes = len(VALUE_COLOURS)
        breaks = [levels[len(levels) * at // classes] for at in range(1, classes)]
        plot = Plot(unit, Axis(unit, write=pen.short), Axis(""), height=470)
        places = [Place(p.lon, p.lat, p.level) for p in report.map_of_values]
        drawn = map_of_points(plot, places, breaks=breaks, colours=VALUE_COLOURS, radius=3.6)
        blocks += [
            Paragraph(SENTENCES["values"].in_(pen.language).format(what=what.lower())),
            Drawing(unit, "", drawn),
        ]
    groups = sorted(report.values_by, key=lambda group: -group.properties)[:GROUPS_SHOWN]
    if groups:
        blocks.append(
            Grid(
                (words["group"], words["many"], words["low"], words["median"], words["high"]),
                tuple(
                    (
                        Cell(f"{pen.label(group.column)}: {group.label}"),
                        Cell(pen.number(group.properties)),
                        *(Cell(pen.number(each)) for each in (group.low, group.median, group.high)),
                    )
                    for group in sorted(groups, key=lambda g: (g.column, -g.median))
                ),
                unit,
                small=True,
            )
        )
    return blocks or [Paragraph(words["none"])]


def _again(document: ReportDocument, pen: Pen) -> list[Block]:
    provenance, words = document.report.provenance, say.words(pen.language)
    rows = (
        (words["version"], f"Kazyna {provenance.version}".rstrip()),
        (words["seed"], str(provenance.seed)),
        *provenance.facts,
    )
    return [Paragraph(SENTENCES["again"].in_(pen.language)), Facts(rows, mono=True)]


def _sources(_document: ReportDocument, _pen: Pen) -> list[Block]:
    return [Steps(say.SOURCES)]


def _signatures(_document: ReportDocument, pen: Pen) -> list[Block]:
    words = say.words(pen.language)
    roles = (words["valuer"], words["second_valuer"], words["head"])
    return [Signatures(SENTENCES["sign"].in_(pen.language), roles)]


BLOCKS = {
    "summary": _summary,
    "object": _object,
    "evidence": _evidence,
    "index": lambda document, pen: market_blocks(document.report, pen),
    "method": _method,
    "importance": _importance,
    "quality": lambda document, pen: quality_blocks(document.report, pen),
    "segments": lambda document, pen: segment_blocks(
        document.report, pen, weak=section_number("weak")
    ),
    "equity": lambda document, pen: equity_blocks(document.report, pen),
    "intervals": lambda document, pen: interval_blocks(document.report, pen),
    "values": _values,
    "land": lambda document, pen: land_blocks(document.report, pen),
    "examples": lambda document, pen: example_blocks(document.report, pen),
    "weak": lambda document, pen: weak_blocks(document.report, pen),
    "again": _again,
    "sources": _sources,
    "signatures": _signatures,
}
