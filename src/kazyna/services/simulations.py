"""Reforms simulated: on the rows of a file, or on the properties of the register."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.progress import Progress, silent
from kazyna.core.text import Language, Text
from kazyna.documents.article import Article, article_body, article_page, render_article
from kazyna.documents.simulation import simulation_article
from kazyna.packs.pack import Pack, load_pack
from kazyna.packs.taxes import Tax
from kazyna.services import assessment, laws
from kazyna.services.context import Context
from kazyna.services.tables import naming, require_columns
from kazyna.store import cadastre, files, register, rounds
from kazyna.store.connection import Transaction
from kazyna.tax import CASE
from kazyna.tax.parameter import Parameter
from kazyna.tax.reform import (
    GroupEffect,
    NeutralRate,
    NewRow,
    NewValue,
    Reform,
    Simulation,
    neutral_rate,
    reformed,
    simulate,
)
from kazyna.tax.table import ANY, Key, KeyColumn, Table

__all__ = [
    "ANY",
    "Asked",
    "Change",
    "GroupColumn",
    "GroupEffect",
    "NeutralAsked",
    "NeutralRate",
    "NumberOfLaw",
    "Simulated",
    "Simulation",
    "group_columns",
    "numbers_of_law",
    "simulate_file",
    "simulate_register",
]

QUANTUM = Decimal("0.000001")
"""To what a neutral rate is found unless asked otherwise."""


@dataclass(frozen=True)
class NeutralAsked:
    """Which parameter is to bring the reform's roll to a target."""

    parameter: str
    quantum: Decimal = QUANTUM
    target: Decimal | None = None
    """What the roll shall add up to; that of the law when not given."""


@dataclass(frozen=True)
class Asked:
    """On what, and by what, a reform is simulated."""

    on: date
    id_column: str
    tax: str | None = None
    """May be left out where the pack has one."""
    by: tuple[str, ...] = ()
    """Columns whose groups are told apart."""
    neutral: NeutralAsked | None = None
    """A parameter that is searched, upon the reform, until the roll raises a target."""


@dataclass(frozen=True)
class NumberOfLaw:
    """A number of the law that a reform may change: of its own, or of a row of a table."""

    tax: str
    name: str
    label: Text
    unit: str
    keys: tuple[str, ...]
    """Of the row, as the law writes them; none where the number stands alone."""
    asks: tuple[KeyColumn, ...]
    """What the keys are of, one each."""
    value: Decimal | None
    """None where the law's value is not known."""


@dataclass(frozen=True)
class Change:
    """Another value of one number of the law."""

    parameter: str
    value: Decimal
    keys: tuple[str, ...] = ()
    """Of the row of a table; none where the number stands alone."""


@dataclass(frozen=True)
class GroupColumn:
    """A characteristic by whose words objects can be told apart."""

    name: str
    label: Text


