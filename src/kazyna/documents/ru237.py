"""Sections of the report that the Russian instructions of 2021 ask for, in Russian."""

from collections.abc import Sequence

from kazyna.documents.article import Block, Cell, Grid, Note, Paragraph, Section, Steps
from kazyna.documents.writing import Pen
from kazyna.valuation.ru237.factors import Way
from kazyna.valuation.ru237.groups import WHOLE
from kazyna.valuation.ru237.profile import LEVEL, Ru237Profile
from kazyna.valuation.ru237.quality import Form, Formula, SampleQuality

TERRITORIES_SHOWN = 20
"""Rows of a division in the report; the table written beside it has all."""
OUTSIDE_MAX = 0.02
"""Share of the objects beyond the sales from which a sample is not representative of a factor."""
FORMS: dict[Form, str] = {
    "linear": "линейная",
    "exponential": "экспоненциальная",
    "multiplicative": "мультипликативная (степенная)",
}
SAMPLES = {"train": "Обучающая", "control": "Контрольная"}
WAYS: dict[Way, str] = {
    "as it stands": "столбец как есть",
    "read from text": "разбор столбца",
    "distance": "расстояние до ближайшего",
    "count near by": "число вокруг",
    "measured at": "измерение в точке",
    "area": "территория, в которой лежит",
}
LEFT_OUT = {
    "one value in the training sample": "одно значение во всей обучающей выборке",
    "follows from the other factors": "следует из других факторов",
}


def ru237_sections(profile: Ru237Profile, pen: Pen) -> tuple[Section, ...]:
    """Write the sections; `pen` writes figures in Russian."""
    return (
        Section("ru237-groups", "Группировка объектов оценки", tuple(_groups(profile, pen))),
        Section("ru237-formula", "Модель для утверждения", tuple(_formula(profile, pen))),
        Section("ru237-factors", "Ценообразующие факторы", tuple(_factors(profile, pen))),
        Section("ru237-specific", "Удельные показатели (УПКС)", tuple(_specific(profile, pen))),
        Section("ru237-methods", "Упрощённые методы", tuple(_methods(profile, pen))),
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
            Cell("–" if profile.sales is None else pen.number(profile.sales.get(name, 0))),
        )
        for name in sorted(titles)
    )
    blocks: list[Block] = [
        Paragraph(
            "Объекты распределены по оценочным группам (сегментам) и подгруппам по коду расчёта"
            " вида использования. Подгруппа — полный код; объект без кода отнесён к иному"
            " использованию."
        ),
        Grid(("Группа", "Наименование", "Подгрупп", "Объектов", "Сделок"), rows, left=(0, 1),
             widths=(0.6, 3, 1, 1, 1)),
    ]  # fmt: skip
    unsold = sorted(name for name in titles if profile.sales and not profile.sales.get(name))
    if unsold:
        text = (
            f"Без единой сделки оценены группы: {', '.join(unsold)}. Их стоимость взята с рынка"
            " других групп; сверьте её с упрощёнными методами или оцените затратным подходом."
        )
        blocks.append(Note("", text, "bad"))
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
                    Cell("константа" if term.name == "constant" else _name(pen, term.name)),
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
        items = tuple((f"{_name(pen, name)}:", LEFT_OUT[why]) for name, why in formula.left_out)
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
    names = [*(_name(pen, name) for name in formula.factors), price]
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


def _sources(profile: Ru237Profile, pen: Pen) -> list[Block]:
    """Tell how each factor was measured."""
    if not profile.sources:
        return []
    return [
        Paragraph(
            "Порядок расчёта значений факторов: откуда взято значение и как оно получено."
            " Значения за указанными пределами считаются неизвестными."
        ),
        Grid(
            ("Фактор", "Источник", "Способ", "Подробности", "Ед.", "От", "До"),
            tuple(
                (
                    Cell(pen.label(each.factor)), Cell(each.source), Cell(WAYS[each.way]),
                    Cell(each.detail), Cell(each.unit),
                    *(Cell("" if end is None else f"{end:.6g}")
                      for end in (each.minimum, each.maximum)),
                )
                for each in profile.sources
            ),
            "Способы измерения факторов",
            left=(0, 1, 2, 3, 4),
            widths=(2, 2, 1.6, 1.6, 0.6, 0.8, 0.8),
            small=True,
        ),
    ]  # fmt: skip


