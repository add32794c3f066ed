"""Declared readers of text: `$ 48 500`, `150 м2, жилая: 120 м2`, `4 сотки`, `кирпичный, 2024 г.`.

A parser is chosen for a column by name, never guessed row by row, so what a text means is written
down where a person can check it. Each distinct text is read once. A text has three fates: it is
read; it says nothing about what is asked (`кирпичный` holds no year); or it cannot be read, which
is counted and shown, because it is a hole in the evidence or a parser that does not fit.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

import pyarrow as pa

from kazyna.valuation.evidence.day_texts import day_of, format_of
from kazyna.valuation.evidence.units import (
    FALSE_WORDS,
    NOT_KNOWN,
    PRICE_NOT_TOLD,
    TRUE_WORDS,
    UNITS,
    Measure,
    currency_of,
    multiple_of,
    unit_of,
)

SPACES = " \u00a0\u2009\u202f"
_AMOUNT = (
    rf"\d{{1,3}}(?:[{SPACES}'’]\d{{3}})+(?:[.,]\d+)?(?!\d)"
    r"|\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?(?!\d)"
    r"|\d+(?:[.,]\d+)?"
)
NUMBER = rf"[-−]?(?:{_AMOUNT})"
"""A number with any marks: `48 500`, `48,500.00`, `1.250.000`, `2,5`."""
THOUSANDS = 3
LEARNT_TEXTS_MAX = 20_000
"""Distinct texts from which the options of a column are learnt, from its first rows."""
YEAR_MIN, YEAR_MAX = 1700, 2100
"""Years that a building can have; older ones are told by the century, not by the year."""
CEILING_MIN_M, CEILING_MAX_M = 1.8, 6.0
"""A ceiling is between these; they lie less than a factor of ten apart, so that a height written
in another power of ten (`280 м.`, `2800 м.`) is read in one way only or not at all."""


class Fate(Enum):
    """What became of a text that gives no value."""

    ABSENT = "absent"
    """It says nothing about what is asked."""
    UNREAD = "unread"
    """It says something that cannot be read."""


Value = str | float | int | bool | date | tuple[str, ...]
Read = Callable[[str], Value | Fate]


@dataclass(frozen=True)
class Options:
    """What a parser may be told; each parser takes some of these."""

    part: str | None = None
    """`area`: the labelled part, such as `жилая` in `150 м2, жилая: 120 м2`."""
    index: int | None = None
    """`part`, `number_in`: which one, counted from 0; from the end if negative."""
    separator: str | None = None
    """`part`, `items`: what stands between the parts; a comma if not given."""
    unit: str | None = None
    """`area`, `length`: the unit of a number that stands without one."""
    currency: str | None = None
    """`money`: the ISO 4217 code that counts; amounts in another are not read."""
    decimal: str | None = None
    """`number`, `money`, `area`, `length`: the decimal mark, where the column leaves doubt."""
    format: str | None = None
    """`date`: as in `%m/%d/%Y`, where the column leaves doubt."""
    items: tuple[str, ...] | None = None
    """`items`: those that become columns; the frequent ones if not given."""


@dataclass(frozen=True)
class Parser:
    """A way to read a column of text."""

    name: str
    meaning: str
    type: pa.DataType
    options: tuple[str, ...]
    prepare: Callable[[Options], Read]
    """Make the reader of one text from the options."""


def learn_options(parser: str, options: Options, texts: Sequence[str]) -> Options:
    """Decide from the distinct texts of a whole column what the options leave open.

    That is the decimal mark, the currency, and whether the day or the month stands first. What is
    learnt from the sales is kept for the properties, where a few texts may leave more doubt.
    """
    known, texts = PARSERS[parser].options, texts[:LEARNT_TEXTS_MAX]
    if "decimal" in known and options.decimal is None:
        options = replace(options, decimal=decimal_mark(texts))
    if "currency" in known and options.currency is None:
        options = replace(options, currency=_commonest_currency(texts, options.decimal))
    if "format" in known and options.format is None:
        options = replace(options, format=format_of(texts))
    return options


def decimal_mark(texts: Iterable[str]) -> str | None:
    """Decide from a whole column which mark divides whole numbers from decimals.

    A mark that is followed by other than three digits, or stands after the other mark, is the
    decimal one. None where no text decides.
    """
    votes: Counter[str] = Counter()
    for text in texts:
        for number in re.findall(_AMOUNT, text):
            mark = _own_mark(number)
            if mark is not None:
                votes[mark] += 1
    return max(".,", key=lambda mark: votes[mark]) if votes else None


def _own_mark(number: str) -> str | None:
    """Return the decimal mark of a number that tells it."""
    marks = re.findall(r"[.,]", number)
    tail = len(number) - max(number.rfind("."), number.rfind(",")) - 1
    if len(set(marks)) > 1 or (len(marks) == 1 and tail != THOUSANDS):
        return str(marks[-1])
    return None


def to_number(text: str, mark: str | None, *, money: bool = False) -> float:
    """Read a number matched by `NUMBER`; `mark` is the decimal mark, any other parts thousands.

    Where neither the column nor the number tells the mark, a point is decimal and a comma parts
    thousands; but in money, which has two decimals or none, a point before three digits parts
    thousands too.
    """
    plain = re.sub(rf"[{SPACES}'’]", "", text).replace("−", "-")
    mark = mark or _own_mark(plain) or ("" if money else ".")
    if not mark or plain.count(mark) != 1:
        return float(plain.replace(",", "").replace(".", ""))
    other = "," if mark == "." else "."
    return float(plain.replace(other, "").replace(mark, "."))


def _text(_options: Options) -> Read:
    return lambda text: text


def _number(options: Options) -> Read:
    def read(text: str) -> float | Fate:
        return to_number(text, options.decimal) if re.fullmatch(NUMBER, text) else Fate.UNREAD

    return read


def _number_in(options: Options) -> Read:
    mark, index = options.decimal, options.index or 0

    def read(text: str) -> float | Fate:
        found = re.findall(rf"(?<![\w-]){NUMBER}", text)
        if not found:
            return Fate.ABSENT
        return to_number(found[index], mark) if -len(found) <= index < len(found) else Fate.ABSENT

    return read


def _money(options: Options) -> Read:
    def read(text: str) -> float | Fate:
        if re.fullmatch(PRICE_NOT_TOLD, text.casefold().strip(" .")):
            return Fate.ABSENT
        found = _amount(text, options.decimal)
        if found is None or found[1] not in (None, options.currency):
            return Fate.UNREAD
        return found[0]

    return read


def _commonest_currency(texts: Iterable[str], mark: str | None) -> str | None:
    amounts = (_amount(text, mark) for text in texts)
    counts = Counter(found[1] for found in amounts if found and found[1])
    return counts.most_common(1)[0][0] if counts else None


def _amount(text: str, mark: str | None) -> tuple[float, str | None] | None:
    """Read an amount and its currency, if all that stands around the number is understood."""
    found = re.fullmatch(rf"(?P<before>[^\d−-]*)(?P<number>{NUMBER})(?P<after>\D*)", text)
    if found is None:
        return None
    around = f"{found['before']} {found['after']}"
    if not re.fullmatch(r"[\s\w$€₽₸£₴.,-]*", around):
        return None
    times, currency = 1.0, None
    for word in re.findall(r"у\.?\s?е\b|[^\W\d_]+|[$€₽₸£₴]", around):
        plain = word.replace(".", "")
        if (code := currency_of(plain)) is not None:
            currency = code
        elif (multiple := multiple_of(plain)) is not None:
            times *= multiple
        else:
            return None
    return to_number(found["number"], mark, money=True) * times, currency


def _measured(measure: Measure) -> Callable[[Options], Read]:
    def prepare(options: Options) -> Read:
        unit = options.unit or next(iter(UNITS[measure]))
        part = options.part.casefold() if options.part else None

        def read(text: str) -> float | Fate:
            fragment = _fragment(text, part)
            if isinstance(fragment, Fate):
                return fragment
            word = fragment["unit"]
            known = unit if not word else unit_of(word, measure)
            if known is None:
                return Fate.UNREAD
            return to_number(fragment["number"], options.decimal) * UNITS[measure][known]

        return read

    return prepare


def _fragment(text: str, part: str | None) -> re.Match[str] | Fate:
    """Find `120 м2` in `150 м2, жилая: 120 м2`: the part asked for, or the one without a label."""
    shape = rf"(?:(?P<label>[^\d:]+?)\s*:?\s+)?(?P<number>{NUMBER})\s*(?P<unit>[^\d\s].*)?"
    fragments = [re.fullmatch(shape, piece) for piece in re.split(r",\s+|;\s*|,(?=\D)", text)]
    labels = [(found["label"] or "").casefold() for found in fragments if found is not None]
    known = [found for found in fragments if found is not None]
    if part is not None:
        wanted = [
            found for label, found in zip(labels, known, strict=True) if label.startswith(part)
        ]
        return wanted[0] if wanted else Fate.ABSENT
    if not known or fragments[0] is None:
        return Fate.UNREAD
    whole = ("", "общая", "total", "площадь", "area", "жалпы", "участок", "plot")
    wanted = [found for label, found in zip(labels, known, strict=True) if label in whole]
    return wanted[0] if wanted else Fate.ABSENT


def _ceiling_height(options: Options) -> Read:
    metres = _measured("length")(options)

    def read(text: str) -> float | Fate:
        found = metres(text)
        if not isinstance(found, float):
            return Fate.UNREAD
        scaled = (round(found / 10**power, 6) for power in range(4))
        fitting = (height for height in scaled if CEILING_MIN_M <= height < CEILING_MAX_M)
        return next(fitting, Fate.UNREAD)

    return read


def _year(_options: Options) -> Read:
    def read(text: str) -> int | Fate:
        found = [int(digits) for digits in re.findall(r"(?<!\d)\d{4}(?!\d)", text)]
        years = [year for year in found if YEAR_MIN <= year <= YEAR_MAX]
        if len(set(years)) == 1:
            return years[0]
        return Fate.UNREAD if re.search(r"\d", text) else Fate.ABSENT

    return read


def _date(options: Options) -> Read:
    def read(text: str) -> date | Fate:
        return day_of(text, options.format) or Fate.UNREAD

    return read


def _boolean(_options: Options) -> Read:
    def read(text: str) -> bool | Fate:
        plain = text.casefold()
        if plain in TRUE_WORDS or plain in FALSE_WORDS:
            return plain in TRUE_WORDS
        return Fate.UNREAD

    return read


def _part(options: Options) -> Read:
    separator, index = options.separator or ",", options.index or 0

    def read(text: str) -> str | Fate:
        parts = [part.strip() for part in text.split(separator)]
        if not -len(parts) <= index < len(parts) or not parts[index]:
            return Fate.ABSENT
        return parts[index]

    return read


def _items(options: Options) -> Read:
    separator = options.separator or ","

    def read(text: str) -> tuple[str, ...]:
        parts = (part.strip().casefold() for part in text.split(separator))
        return tuple(dict.fromkeys(part for part in parts if part))

    return read


PARSERS: dict[str, Parser] = {
    parser.name: parser
    for parser in (
        Parser("text", "the text as it stands; digits become a name", pa.string(), (), _text),
        Parser(
            "number", "a number and nothing else: 2,5 or 1 250", pa.float64(), ("decimal",), _number
        ),
        Parser(
            "number_in",
            "a number among words: 6 in «6 и более»",
            pa.float64(),
            ("index", "decimal"),
            _number_in,
        ),
        Parser(
            "money",
            "an amount in one currency: $ 48 500, 1,2 млн сом",
            pa.float64(),
            ("currency", "decimal"),
            _money,
        ),
        Parser(
            "area",
            "an area in square metres: 4 сотки is 400",
            pa.float64(),
            ("unit", "part", "decimal"),
            _measured("area"),
        ),
        Parser(
            "length",
            "a length in metres: 250 см is 2.5",
            pa.float64(),
            ("unit", "part", "decimal"),
            _measured("length"),
        ),
        Parser(
            "ceiling_height",
            "metres from 1.8 to 6, also where the decimal point was lost: 280 м. is 2.8",
            pa.float64(),
            ("unit", "decimal"),
            _ceiling_height,
        ),
        Parser("year", "a year of four digits: 2024 in «2024 г. постройки»", pa.int64(), (), _year),
        Parser(
            "date",
            "a day or a month: 2025-06-01, 1.6.2025, 1 июня 2025, Jun 1, 2025, 2025-06",
            pa.date32(),
            ("format",),
            _date,
        ),
        Parser("boolean", "yes or no: да, нет, есть, true, 0", pa.bool_(), (), _boolean),
        Parser(
            "part",
            "one part of a text with separators: «кирпичный» in «кирпичный, 2024 г.»",
            pa.string(),
            ("index", "separator"),
            _part,
        ),
        Parser(
            "items",
            "a list: one column of yes and no for each frequent item",
            pa.list_(pa.string()),
            ("separator", "items"),
            _items,
        ),
    )
}
"""Every parser by its name."""


def is_known(text: str) -> bool:
    """Tell whether a text, without spaces around it, says anything at all."""
    return text.casefold() not in NOT_KNOWN


def reader(parser: str, options: Options) -> Read:
    """Return the reader of a text by a parser's name."""
    return PARSERS[parser].prepare(options)


def describe(options: Options) -> dict[str, Any]:
    """Return the options that are set, by name."""
    return {name: value for name, value in vars(options).items() if value is not None}
