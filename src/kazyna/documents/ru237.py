"""Sections of the report that the Russian instructions of 2021 ask for, in Russian."""

from collections.abc import Sequence

from kazyna.documents.article import Block, Cell, Grid, Note, Paragraph, Section, Steps
from kazyna.documents.writing import Pen
from kazyna.valuation.ru237 import WHOLE
from kazyna.valuation.ru237_profile import Ru237Profile
from kazyna.valuation.ru237_quality import Form, Formula, SampleQuality

TERRITORIES_SHOWN = 20
"""Rows of a division in the report; the table written beside it has all."""
FORMS: dict[Form, str] = {
    "linear": "линейная",
    "exponential": "экспоненциальная",
    "multiplicative": "мультипликативная (степенная)",
}
SAMPLES = {"train": "Обучающая", "control": "Контрольная"}
LEFT_OUT = {
    "one value in the training sample": "одно значение во всей обучающей выборке",
    "follows from the other factors": "следует из других факторов",
}


def ru237_sections(profile: Ru237Profile, pen: Pen) -> tuple[Section, ...]:
    """Write the sections; `pen` writes figures in Russian."""
    return (
        Section("ru237-groups", "Группировка объектов оценки", tuple(_groups(profile, pen))),
        Section("ru237-formula", "Модель для утверждения", tuple(_formula(profile, pen))),
        Section("ru237-specific", "Удельные показатели (УПКС)", tuple(_specific(profile, pen))),
    )


def _groups(profile: Ru237Profile, pen: Pen) -> list[Block]:
    grouping = profile.grouping
    titles = dict(zip(grouping.group, grouping.title, strict=True))
    counts = {name: grouping.group.count(name) for name in titles}
    subgroups = {
        name: len({s for g, s in zip(grouping.group, grouping.subgroup, strict=True) if g == name})
        for name in titles
    }
    rows = tuple(
        (
            Cell(name),
            Cell(titles[name]),
            Cell(pen.number(subgroups[name])),
            Cell(pen.number(counts[name])),
        )
        for name in sorted(titles)
    )
    blocks: list[Block] = [
        Paragraph(
            "Объекты распределены по оценочным группам (сегментам) и подгруппам по коду расчёта"
            " вида использования. Подгруппа — полный код; объект без кода отнесён к иному"
            " использованию."
        ),
        Grid(("Группа", "Наименование", "Подгрупп", "Объектов"), rows, left=(0, 1),
             widths=(0.6, 3.4, 1, 1)),
    ]  # fmt: skip
    if grouping.unknown:
        text = f"Код не известен или не распознан у объектов: {pen.number(grouping.unknown)}."
        blocks.append(Note("", text, "bad"))
    return blocks


def _formula(profile: Ru237Profile, pen: Pen) -> list[Block]:
    formula = profile.formula
    if formula is None:
        return [Paragraph("Числовых факторов, известных для всех сделок, нет: формулы нет.")]
    blocks: list[Block] = [
        Paragraph(
            "Рядом с моделью рынка построена интерпретируемая регрессионная модель, которую можно"
            f" вычислить вручную. Форма: {FORMS[formula.form]}. Цены приведены к дате оценки;"
            " обучающая выборка — более ранние сделки, контрольная — отложенные."
        ),
        Note("", formula.text()),
        Grid(
            ("Фактор", "Коэффициент", "Ст. ошибка", "t", "t табл.", "Вывод"),
            tuple(
                (
                    Cell("константа" if term.name == "constant" else pen.label(term.name)),
                    Cell(f"{term.coefficient:.6g}"),
                    Cell(f"{term.standard_error:.3g}"),
                    Cell(pen.number(term.t, 2)),
                    Cell(pen.number(formula.t_tabular, 2)),
                    Cell(
                        "значим" if term.significant else "не значим",
                        "good" if term.significant else "bad",
                    ),
                )
                for term in formula.terms
            ),
            "Коэффициенты и критерий Стьюдента (5 %)",
            widths=(2, 1.3, 1.1, 1, 1, 1.2),
        ),
        _quality(profile, pen),
    ]
    if profile.loss is not None:
        blocks.append(
            Paragraph(
                "Потеря от упрощения: MAPE формулы на контрольной выборке больше, чем у модели"
                f" рынка, на {pen.number(profile.loss, 2)} процентного пункта."
            )
        )
    if formula.left_out:
        items = tuple((f"{pen.label(name)}:", LEFT_OUT[why]) for name, why in formula.left_out)
        blocks += [Paragraph("Исключённые факторы:"), Steps(items)]
    return [*blocks, _correlations(formula, pen)]


