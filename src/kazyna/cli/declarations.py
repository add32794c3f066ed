"""Declarations of VAT, sales tax and excise: `declaration file`, `correct`, `list`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import TABLE_HELP, month

if TYPE_CHECKING:
    from kazyna.services.declarations import Declaration

app = typer.Typer(
    help="Taxes that taxpayers reckon themselves and declare by the month.", no_args_is_help=True
)

Lines = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE",
        help=f"{TABLE_HELP} A row for each line: taxpayer_id and the inputs of the tax.",
        show_default=False,
    ),
]
TaxName = Annotated[str, typer.Option(help="Tax that is declared.", show_default=False)]
Month = Annotated[
    date, typer.Option(parser=month, metavar="YYYY-MM", help="Month.", show_default=False)
]


@app.command("file")
def file(
    table: Lines, *, tax: TaxName, of: Month, name: As = "", as_json: output.Json = False
) -> None:
    """File what taxpayers declare of a tax and month; it is owed from then on.

    The same again changes nothing; other figures are refused: correct the declaration instead.

    Example:
    ```sh
    kazyna declaration file excise.csv --tax excise --of 2026-03
    ```
    """
    from kazyna.services import declarations

    with acting("officer", name) as ctx:
        filed = declarations.file(ctx, table, tax=tax, month=of, source=str(table))
    output.show(filed, as_json=as_json)


@app.command("correct")
def correct(
    table: Lines,
    *,
    tax: TaxName,
    of: Month,
    reason: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """File declarations again, all lines of them; the difference is posted.

    Example:
    ```sh
    kazyna declaration correct excise.csv --tax excise --of 2026-03 --reason "a late invoice"
    ```
    """
    from kazyna.services import declarations

    with acting("officer", name) as ctx:
        filed = declarations.correct(
            ctx, table, tax=tax, month=of, reason=reason, source=str(table)
        )
    output.show(filed, as_json=as_json)


@app.command("list")
def listed(*, tax: TaxName, of: Month, name: As = "", as_json: output.Json = False) -> None:
    """List what was declared of a tax and month, as it stands.

    Example:
    ```sh
    kazyna declaration list --tax vat --of 2026-03
    ```
    """
    from kazyna.services import declarations

    with acting("officer", name) as ctx:
        found = declarations.filed(ctx, tax=tax, month=of)
    output.show({"declarations": found}, as_json=as_json, table=_table)


@app.command("missing")
def missing(*, tax: TaxName, of: Month, name: As = "", as_json: output.Json = False) -> None:
    """List who declared a tax in the three months before, and has not declared this one.

    Example:
    ```sh
    kazyna declaration missing --tax vat --of 2026-03
    ```
    """
    from kazyna.services import declaration_desk

    with acting("officer", name) as ctx:
        found = declaration_desk.missing(ctx, tax=tax, month=of)
    output.show({"missing": found}, as_json=as_json)


def _table(found: "dict[str, tuple[Declaration, ...]]") -> RenderableType:
    return output.listing(
        {
            "taxpayer": each.taxpayer_id,
            "name": each.taxpayer_name,
            "version": each.version,
            "lines": len(each.lines),
            "amount": each.amount,
            "filed on": each.filed_on,
            "late": each.late,
        }
        for each in found["declarations"]
    )
