"""What a reform would do, as an article: revenue, winners and losers, tenths and groups."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from kazyna.core.text import Language, Text
from kazyna.documents.article import (
    Article,
    Block,
    Cell,
    Drawing,
    Facts,
    Figures,
    Grid,
    Note,
    Section,
)
from kazyna.documents.drawings import Axis, CurvePoint, Plot, curve
from kazyna.documents.writing import Pen
from kazyna.tax.reform import GroupEffect, NeutralRate, Simulation

_WORDS = {
    "title": Text("Simulation of a reform", "Моделирование реформы", "Реформаны моделдөө"),
    "day": Text("Law of", "Закон на", "Мыйзамдын күнү"),
    "whole": Text("All objects", "Все объекты", "Бардык объекттер"),
    "base": Text("By the law", "По закону", "Мыйзам боюнча"),
    "reformed": Text("By the reform", "После реформы", "Реформадан кийин"),
    "change": Text("Change", "Изменение", "Өзгөрүү"),
    "objects": Text("Objects", "Объектов", "Объекттер"),
    "winners": Text("Pay less", "Платят меньше", "Азыраак төлөйт"),
    "losers": Text("Pay more", "Платят больше", "Көбүрөөк төлөйт"),
    "unchanged": Text("As before", "Без изменений", "Өзгөрүүсүз"),
    "rate": Text("Tax of value, %", "Налог от стоимости, %", "Нарктан салык, %"),
    "group": Text("Group", "Группа", "Топ"),
    "tenths": Text("Tenths, the lowest first", "Десятые доли, с низшей",
                   "Ондон бир бөлүктөр, эң төмөнкүсүнөн"),
    "groups": Text("By group: {name}", "По группам: {name}", "Топтор боюнча: {name}"),
    "shares": Text("How the change is spread", "Как распределено изменение",
                   "Өзгөрүү кандай бөлүштүрүлгөн"),
    "share": Text("Share of objects, %", "Доля объектов, %", "Объекттердин үлүшү, %"),
    "caption": Text("So many objects change by no more than this.",
                    "У стольких объектов изменение не больше этого.",
                    "Мынча объекттин өзгөрүүсү мындан ашпайт."),
    "neutral": Text("Revenue-neutral value", "Значение, сохраняющее доход",
                    "Кирешени сактаган маани"),
    "parameter": Text("Parameter", "Параметр", "Параметр"),
    "value": Text("Value", "Значение", "Мааниси"),
    "total": Text("Roll at this value", "Начислено при нём", "Ушул мааниде эсептелген"),
    "target": Text("To be reached", "Нужно", "Керек"),
    "next": Text("One step beside", "На шаг рядом", "Бир кадам жанында"),
    "exact": Text("Exact", "Точно", "Так"),
    "told": Text(
        "Both rolls are computed whole and exactly; every sum is to the last minor unit.",
        "Оба начисления рассчитаны полностью и точно, до последней мелкой единицы.",
        "Эки эсептөө тең толук жана так жүргүзүлгөн, акыркы майда бирдикке чейин.",
    ),
}  # fmt: skip


Say = Callable[..., str]


def simulation_article(
    found: Simulation,
    neutral: NeutralRate | None,
    *,
    issuer: str,
    currency: str,
    language: Language,
    dated: date,
    names: Mapping[str, str],
) -> Article:
    """Write what a simulation found.

    Parameters
    ----------
    found, neutral
        The comparison, and the neutral value where one was asked for.
    issuer, currency
        Whose law it is, and its money.
    dated
        The day written into the file.
    names
        What columns, words of the tables and parameters are called in the language; others stand
        as they are.
    """
    pen = Pen(language, currency)

    def say(key: str, **inserted: str) -> str:
        return _WORDS[key].in_(language).format(**inserted)

    def called(name: str) -> str:
        return names.get(name, name)

    sections = [Section("whole", say("whole"), _whole(found, pen, say))]
    for by, groups in groupby(found.groups, key=lambda group: group.by):
        title = say("tenths") if by.startswith("tenth") else say("groups", name=called(by))
        grid = _grid([replace(each, group=called(each.group)) for each in groups], pen, say)
        sections.append(Section(by.replace(" ", "-"), title, (grid,)))
    if neutral is not None:
        named = replace(neutral, parameter=called(neutral.parameter))
        sections.append(Section("neutral", say("neutral"), _neutral(named, pen, say)))
    return Article(
        language=language,
        issuer=issuer,
        title=say("title"),
        subtitle=found.title,
        dated=dated,
        facts=((say("objects"), pen.number(found.whole.objects)), (say("day"), pen.day(found.on))),
        sections=tuple(sections),
    )


def _whole(found: Simulation, pen: Pen, say: Say) -> tuple[Block, ...]:
    whole = found.whole

    def share(part: int) -> str:
        return f"{pen.number(100 * Decimal(part) / whole.objects, 1)} %"

    figures = Figures(
        (
            (say("base"), pen.short(float(whole.base)), pen.money(whole.base)),
            (say("reformed"), pen.short(float(whole.reformed)), pen.money(whole.reformed)),
            (say("change"), pen.short(float(whole.change)), pen.signed(whole.change)),
            (say("winners"), pen.number(whole.winners), share(whole.winners)),
            (say("losers"), pen.number(whole.losers), share(whole.losers)),
            (say("unchanged"), pen.number(whole.unchanged), share(whole.unchanged)),
        )
    )
    plot = Plot(
        say("shares"),
        Axis(say("share"), limits=(0, 100)),
        Axis(say("change"), write=pen.short),
    )
    points = [CurvePoint(float(share_), float(change)) for share_, change in found.changes]
    drawing = Drawing(say("shares"), say("caption"), curve(plot, points, mark=0.0))
    return figures, drawing, Note(say("exact"), say("told"), "quiet")


def _grid(groups: list[GroupEffect], pen: Pen, say: Say) -> Grid:
    head = ("group", "objects", "base", "reformed", "change", "winners", "losers", "rate")
    valued = any(group.effective_base is not None for group in groups)
    shown = len(head) if valued else -1  # without values there are no rates
    largest = max((abs(group.change) for group in groups), default=Decimal(0)) or Decimal(1)
    rows = tuple(
        (
            Cell(group.group),
            Cell(pen.number(group.objects)),
            Cell(pen.money(group.base)),
            Cell(pen.money(group.reformed)),
            Cell(
                pen.signed(group.change),
                "bad" if group.change > 0 else "good" if group.change < 0 else "plain",
                bar=float(abs(group.change) / largest),
            ),
            Cell(pen.number(group.winners)),
            Cell(pen.number(group.losers)),
            Cell(f"{_rate(group.effective_base, pen)} → {_rate(group.effective_reformed, pen)}"),
        )[:shown]
        for group in groups
    )
    return Grid(tuple(say(key) for key in head[:shown]), rows, small=True)


def _neutral(neutral: NeutralRate, pen: Pen, say: Say) -> tuple[Block, ...]:
    rows = (
        (say("parameter"), neutral.parameter),
        (say("value"), f"{neutral.value:f}"),
        (say("target"), pen.money(neutral.target)),
        (say("total"), f"{pen.money(neutral.total)} ({pen.signed(neutral.gap)})"),
        (say("next"), pen.money(neutral.next_total)),
    )
    return (Facts(rows),)


def _rate(rate: Decimal | None, pen: Pen) -> str:
    return "–" if rate is None else f"{pen.number(rate, 4)} %"