def _quality(profile: Ru237Profile, pen: Pen) -> Grid:
    formula = profile.formula
    found: list[tuple[str, SampleQuality]] = []
    if formula is not None:
        found += [
            (f"Формула, {SAMPLES[each.sample].lower()}", each)
            for each in (formula.train, formula.control)
            if each is not None
        ]
    found.append(("Модель рынка, контрольная", profile.market))
    return Grid(
        ("Выборка", "Сделок", "R²", "Ср. кв. ошибка", "MAPE, %", "Корр.", "F", "F табл.", "Вывод"),
        tuple(
            (
                Cell(name),
                Cell(pen.number(each.sales)),
                Cell(pen.number(each.r2, 3)),
                Cell(pen.number(each.rmse)),
                Cell(pen.number(each.mape, 2)),
                Cell(pen.number(each.correlation, 3)),
                Cell(pen.number(each.f, 1)),
                Cell(pen.number(each.f_tabular, 2)),
                Cell(
                    "принята" if each.accepted else "не принята",
                    "good" if each.accepted else "bad",
                ),
            )
            for name, each in found
        ),
        "Показатели качества",
        widths=(2.4, 0.9, 0.8, 1.4, 1, 0.8, 1, 0.9, 1.2),
        small=True,
    )


def _correlations(formula: Formula, pen: Pen) -> Grid:
    price = "цена" if formula.form == "linear" else "ln цены"
    names = [*map(pen.label, formula.factors), price]
    numbers = [str(at) for at in range(1, len(names) + 1)]
    return Grid(
        ("№", "Фактор", *numbers),
        tuple(
            (Cell(number), Cell(name), *(Cell(pen.number(each, 2)) for each in row))
            for number, name, row in zip(numbers, names, formula.correlations, strict=True)
        ),
        "Корреляции факторов и цены",
        left=(0, 1),
        widths=(0.4, 2, *([0.7] * len(names))),
        small=True,
    )


def _specific(profile: Ru237Profile, pen: Pen) -> list[Block]:
    rows = profile.specific.to_pylist()
    titles = dict(zip(profile.grouping.group, profile.grouping.title, strict=True))
    blocks: list[Block] = [
        Paragraph(
            "Минимальные, средние (взвешенные по площади) и максимальные удельные показатели"
            " кадастровой стоимости, за м². Полные таблицы записаны рядом с отчётом."
        )
    ]
    for division in dict.fromkeys(row["division"] for row in rows):
        part = [row for row in rows if row["division"] == division]
        part = sorted(part, key=lambda row: -row["objects"])[:TERRITORIES_SHOWN]
        blocks.append(_specific_table(division, part, titles, pen))
    return blocks


def _specific_table(
    division: str, rows: Sequence[dict[str, object]], titles: dict[str, str], pen: Pen
) -> Grid:
    whole = division == WHOLE
    return Grid(
        ("Группа", "Наименование" if whole else division.capitalize(), "Объектов", "Мин.",
         "Среднее", "Макс."),
        tuple(
            (
                Cell(str(row["group"])),
                Cell(titles[str(row["group"])] if whole else str(row["territory"])),
                *(
                    Cell(pen.number(row[name]))  # type: ignore[arg-type]  # numbers of the table
                    for name in ("objects", "minimum", "mean", "maximum")
                ),
            )
            for row in rows
        ),
        "По группам" if whole else f"По группам и: {division}",
        left=(0, 1),
        widths=(0.7, 3, 1, 1.1, 1.1, 1.1),
        small=True,
    )  # fmt: skip
