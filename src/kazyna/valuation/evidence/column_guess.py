"""A first table map for a raw table, guessed from names and content, each guess with its reason.

The guess is shown to a person, who corrects it; nothing depends on it being right.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.valuation.evidence.column_names import (
    ASKED,
    CODES,
    MONTH_OF_SALE,
    PER_AREA,
    ROLE_NAMES,
    SOLD,
    UNITS_SAID,
    YEAR_OF_SALE,
    bare_name,
    called,
    known_name,
    matches,
    plain_name,
    without_unit,
)
from kazyna.valuation.evidence.column_reading import Reading
from kazyna.valuation.evidence.parsers import Fate, Options, is_known, learn_options, reader
from kazyna.valuation.evidence.plain_table import plain_table
from kazyna.valuation.evidence.table_map import (
    MONTHS,
    ROLES,
    YEARS,
    Evidence,
    Ignored,
    RowNumber,
    SoldIn,
    TableMap,
)
from kazyna.valuation.evidence.units import currency_of
from kazyna.valuation.features import LEAKAGE, learn_encoder

PROBED_TEXTS = 300
"""Distinct texts of a column on which parsers are tried, the most frequent first."""
FITS_SHARE = 0.9
"""Share of the texts that a parser must read to be guessed."""
PROBED_ROWS, SEEN_ROWS_MAX = 2000, 50_000
LIST_SHARE = 0.2
"""Share of texts with a comma from which a column is taken for a list."""
LABEL_SHARE = 0.05
"""Share of texts in which a labelled part must stand to become a characteristic."""
COUNTED = ("rooms", "floor", "floors")
COUNTS_PROBED = 5
FREE_TEXT_SHARE = 0.2
"""Distinct texts per row beyond which a column is free text, not a category."""
FEW_TEXTS = 500
PRICE_MEDIAN_MIN = 1
"""Prices may be told in thousands."""

USABLE = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_null,
)
"""Types of columns that can be characteristics."""


def guess_table_map(table: object, *, source: str = "table") -> TableMap:
    """Guess which column plays which part and how each is read.

    Parts are guessed by name in English, Russian and Kyrgyz and checked by content; texts by the
    first parser that reads nine of ten of their most frequent values. Prices per area and other
    columns that give the price away, constants and free text are ignored. What the table does not
    tell is left out: the map then says what is missing.
    """
    raw = _some_rows(plain_table(table, source=source), SEEN_ROWS_MAX)
    roles = _straightened(dict(_roles(raw, {})), raw)
    parts = _of_roles(roles, raw)
    taken_by_parts = {part.column for part in roles.values()}
    if isinstance(parts.date, SoldIn):
        taken_by_parts |= set(parts.date.columns())
    rest = [name for name in raw.column_names if name not in taken_by_parts]
    ignored = dict(_ignored(raw, rest, roles.get("price")))
    characteristics: list[tuple[str, Reading]] = []
    for name in rest:
        if name not in ignored:
            taken = {clean for clean, _ in characteristics} | set(raw.column_names)
            characteristics += _characteristic(name, raw[name], taken)
    return replace(
        parts,
        evidence=_evidence_of(raw, roles),
        ignore=tuple(Ignored(name, reason) for name, reason in ignored.items()),
        characteristics=tuple(characteristics),
    )


def guess_roles(table: object, *, named: Mapping[str, str], source: str = "table") -> TableMap:
    """Guess which columns play the parts that nobody named; nothing is said of the others.

    Parameters
    ----------
    named
        Columns by their part: `price`, `date`, `id`, `lon`, `lat`.
    """
    raw = _some_rows(plain_table(table, source=source), SEEN_ROWS_MAX)
    return _of_roles(dict(_roles(raw, named)), raw)


def numbers_in_text(table: object) -> tuple[tuple[str, Reading], ...]:
    """Find columns of text that hold numbers: `1 250`, or one word among numbers."""
    raw = _some_rows(plain_table(table, source="table"), SEEN_ROWS_MAX)
    texts = (
        (name, raw[name]) for name in raw.column_names if _is_text(raw.schema.field(name).type)
    )
    return tuple(
        (name, Reading(name, "number"))
        for name, values in texts
        if _parser_of(_frequent_texts(values)) == "number"
    )


def _sold_in(raw: pa.Table) -> SoldIn | None:
    """Find the columns of the year and the month of a sale, where none tells the day."""

    def found(pattern: str, least: int, most: int) -> str | None:
        for name in raw.column_names:
            known = raw[name].drop_null()
            if matches(pattern, name) and _is_number(known.type) and len(known):
                numbers = np.asarray(known.cast(pa.float64()))
                if np.mean((numbers >= least) & (numbers <= most)) >= FITS_SHARE:
                    return str(name)
        return None

    year = found(YEAR_OF_SALE, *YEARS)
    return None if year is None else SoldIn(year, found(MONTH_OF_SALE, 1, MONTHS))


def _of_roles(roles: dict[str, Reading], raw: pa.Table) -> TableMap:
    both = "lon" in roles and "lat" in roles
    return TableMap(
        id=roles.get("id") or RowNumber(),
        price=roles.get("price"),
        date=roles.get("date") or _sold_in(raw),
        lon=roles.get("lon") if both else None,
        lat=roles.get("lat") if both else None,
    )


def _some_rows(table: pa.Table, rows_max: int) -> pa.Table:
    """Take rows from the whole length of a table."""
    if table.num_rows <= rows_max:
        return table
    return table.take(np.linspace(0, table.num_rows - 1, rows_max).astype(np.int64))


def _roles(raw: pa.Table, named: Mapping[str, str]) -> Iterator[tuple[str, Reading]]:
    """Find for each part that nobody named the best column whose content allows it."""
    taken = set(named.values())
    for role in ROLE_NAMES:
        if role in named:
            yield role, Reading(named[role], ROLES[role], because="named")
            continue
        alike = called(role, raw.column_names)
        found = next((n for n in alike if n not in taken and _plays(role, raw[n])), None)
        because = "by its name and its values"
        if found is None and role == "date":
            kinds = {name: raw.schema.field(name).type for name in raw.column_names}
            days = [n for n, k in kinds.items() if pa.types.is_date(k) or pa.types.is_timestamp(k)]
            days = [name for name in days if name not in taken]
            found, because = (days[0], "the first column of days") if days else (None, "")
        if found is not None:
            taken.add(found)
            yield role, Reading(found, ROLES[role], because=because)


def _straightened(roles: dict[str, Reading], raw: pa.Table) -> dict[str, Reading]:
    """Read latitude and longitude the other way about where only so they are on the globe."""
    if "lon" not in roles or "lat" in roles:
        return roles
    lat = roles["lon"].column
    lon = next((n for n in called("lat", raw.column_names) if _plays("lon", raw[n])), None)
    if lon is None or not _plays("lat", raw[lat]):
        return roles
    because = "by its values: the names of longitude and latitude are changed about"
    turned = {"lon": lon, "lat": lat}
    return roles | {role: Reading(n, ROLES[role], because=because) for role, n in turned.items()}


def _plays(role: str, values: pa.ChunkedArray) -> bool:
    """Check by content that a column can play a part."""
    known = values.drop_null()
    if len(known) == 0:
        return False
    if role == "id":
        return len(known) == len(values) and bool(pc.count_distinct(known).as_py() > 1)
    if role == "date":
        if pa.types.is_integer(known.type):  # 20140502
            known = known.cast(pa.string())
        return _is_day(known.type) or (
            _is_text(known.type) and _reads("date", Options(), _frequent_texts(known))
        )
    if _is_text(known.type):
        return _reads(ROLES[role], Options(), _frequent_texts(values))
    if not _is_number(known.type):
        return False
    middle = float(np.median(known.cast(pa.float64()).to_numpy()[:PROBED_ROWS]))
    within = {"lon": 180.0, "lat": 90.0}
    return abs(middle) <= within[role] if role in within else middle >= PRICE_MEDIAN_MIN


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind))


def _is_day(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _frequent_texts(values: pa.ChunkedArray) -> list[str]:
    """Return the most frequent texts that say anything."""
    counts = pc.utf8_trim_whitespace(values).drop_null().value_counts()
    rows = sorted(counts.to_pylist(), key=lambda row: (-row["counts"], row["values"]))
    return [row["values"] for row in rows if is_known(row["values"])][:PROBED_TEXTS]


def _reads(parser: str, options: Options, texts: Sequence[str]) -> bool:
    """Tell whether a parser reads nearly all of the texts."""
    read = reader(parser, learn_options(parser, options, texts))
    values = [read(text) for text in texts]
    fine = sum(not isinstance(value, Fate) for value in values)
    return bool(texts) and fine >= FITS_SHARE * len(texts)


def _ignored(
    raw: pa.Table, rest: Sequence[str], price: Reading | None
) -> Iterator[tuple[str, str]]:
    """Columns that must not or need not be characteristics, each with the reason."""
    leaks = _leaks(raw, rest, price)
    for name in rest:
        values = raw[name]
        if matches(PER_AREA, name):
            yield name, "a price per area gives the price away"
        elif name in leaks:
            yield name, leaks[name]
        elif any(matches(pattern, name) for pattern in ROLE_NAMES["id"]):
            yield name, "another number of the row"
        elif not any(of(values.type) for of in USABLE):
            yield name, f"of the type {values.type}"
        elif values.null_count == len(values):
            yield name, "empty"
        elif (distinct := pc.count_distinct(values).as_py()) == 1 and values.null_count == 0:
            yield name, f"constant: {str(values[0].as_py())[:40]!r} in every row"
        elif _is_free_text(values, distinct):
            yield name, f"free text: {distinct} texts in {len(values)} rows"


def _is_free_text(values: pa.ChunkedArray, distinct: int) -> bool:
    if not _is_text(values.type) or distinct <= max(FEW_TEXTS, FREE_TEXT_SHARE * len(values)):
        return False
    return _parser_of(_frequent_texts(values)) is None


def _leaks(raw: pa.Table, rest: Sequence[str], price: Reading | None) -> dict[str, str]:
    """Find columns of numbers that order the sales as the price does, or divide it exactly."""
    if price is None or not _is_number(raw.schema.field(price.column).type):
        return {}
    numbers = [name for name in rest if _is_number(raw.schema.field(name).type)]
    probe = _some_rows(raw.select([*numbers, price.column]), PROBED_ROWS)
    prices = probe[price.column].cast(pa.float64()).to_numpy()
    priced = prices > 0
    if not numbers or not priced.any():
        return {}
    probe = probe.filter(pa.array(priced))
    encoder = learn_encoder(probe.select(numbers), prices[priced])
    return {name: reason for name, reason in encoder.left_out if reason.startswith(LEAKAGE)}


def _evidence_of(raw: pa.Table, roles: dict[str, Reading]) -> Evidence:
    """Take prices for asking prices where a name says so, or where an agent offers."""
    price = plain_name(roles["price"].column) if "price" in roles else ""
    if re.search(SOLD, price) and not re.search(ASKED, price):
        return "sale"
    asked = any(re.search(ASKED, name.casefold()) for name in raw.column_names)
    return "asking" if asked else "sale"


def _characteristic(
    name: str, values: pa.ChunkedArray, taken: set[str]
) -> list[tuple[str, Reading]]:
    """Guess how one column becomes characteristics; a column fit as it is needs no entry."""
    clean = known_name(bare_name(name)) or name
    if clean in taken and clean != name:
        clean = name
    if _is_number(values.type):
        return _number(name, clean, taken, whole=_is_whole(values))
    return _of_texts(name, clean, values, taken) if _is_text(values.type) else []


def _of_texts(
    name: str, clean: str, values: pa.ChunkedArray, taken: set[str]
) -> list[tuple[str, Reading]]:
    texts = _frequent_texts(values)
    if clean == "ceiling_height_m" and _reads("ceiling_height", Options(), texts):
        return [(clean, Reading(name, "ceiling_height", because=_shown(texts)))]
    if (year := _part_and_year(name, texts)) is not None:
        return year
    parser = _parser_of(texts) or _loose_parser_of(clean, texts)
    if parser is None:
        return []
    if parser == "number" and (converted := _by_unit_of_name(name, taken)) is not None:
        return [converted]
    return [(clean, Reading(name, parser, because=_shown(texts))), *_labelled(name, parser, texts)]


def _by_unit_of_name(name: str, taken: set[str]) -> tuple[str, Reading] | None:
    """Convert a column whose name tells the unit: «Площадь участка, соток», `LotAcres`."""
    told = without_unit(name)
    if told is None or not told[0]:
        return None
    known = known_name(told[0])
    metric = next((n for n in (known, f"{told[0]}_m2") if n is not None and n not in taken), None)
    if metric is None:
        return None
    options = Options(unit=told[1])
    return metric, Reading(name, "area", options, because=f"{UNITS_SAID[told[1]]} by its name")


def _loose_parser_of(clean: str, texts: Sequence[str]) -> str | None:
    """Guess what no exact parser reads: lists, and counts such as «6 и более»."""
    commas = sum("," in text for text in texts)
    parts = {part.strip() for text in texts for part in text.split(",")}
    if commas >= LIST_SHARE * len(texts) and len(parts) < len(texts):
        return "items"
    if clean in COUNTED and _reads("number_in", Options(), texts[:COUNTS_PROBED]):
        return "number_in"
    return None


def _labelled(name: str, parser: str, texts: Sequence[str]) -> Iterator[tuple[str, Reading]]:
    """Find the labelled parts of areas: `жилая` in `150 м2, жилая: 120 м2`."""
    if parser != "area":
        return
    labels = Counter(
        label.strip().casefold()
        for text in texts
        for label in re.findall(r"[,;]\s*([^\d,;:]+):\s*\d", text)
    )
    for label, count in labels.most_common():
        if count >= LABEL_SHARE * len(texts):
            options = Options(part=label)
            because = f"the part {label!r} of {name}"
            yield f"{name}: {label}", Reading(name, parser, options, because=because)


def _is_whole(values: pa.ChunkedArray) -> bool:
    return pa.types.is_integer(values.type) or bool(
        pc.all(pc.equal(values, pc.floor(values)), min_count=0).as_py()
    )


def _number(name: str, clean: str, taken: set[str], *, whole: bool) -> list[tuple[str, Reading]]:
    plain = plain_name(name)
    if (converted := _by_unit_of_name(name, taken)) is not None:
        return [converted]
    if whole and re.fullmatch(CODES, plain):
        return [(clean, Reading(name, "text", because="numbers that are names"))]
    if clean == "year_built":
        return [(clean, Reading(name, "year", because="a year by its name"))]
    return []


def _parser_of(texts: Sequence[str]) -> str | None:
    """Return the first parser that reads nearly all of the texts."""
    if not texts:
        return None
    tried = ["number", "boolean", "date", "year"]
    if any(re.match(r"0\d", text) for text in texts):
        tried.remove("number")  # digits that are a name
    if any(currency_of(sign) for text in texts for sign in re.findall(r"[$€₽₸£₴]|сом\b", text)):
        tried.insert(0, "money")
    if any(re.search(r"\d\s*[^\d\s.,]", text) for text in texts):
        tried += ["area", "length"]
    return next((parser for parser in tried if _reads(parser, Options(), texts)), None)


def _part_and_year(name: str, texts: Sequence[str]) -> list[tuple[str, Reading]] | None:
    """Recognise `кирпичный, 2024 г.`: a word, and for some rows a year behind it."""
    tails = [text.split(",")[1:] for text in texts]
    with_tail = [",".join(tail) for tail in tails if tail]
    if len(with_tail) < LIST_SHARE * len(texts) or not _reads("year", Options(), with_tail):
        return None
    because = _shown(texts)
    return [
        (name, Reading(name, "part", Options(index=0), because=because)),
        (f"{name}: year", Reading(name, "year", because=because)),
    ]


def _shown(texts: Sequence[str]) -> str:
    return "such as " + "; ".join(texts[:2])