@dataclass(frozen=True)
class Simulated:
    """A simulation and what was written of it."""

    simulation: Simulation
    neutral: NeutralRate | None
    currency: str
    files: tuple[str, ...] = ()
    body: str = ""
    """The article as a part of a page."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _NewValue(_Part):
    since: Annotated[date, Field(alias="from")]
    value: Decimal


class _NewRow(_NewValue):
    keys: tuple[str | int | Decimal, ...] | None = None


class _ReformFile(_Part):
    title: str
    values: dict[str, _NewValue] = {}
    rows: dict[str, tuple[_NewRow, ...]] = {}


def read_reform(path: Path, law: Tax) -> Reform:
    """Read the file of a reform; docs/methods/simulation.md shows one.

    Raises
    ------
    InputError
        With every key that is missing, unknown or impossible.
    """
    try:
        given = tomllib.loads(files.read_text(path), parse_float=Decimal)
        found = _ReformFile.model_validate(given)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Finding(str(path), str(error), "TOML")) from error
    except ValidationError as error:
        raise InputError(
            Finding(str(path), f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}",
                    "see docs/methods/simulation.md")
            for fault in error.errors()
        ) from error  # fmt: skip
    return Reform(
        found.title,
        {name: NewValue(new.since, new.value) for name, new in found.values.items()},
        {
            name: tuple(NewRow(row.since, row.value, _keys(row, name, law)) for row in rows)
            for name, rows in found.rows.items()
        },
    )


def simulate_file(
    path: Path,
    reform: Path,
    *,
    pack: str,
    asked: Asked,
    out: Path | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> Simulated:
    """Simulate a reform on the rows of a file.

    Parameters
    ----------
    path, pack
        As a roll of a file takes them.
    reform
        The overlay, TOML.
    asked
        The tax, the day and what is to be told apart.
    out
        Where the page (.html) or paper (.pdf) is written.

    Raises
    ------
    InputError, PackError
        When a file cannot be read, or the reform does not fit the law.
    """
    loaded = load_pack(pack)
    law = _tax(loaded, asked.tax)
    overlay = read_reform(reform, law)
    table = files.read_table(path)
    require_columns(table, [asked.id_column, *asked.by], path)
    with naming(path, {}):
        found = _simulated(law, overlay, table, asked=asked, progress=progress)
    article = _article(loaded, found, language)
    written: tuple[str, ...] = ()
    if out is not None:
        if out.suffix.lower() == ".pdf":
            files.write_bytes(render_article(article), out)
        elif out.suffix.lower() == ".html":
            files.write_text(article_page(article), out)
        else:
            raise InputError(Finding(str(out), "unknown kind of file", ".html or .pdf"))
        written = (str(out),)
    return replace(found, currency=loaded.currency.code, files=written)


def numbers_of_law(ctx: Context, tax: str | None = None) -> tuple[NumberOfLaw, ...]:
    """List the numbers that a reform may change, of one tax or all, as they hold today.

    Raises
    ------
    NotFound
        When the pack has no such tax.
    """
    ctx.require("officer", "auditor")
    ctx = laws.decided(ctx)
    asked = [_tax(ctx.pack, tax)] if tax is not None else list(ctx.pack.taxes.values())
    return tuple(
        number
        for law in asked
        for parameter in law.rules.on(ctx.today).parameters.values()
        for number in _numbers(law.name, parameter, ctx.today)
    )


def _numbers(tax: str, parameter: Parameter, on: date) -> Iterator[NumberOfLaw]:
    value = parameter.on(on).value
    about = (tax, parameter.name, parameter.label, parameter.unit)
    if isinstance(value, Decimal):
        yield NumberOfLaw(*about, (), (), value)
    elif isinstance(value, Table):
        yield from (NumberOfLaw(*about, row.words, value.keys, row.value) for row in value.rows)


def group_columns(ctx: Context, tax: str) -> tuple[GroupColumn, ...]:
    """List the characteristics of a tax's objects by whose words a simulation tells them apart.

    Raises
    ------
    NotFound
        When the pack has no such tax.
    """
    ctx.require("officer", "auditor")
    law = _tax(ctx.pack, tax)
    asked = [each for each in law.rules.on(ctx.today).inputs if each.type in {"text", "boolean"}]
    return tuple(GroupColumn(each.name, each.label) for each in asked)


def simulate_register(
    ctx: Context,
    *,
    tax: str,
    changes: Sequence[Change],
    title: str = "",
    by: Sequence[str] = (),
    neutral: NeutralAsked | None = None,
) -> Simulated:
    """Simulate other values of numbers of the law on all objects of the register.

    Where the tax rests on more than the cadastre, such as months and reliefs, what is compared is
    the roll of this year as it would be drafted now, a case for each object and its holders. Else
    the base is the value in the latest published round of every property, held or not.

    Parameters
    ----------
    tax, changes
        Which law, and what is different from its first day of the tax year on.
    title
        What the reform is called; the names of the numbers if not given.
    by
        Characteristics of `group_columns`; the place is always told apart.
    neutral
        A number that is searched, upon the changes, until the roll raises what the law raises.

    Raises
    ------
    NotFound
        When the tax is not known, or no round is published.
    InputError, PackError
        When the law has no such number, or the register lacks what the rules ask for.
    """
    ctx.require("officer", "auditor")
    ctx = laws.decided(ctx)
    law = _tax(ctx.pack, tax)
    named = {each.name for each in group_columns(ctx, tax)}
    if unknown := sorted(set(by) - named):
        expected = "one of " + ", ".join(sorted(named)) if named else "none: there are no words"
        raise InputError(
            Finding("simulation", f"no groups by {unknown[0]!r}", expected, column="by")
        )
    with ctx.transaction() as tx:
        read = _cases_of_roll if _rests_on_holders(ctx, law) else _valued_properties
        table, asked = read(ctx, tx, law)
    groups = tuple(dict.fromkeys([*asked.by, *by]))
    overlay = _overlay(law, changes, title, since=asked.on, language=ctx.language)
    found = _simulated(law, overlay, table, asked=replace(asked, by=groups, neutral=neutral))
    body = article_body(_article(ctx.pack, found, ctx.language))
    return replace(found, currency=ctx.pack.currency.code, body=body)


def _overlay(
    law: Tax, changes: Sequence[Change], title: str, *, since: date, language: Language
) -> Reform:
    """Write changes of numbers as a reform.

    Raises
    ------
    InputError
        With every row of a table that the law does not have.
    """
    values = {each.parameter: NewValue(since, each.value) for each in changes if not each.keys}
    rows: dict[str, list[NewRow]] = {}
    findings = []
    for each in changes:
        if not each.keys:
            continue
        parameter = law.rules.parameters.get(each.parameter)
        table = parameter.on(since).value if parameter is not None else None
        known = {row.words: row.keys for row in table.rows} if isinstance(table, Table) else {}
        if each.keys not in known:
            reason = f"{each.parameter} has no row {', '.join(each.keys)}"
            findings.append(Finding("simulation", reason, "a row of the law", column="keys"))
            continue
        rows.setdefault(each.parameter, []).append(NewRow(since, each.value, known[each.keys]))
    if not changes:
        findings.append(Finding("simulation", "nothing is changed", "another value of a number"))
    if findings:
        raise InputError(findings)
    labels = (law.rules.parameters[name].label.in_(language) for name in (*values, *rows)
              if name in law.rules.parameters)  # fmt: skip
    return Reform(
        title or ", ".join(labels), values, {name: tuple(new) for name, new in rows.items()}
    )


def _rests_on_holders(ctx: Context, law: Tax) -> bool:
    """Tell whether a tax asks for more than values and characteristics of the cadastre."""
    asked = {column.name for column in law.rules.on(ctx.today).inputs}
    origins = ctx.pack.register.origins
    return any(origins[name].kind != "valuation" for name in asked if name in origins)


def _cases_of_roll(ctx: Context, tx: Transaction, law: Tax) -> tuple[pa.Table, Asked]:
    """Read the cases of this year's roll as it would be drafted now."""
    charged = assessment.charged_tax(ctx, law.name)
    known = register.latest(tx)
    ground = assessment.ground_of(ctx, tx, charged, year=ctx.today.year, known=known)
    held = assessment.holdings_of(ctx, tx, charged, ground)
    if held.num_rows == 0:
        raise NotFound(f"Nobody holds an object of {law.name} on {ground.law_on}.")
    place = ctx.pack.register.place
    by = (place,) if place is not None and place in held.column_names else ()
    return assessment.cases(held), Asked(ground.law_on, CASE, law.name, by)


