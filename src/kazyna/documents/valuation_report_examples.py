"""Typical objects in a valuation report: what each value is made of, and its adjustment grid."""

from kazyna.documents import valuation_report_words as say
from kazyna.documents.article import Block, Cell, Grid, Paragraph, Subheading
from kazyna.documents.valuation_report_sentences import SENTENCES
from kazyna.documents.writing import Pen
from kazyna.valuation.report.report_examples import Example
from kazyna.valuation.report.valuation_report import ValuationReport

REASONS_SHOWN = 7
ADJUSTMENTS_SHOWN = 2
"""Characteristics with a column of their own: a page takes no more."""
SPECIAL = {"location": say.LOCATION, "time": say.TIME}


def example_blocks(report: ValuationReport, pen: Pen) -> list[Block]:
    """Lay out the typical objects."""
    if not report.examples:
        return [Paragraph(say.words(pen.language)["none"])]
    blocks: list[Block] = [Paragraph(SENTENCES["examples"].in_(pen.language))]
    for each in report.examples:
        blocks += _example(each, pen)
    return blocks


def _example(example: Example, pen: Pen) -> list[Block]:
    words = say.words(pen.language)
    title = words["example"].format(id=example.id, share=pen.number(100 * example.place))
    told = SENTENCES["example_value"].in_(pen.language)
    low, high = pen.money(example.low), pen.money(example.high)
    blocks: list[Block] = [
        Subheading(title),
        Paragraph(told.format(value=pen.money(example.value), low=low, high=high)),
        _reasons(example, pen),
    ]
    if example.sales:
        blocks.append(_grid(example, pen))
    return blocks


def _reasons(example: Example, pen: Pen) -> Grid:
    words = say.words(pen.language)
    shown, rest = example.reasons[:REASONS_SHOWN], example.reasons[REASONS_SHOWN:]
    lines = [(_name(name, pen), pen.signed(amount)) for name, amount in shown]
    if rest:
        others = sum((amount for _, amount in rest), rest[0][1] * 0)
        lines.append((words["other_reasons"], pen.signed(others)))
    rows = [
        (words["base"], pen.money(example.base)),
        *lines,
        (words["estimated"], pen.money(example.value)),
    ]
    return Grid(
        (words["reason_of_value"], words["amount"]),
        tuple((Cell(name), Cell(amount)) for name, amount in rows),
        widths=(2, 1),
        small=True,
    )


def _grid(example: Example, pen: Pen) -> Grid:
    """Lay out the sales, the weightiest characteristics in columns of their own."""
    words = say.words(pen.language)
    named = [name for name, _ in example.sales[0].steps.characteristics[:ADJUSTMENTS_SHOWN]]
    rows = []
    for sale in example.sales:
        steps = sale.steps
        own = [amount for _, amount in steps.characteristics[:ADJUSTMENTS_SHOWN]]
        rest = sum((a for _, a in steps.characteristics[ADJUSTMENTS_SHOWN:]), steps.rest)
        rows.append(
            (
                Cell(sale.id),
                Cell(pen.short_day(sale.sold_on)),
                Cell(pen.number(sale.distance_m)),
                Cell(pen.number(sale.price)),
                *(Cell(pen.signed_number(each)) for each in (steps.time, *own, rest)),
                Cell(pen.number(sale.adjusted_price)),
                Cell(f"{pen.number(100 * steps.weight)} %"),
            )
        )
    head = (
        *(words[key] for key in ("sold_property", "sold", "distance", "sale_price", "time")),
        *(_name(name, pen) for name in named),
        *(words[key] for key in ("rest", "adjusted", "share_of_likeness")),
    )  # fmt: skip
    widths = (1.4, 1.1, 0.9, 1.0, 0.9, *([1.1] * len(named)), 0.9, 1.1, 0.7)
    return Grid(head, tuple(rows), widths=widths, small=True)


def _name(name: str, pen: Pen) -> str:
    return SPECIAL[name].in_(pen.language) if name in SPECIAL else pen.label(name)