def _name(pen: Pen, factor: str) -> str:
    """Write the name of a factor; of one that is words, its level of prices is the factor."""
    name = factor.removesuffix(LEVEL)
    return pen.label(name) + factor[len(name) :]


def _factors(profile: Ru237Profile, pen: Pen) -> list[Block]:
    measured = _sources(profile, pen)
    rows = profile.factors.to_pylist()
    if not rows:
        none = "Числовых факторов, известных для сделок и для объектов оценки, нет."
        return [Paragraph(none), *measured]
    return [
        Paragraph(
            "Представительность выборки: значения факторов в сделках и у всех объектов оценки."
            " «Вне» — доля объектов за пределами значений в сделках: их стоимость экстраполирована."
            " «Расхождение» — наибольшая разность двух распределений (Колмогоров — Смирнов)."
        ),
        Grid(
            ("Фактор", "Сделки: мин.", "медиана", "макс.", "Объекты: мин.", "медиана", "макс.",
             "Вне, %", "Расхожд."),
            tuple(
                (
                    Cell(_name(pen, str(row["factor"]))),
                    *(
                        Cell(f"{row[f'{side}_{name}']:.6g}")
                        for side in ("sales", "objects")
                        for name in ("minimum", "median", "maximum")
                    ),
                    Cell(
                        pen.number(100 * row["outside"], 1),
                        "bad" if row["outside"] > OUTSIDE_MAX else "good",
                    ),
                    Cell(pen.number(row["distance"], 2)),
                )
                for row in rows
            ),
            widths=(2, 1, 1, 1, 1, 1, 1, 0.9, 1),
            small=True,
        ),
        *measured,
    ]  # fmt: skip


def _methods(profile: Ru237Profile, pen: Pen) -> list[Block]:
    simple = profile.simple
    typical = sorted(simple.typical.to_pylist(), key=lambda row: -row["objects"])
    return [
        Paragraph(
            "Каждый объект рассчитан также методом типового объекта (УПКС типового объекта"
            " подгруппы × коэффициенты места и площади × площадь), по среднему УПКС группы в"
            " квартале, районе или в целом и, где известна прежняя стоимость, индексацией."
            " Таблица показывает отклонение от модели рынка."
        ),
        Grid(
            ("Метод", "Объектов", "Медиана отношения", "Медианное отклонение, %"),
            tuple(
                (
                    Cell(str(row["method"])),
                    Cell(pen.number(row["objects"])),
                    *(
                        Cell("–" if row[name] is None else pen.number(row[name], places))
                        for name, places in (("median_ratio", 3), ("median_deviation", 1))
                    ),
                )
                for row in simple.quality.to_pylist()
            ),
            widths=(2, 1, 1.4, 1.6),
        ),
        Grid(
            ("Группа", "Подгруппа", "Объектов", "Типовой объект", "Площадь, м²", "УПКС"),
            tuple(
                (
                    Cell(str(row["group"])),
                    Cell(str(row["subgroup"])),
                    Cell(pen.number(row["objects"])),
                    Cell(str(row["id"])),
                    Cell(pen.number(row["area_m2"])),
                    Cell(pen.number(row["upks"])),
                )
                for row in typical[:TERRITORIES_SHOWN]
            ),
            "Типовые объекты подгрупп",
            left=(0, 1, 3),
            widths=(0.8, 1.2, 1, 1.8, 1, 1),
            small=True,
        ),
    ]


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