def _valued_properties(ctx: Context, tx: Transaction, law: Tax) -> tuple[pa.Table, Asked]:
    """Read every property with its value in the latest published round."""
    names = {column.name for column in law.rules.on(ctx.today).inputs} - {"value"}
    types = {name: ctx.pack.columns[name].type for name in sorted(names)}
    near = ctx.pack.neighbourhood
    beside = {near: ctx.pack.columns[near].type} if near is not None else {}
    latest = rounds.latest_published(tx)
    if latest is None:
        raise NotFound("No round is published: there is no value to tax yet.")
    values = rounds.effective_values(tx, latest.round_id).select(["property_id", "value"])
    table = cadastre.properties(tx, types | beside).join(values, "property_id", join_type="inner")
    by = (near,) if near is not None else ()
    return table, Asked(ctx.today, "property_id", law.name, by)


def _simulated(
    law: Tax, overlay: Reform, table: pa.Table, *, asked: Asked, progress: Progress = silent
) -> Simulated:
    progress("two rolls")
    on, id_column, neutral = asked.on, asked.id_column, asked.neutral
    found = simulate(law.rules, overlay, table, on=on, id_column=id_column, by=asked.by)
    rate = None
    if neutral is not None:
        progress("neutral rate")
        rate = neutral_rate(
            reformed(law.rules, overlay),
            table,
            parameter=neutral.parameter,
            target=neutral.target if neutral.target is not None else found.whole.base,
            quantum=neutral.quantum,
            on=on,
            id_column=id_column,
        )
    return Simulated(found, rate, "")


def _article(pack: Pack, found: Simulated, language: Language) -> Article:
    names = {word: text.in_(language) for word, text in pack.words.items()}
    names |= {name: column.label.in_(language) for name, column in pack.columns.items()}
    for tax in pack.taxes.values():
        names |= {each.name: each.label.in_(language) for each in tax.rules.parameters.values()}
    return simulation_article(
        found.simulation,
        found.neutral,
        issuer=pack.title.in_(language),
        currency=pack.currency.code,
        language=language,
        dated=found.simulation.on,
        names=names,
    )


def _tax(pack: Pack, name: str | None) -> Tax:
    """Find a tax of a pack; a pack with one tax needs no name."""
    known = ", ".join(pack.taxes)
    if name is None and len(pack.taxes) > 1:
        raise InputError(Finding("call", "the pack has several taxes", f"--tax one of {known}"))
    chosen = name or next(iter(pack.taxes))
    if chosen not in pack.taxes:
        raise NotFound(f"The pack {pack.name} has no tax {chosen!r}; it has {known}.")
    return pack.taxes[chosen]


def _keys(row: _NewRow, name: str, law: Tax) -> tuple[Key, ...] | None:
    """Read the keys of a row as the table has them: numbers where a key is a bracket."""
    if row.keys is None:
        return None
    parameter = law.rules.parameters.get(name)
    table: Any = parameter.values.values[-1].value if parameter is not None else None
    brackets = [key.bracket for key in table.keys] if isinstance(table, Table) else []
    padded = [*brackets, *[False] * len(row.keys)]
    return tuple(
        Decimal(key) if bracket else str(key)
        for key, bracket in zip(row.keys, padded, strict=False)
    )
