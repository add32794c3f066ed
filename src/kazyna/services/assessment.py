"""What the register makes of a tax and year: every holder's part, with inputs and steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.schema import ColumnType
from kazyna.packs.register import Origin
from kazyna.packs.taxes import Tax
from kazyna.services import laws
from kazyna.services.context import Context
from kazyna.store import rounds, taxables
from kazyna.store.connection import Transaction
from kazyna.store.copy import as_json
from kazyna.tax import (
    CASE,
    InputColumn,
    applied_rows,
    cases_of,
    run_roll,
    split_by_share,
    verify_sample,
)
from kazyna.tax.inputs import Value
from kazyna.tax.months import months_owed

VERIFIED_BILLS = 1000
"""Bills of a roll that are computed again by the other path before it is used."""


ASSESSED = pa.schema(
    [
        ("property_id", pa.string()),
        ("taxpayer_id", pa.string()),
        ("share", pa.decimal128(9, 8)),
        ("held_from", pa.date32()),
        ("place", pa.string()),
        ("value", pa.decimal128(18, 2)),
        ("amount_minor", pa.int64()),
        ("inputs", pa.string()),
        ("steps", pa.string()),
        ("law_rows", pa.string()),
    ]
)


@dataclass(frozen=True)
class Ground:
    """What an assessment rests on."""

    year: int
    known: int
    """The change of the register up to which facts count."""
    round_id: int | None
    """The round that gives the values; None where the rules ask for none."""

    @property
    def law_on(self) -> date:
        """The day whose law applies: the first of the tax year."""
        return date(self.year, 1, 1)


def charged_tax(ctx: Context, name: str) -> Tax:
    """Return a tax of the pack that rolls charge.

    Raises
    ------
    NotFound
        When the pack has no such tax, or it is declared by taxpayers.
    """
    law = ctx.pack.taxes.get(name)
    if law is None:
        known = ", ".join(ctx.pack.taxes)
        raise NotFound(f"The pack {ctx.pack.name} has no tax {name!r}; it has {known}.")
    if not ctx.pack.register.kinds_of(name):
        raise NotFound(f"{name!r} is on no kind of object: no roll is made of it.")
    return law


def ground_of(ctx: Context, tx: Transaction, law: Tax, *, year: int, known: int) -> Ground:
    """Find what the assessment of a tax and year rests on.

    Raises
    ------
    NotFound
        When the rules ask for values and no round is published.
    """
    origins = ctx.pack.register.origins
    asked = law.rules.on(date(year, 1, 1)).inputs
    valued = any(
        origins[column.name].kind == "valuation" for column in asked if column.name in origins
    )
    if not valued:
        return Ground(year, known, None)
    round_ = rounds.taxable_round(tx)
    if round_ is None:
        raise NotFound("No values are published: publish a valuation round first.")
    return Ground(year, known, round_.round_id)


def holdings_of(
    ctx: Context, tx: Transaction, law: Tax, ground: Ground, *, only: Sequence[str] | None = None
) -> pa.Table:
    """Read every holding of a tax year with the inputs of the rules.

    Returns
    -------
    pyarrow.Table
        property_id, taxpayer_id (null where nobody knows the holder), share, held_from,
        budget_place, round_value, every input, and `case`.
    """
    inputs = law.rules.on(ground.law_on).inputs
    register, origins = ctx.pack.register, ctx.pack.register.origins
    of_kind: dict[str, list[InputColumn]] = {}
    for column in inputs:
        kind = origins[column.name].kind if column.name in origins else "characteristic"
        of_kind.setdefault(kind, []).append(column)
    held = taxables.holdings(
        tx,
        taxables.Asked(
            tax=law.name,
            year=ground.year,
            kinds=register.kinds_of(law.name),
            characteristics=_types(register.kept(inputs)),
            reliefs=_types(of_kind.get("relief", ())),
            steps={c.name: origins[c.name].step or "" for c in of_kind.get("last_roll", ())},
            place=register.place,
            known=ground.known,
            round_id=ground.round_id,
            whole_year=ctx.pack.months is not None,
            only=only,
        ),
    )
    for column in inputs:
        if (origin := origins.get(column.name)) is not None:
            held = _with(held, column, _taken(ctx, held, column, origin, year=ground.year))
    if "months" in of_kind:
        held = held.filter(pc.greater(held[of_kind["months"][0].name], 0))
    return cases_of(held, id_column="property_id", inputs=[column.name for column in inputs])


def cases(held: pa.Table) -> pa.Table:
    """Return one row for each case of holdings."""
    numbers = held[CASE].to_numpy()
    first = pa.array([*[True][: len(numbers)], *(numbers[1:] != numbers[:-1])], pa.bool_())
    return held.filter(first)


def assess(ctx: Context, law: Tax, held: pa.Table, ground: Ground) -> pa.Table:
    """Compute every case, check a sample by the other path, and split among the holders.

    Returns
    -------
    pyarrow.Table
        Columns as `ASSESSED`; inputs, steps and the rows of the law's tables that answered as JSON
        text; in the order of the property and the holder.
    """
    if held.num_rows == 0:
        return ASSESSED.empty_table()  # of a correction where all holdings are gone
    rules, on = law.rules, ground.law_on
    asked = cases(held)
    try:
        roll = run_roll(rules, asked, on=on, id_column=CASE)
    except InputError as error:
        raise _of_objects(error, asked) from error
    verify_sample(rules, roll, on=on, size=VERIFIED_BILLS, seed=on.toordinal())
    taken = [column.name for column in rules.on(on).inputs]
    steps = [name for name in roll.column_names if name not in {CASE, "amount", *taken}]
    written = pa.table(
        {
            CASE: roll[CASE],
            "inputs": as_json(roll.select(taken)),
            "steps": as_json(roll.select(steps)),
        }
    )
    answers = applied_rows(rules, roll, on=on, id_column=CASE)
    written = written.append_column("law_rows", as_json(answers.drop([CASE])))
    kept = [CASE, "property_id", "taxpayer_id", "share", "held_from"]
    shares = held.select([*kept, "budget_place", "round_value"])
    shares = shares.rename_columns([*kept, "place", "value"])
    parts = split_by_share(roll, shares, id_column=CASE, currency=ctx.pack.currency)
    joined = parts.join(written, CASE, join_type="inner").drop([CASE])
    order = [(name, "ascending") for name in ("property_id", "taxpayer_id", "held_from")]
    return joined.sort_by(order)


def _of_objects(error: InputError, asked: pa.Table) -> InputError:
    """Name the objects at fault: nobody can look up a row of the register."""
    return InputError(
        finding
        if finding.row is None
        else Finding(
            f"object {asked['property_id'][finding.row - 1].as_py()}",
            finding.reason,
            finding.expected,
            column=finding.column,
        )
        for finding in error.findings
    )


def inputs_of_case(law: Tax, on: date, inputs: Mapping[str, Any]) -> dict[str, Value]:
    """Read the inputs of a bill from the register, as the rules take them."""
    return {
        column.name: laws.fact(column.type, inputs[column.name])
        for column in law.rules.on(on).inputs
        if column.name in inputs
    }


def _taken(
    ctx: Context, held: pa.Table, column: InputColumn, origin: Origin, *, year: int
) -> pa.Array:
    """Take one input from where the pack says that it comes from."""
    if origin.kind == "months":
        if ctx.pack.months is None:
            raise ValueError(f"the pack {ctx.pack.name} takes months and names no convention")
        since, until = (held[name].combine_chunks() for name in ("held_from", "held_to"))
        return months_owed(since, until, year=year, convention=ctx.pack.months)
    if origin.kind == "years_since":
        return pc.max_element_wise(pc.subtract(year, held[origin.characteristic]), 0)
    if origin.kind == "relief_rank":
        return held["granted_rank"]
    if origin.kind == "valuation":
        return held["round_value"]
    given = held[column.name]
    if origin.kind == "last_roll":
        given = pc.round(given, ndigits=column.decimals, round_mode="half_towards_infinity")
    return pc.fill_null(given, pa.scalar(origin.otherwise).cast(given.type))


def _with(table: pa.Table, column: InputColumn, values: pa.Array) -> pa.Table:
    if column.type == "decimal":
        values = pc.cast(values, pa.decimal128(38, 6))
    if column.name in table.column_names:
        return table.set_column(table.column_names.index(column.name), column.name, values)
    return table.append_column(column.name, values)


def _types(columns: Sequence[InputColumn]) -> dict[str, ColumnType]:
    return {column.name: column.type for column in columns}
