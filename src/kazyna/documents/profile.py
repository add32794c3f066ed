"""The profile of a table as one page of HTML that needs nothing else: no script, no other file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kazyna.core.text import Language, Text
from kazyna.documents.engine_words import in_words
from kazyna.documents.render import TEMPLATES
from kazyna.valuation.evidence.mapping import MappingReport
from kazyna.valuation.evidence.profile import ColumnProfile, Kind, Profile
from kazyna.valuation.evidence.profile_issues import Issue, IssueKind
from kazyna.valuation.features import LEAKAGE

WIDTH, HEIGHT, GAP = 260, 56, 1
YEARS_MAX = 10_000
"""Whole numbers below this stand without thousands marks: most of them are years."""

_WORDS = {
    "title": Text("Profile of a table", "Обзор таблицы", "Таблицанын баяндамасы"),
    "rows": Text("rows", "строк", "сап"),
    "columns": Text("columns", "столбцов", "тилке"),
    "column": Text("Column", "Столбец", "Тилке"),
    "look_first": Text(
        "What to look at first", "На что посмотреть сначала", "Адегенде эмнени карап чыгуу керек"
    ),
    "nothing": Text("Nothing stands out.", "Ничего особенного.", "Өзгөчө эч нерсе жок."),
    "what": Text("What", "Что", "Эмне"),
    "wrong": Text("wrong", "ошибка", "ката"),
    "look": Text("check", "проверить", "текшерүү"),
    "reading": Text("How the table was read", "Как прочитана таблица", "Таблица кантип окулду"),
    "left_out": Text("Rows left out", "Исключённые строки", "Чыгарылган саптар"),
    "parser": Text("Parser", "Чтение", "Окуу жолу"),
    "read": Text("Read", "Прочитано", "Окулду"),
    "absent": Text("Not told", "Не сказано", "Айтылган эмес"),
    "unread": Text("Not understood", "Не понято", "Түшүнүлгөн жок"),
    "impossible": Text("Beyond limits", "Вне пределов", "Чектен тышкары"),
    "missing": Text("Missing", "Пусто", "Бош"),
    "examples": Text("Not understood, examples", "Не понято, примеры", "Түшүнүлбөгөн мисалдар"),
    "every": Text("Every column", "Все столбцы", "Бардык тилкелер"),
    "kind": Text("Kind", "Вид", "Түрү"),
    "distinct": Text("Distinct", "Различных", "Айырмалуу"),
    "spread": Text("Values", "Значения", "Маанилер"),
    "median": Text("median", "медиана", "медиана"),
    "row": Text("row", "строка", "сап"),
}

_KINDS: dict[Kind, Text] = {
    "number": Text("number", "число", "сан"),
    "whole number": Text("whole number", "целое число", "бүтүн сан"),
    "text": Text("text", "текст", "текст"),
    "boolean": Text("yes or no", "да или нет", "ооба же жок"),
    "date": Text("day", "дата", "күн"),
    "other": Text("other", "прочее", "башка"),
}

_ISSUES: dict[IssueKind, Text] = {
    "empty": Text("no value at all", "нет ни одного значения", "бир да маани жок"),
    "constant": Text("one value everywhere", "везде одно значение", "бардык жерде бир маани"),
    "mostly missing": Text("mostly missing", "в основном пусто", "көбү бош"),
    "rare categories": Text(
        "values in fewer than three rows", "значения менее чем в трёх строках",
        "үчтөн аз сапта кездешкен маанилер",
    ),
    "negative": Text("negative", "отрицательные", "терс"),
    "zero": Text(
        "0 where nothing is known?", "0 вместо неизвестного?", "белгисиздин ордуна 0бү?"
    ),
    "impossible year": Text("impossible year", "невозможный год", "мүмкүн эмес жыл"),
    "future day": Text("in the future", "в будущем", "келечекте"),
    "impossible place": Text("no such place", "такого места нет", "мындай жер жок"),
    "place of nought": Text("coordinate 0", "координата 0", "координата 0"),
    "place astray": Text(
        "place far from all others; the other way round?",
        "место далеко от всех других; координаты переставлены?",
        "жери башкалардан алыс; координаталар алмашып калганбы?",
    ),
    "no price": Text(
        "no column is known as the price: what gives it away was not looked for",
        "столбец цены не назван: что её выдаёт, не проверено",
        "баанын тилкеси аталган жок: аны эмне ачыкка чыгарары текшерилген эмес",
    ),
    "part above whole": Text("part above the whole", "часть больше целого", "бөлүгү бүтүндөн чоң"),
    "outlier": Text("far from all others", "далеко от всех", "башкалардан өтө алыс"),
    "leakage": Text("gives the price away", "выдаёт цену", "бааны ачыкка чыгарат"),
    "duplicate rows": Text(
        "rows written twice", "строки записаны дважды", "эки жолу жазылган саптар"
    ),
    "duplicate identifiers": Text(
        "identifiers that stand before", "повторные номера", "кайталанган номерлер"
    ),
    "near duplicates": Text(
        "alike in all but number, day and place", "одинаковы во всём, кроме номера, даты и места",
        "номеринен, күнүнөн жана жеринен башкасы бирдей",
    ),
    "one price": Text(
        "one price in every row", "одна цена во всех строках", "бардык сапта бир баа"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One bar of a small histogram, in pixels."""

    x: float
    y: float
    width: float
    height: float


def profile_page(
    profile: Profile, report: MappingReport | None, *, language: Language = "en"
) -> str:
    """Write a profile, and how the table was read if a map was applied, as one HTML page."""
    words = {key: text.in_(language) for key, text in _WORDS.items()}
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = lambda value: figure(value, language)
    return environment.get_template("profile.html").render(
        language=language,
        words=words,
        profile=profile,
        report=report,
        issues=[
            (issue, _ISSUES[issue.kind].in_(language), _detail(issue, language))
            for issue in profile.issues
        ],
        columns=[
            (column, _KINDS[column.kind].in_(language), list(bars(column)))
            for column in profile.columns
        ],
        width=WIDTH,
        height=HEIGHT,
    )


def _detail(issue: Issue, language: Language) -> str:
    """Return the detail of an issue; how a column gives the price away is said by the engine."""
    if issue.kind != "leakage":
        return issue.detail
    return in_words(f"{LEAKAGE}{issue.detail}", language).partition(": ")[2]


def figure(value: object, language: Language) -> str:
    """Write a number with no more digits than a reader needs, a day as it is."""
    if isinstance(value, date) or not isinstance(value, int | float):
        return str(value)
    if float(value).is_integer() and abs(value) < YEARS_MAX:
        return str(int(value))
    pattern = "#,##0" if abs(value) >= 1000 else "#,##0.##" if abs(value) >= 1 else "0.####"  # noqa: PLR2004
    return format_decimal(value, format=pattern, locale=language)


def bars(column: ColumnProfile) -> Iterator[Bar]:
    """Lay out the bars of a column's histogram, the highest as high as the drawing."""
    if column.histogram is None:
        return
    counts = column.histogram.counts
    step, top = WIDTH / len(counts), max(counts)  # a histogram is of one value at least
    for position, count in enumerate(counts):
        height = round(HEIGHT * count / top, 1)
        yield Bar(round(position * step, 1), HEIGHT - height, round(step - GAP, 1), height)
