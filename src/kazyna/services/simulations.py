"""Reforms simulated: on the rows of a file, or on the properties of the register."""

import tomllib
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
from kazyna.tax.table import Key, Table

__all__ = [
    "Asked",
    "GroupEffect",
    "NeutralAsked",
    "NeutralRate",
    "NumberOfLaw",
    "Simulated",
    "Simulation",
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
    """A number of the law that a reform may change."""

    tax: str
    name: str
    label: Text
    unit: str
    value: Decimal


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


def numbers_of_law(ctx: Context) -> tuple[NumberOfLaw, ...]:
    """List the numbers that a reform may change, as they hold today."""
    ctx.require("officer", "auditor")
    found = []
    for name, tax in ctx.pack.taxes.items():
        for parameter in tax.rules.on(ctx.today).parameters.values():
            value = parameter.on(ctx.today).value
            if isinstance(value, Decimal):
                found.append(
                    NumberOfLaw(name, parameter.name, parameter.label, parameter.unit, value)
                )
    return tuple(found)


def simulate_register(
    ctx: Context,
    *,
    tax: str,
    parameter: str,
    value: Decimal,
    neutral: NeutralAsked | None = None,
) -> Simulated:
    """Simulate another value of one number of the law on all objects of the register.

    Where the tax rests on more than the cadastre, such as months and reliefs, what is compared is
    the roll of this year as it would be drafted now, a case for each object and its holders. Else
    the base is the value in the latest published round of every property, held or not.

    Raises
    ------
    NotFound
        When the tax is not known, or no round is published.
    InputError, PackError
        When the register lacks what the rules ask for.
    """
    ctx.require("officer", "auditor")
    ctx = laws.decided(ctx)
    law = _tax(ctx.pack, tax)
    with ctx.transaction() as tx:
        read = _cases_of_roll if _rests_on_holders(ctx, law) else _valued_properties
        table, asked = read(ctx, tx, law)
    overlay = Reform(parameter, {parameter: NewValue(asked.on, value)}, {})
    found = _simulated(law, overlay, table, asked=replace(asked, neutral=neutral))
    body = article_body(_article(ctx.pack, found, ctx.language))
    return replace(found, currency=ctx.pack.currency.code, body=body)


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
    table = cadastre.places(tx, types | beside).join(values, "property_id", join_type="inner")
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
    return simulation_article(
        found.simulation,
        found.neutral,
        issuer=pack.title.in_(language),
        currency=pack.currency.code,
        language=language,
        dated=found.simulation.on,
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
