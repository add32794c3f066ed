"""`kazyna account`: penalty interest — charged on all late debts, and shown on one account."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day

if TYPE_CHECKING:
    from kazyna.services.interest import InterestToDay

app = typer.Typer()


@app.command()
def accrue(
    through: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="Last day; the business day without it."),
    ] = None,
    in_total: Annotated[
        bool,
        typer.Option(
            "--in-total", help="Bring it into the books as one line a tax, none on any account."
        ),
    ] = False,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Charge penalty interest through a day on every debt that is late; asked twice, once.

    Payments and corrections that came to light since the last run are followed from their own day:
    what was charged too much is taken back. With `--in-total`, for every day, the books have the
    interest of the day at once, and the accounts get their lines when it is charged.

    Example:
    ```sh
    kazyna account accrue --through 2016-05-31
    kazyna account accrue --in-total
    ```
    """
    from kazyna.services import accruals, interest

    with acting("officer", as_) as ctx:
        if in_total:
            output.show(accruals.record(ctx, through=through), as_json=as_json)
            return
        run = interest.accrue(ctx, through=through)
    output.show(run, as_json=as_json)
    if run.left:
        output.say(f"To be looked at, their credit was paid out: {', '.join(run.left)}")


@app.command()
def fall_due(
    through: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="Last day; the business day without it."),
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Let fall due what is left of bills of which a part was missed, where the law says so.

    Runs of interest and of dunning do it too.

    Example:
    ```sh
    kazyna account fall-due --through 2016-05-01
    ```
    """
    from kazyna.services import falls

    with acting("officer", as_) as ctx:
        output.show(falls.fall_due(ctx, through=through), as_json=as_json)


@app.command()
def interest_runs(as_json: output.Json = False) -> None:
    """List the latest runs of penalty interest.

    Example:
    ```sh
    kazyna account interest-runs
    ```
    """
    from kazyna.services import interest

    with acting("officer") as ctx:
        output.show({"runs": interest.runs(ctx)}, as_json=as_json)


@app.command(name="interest")
def interest_of(
    taxpayer_id: Annotated[str, typer.Argument(help="The taxpayer's number.", show_default=False)],
    on: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="To this day; the business day without it."),
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Show the penalty interest on a taxpayer's debts to a day, and how it came about.

    Example:
    ```sh
    kazyna account interest T0000017 --on 2016-06-15
    ```
    """
    from kazyna.services import interest

    with acting("officer") as ctx:
        found = interest.interest_to(ctx, taxpayer_id=taxpayer_id, on=on)
    output.show(found, as_json=as_json, table=_interest_tables)


def _interest_tables(found: "InterestToDay") -> RenderableType:
    parts: list[RenderableType] = []
    for debt in found.debts:
        rows = (
            {
                "from": line.first,
                "to": line.last,
                "owed": line.principal,
                "rate": f"{line.share} / {line.per}",
                "units": line.units,
                "interest": line.interest,
            }
            for line in debt.lines
        )
        title = f"{debt.tax} {debt.period}, due on {debt.due_on}"
        parts += [output.listing(rows, title=title)]
        parts += [Line(f"{debt.interest:,} in all, {debt.charged:,} charged, {debt.owed:,} open")]
    total = f"Not charged yet: {found.not_charged:,} {found.currency}"
    return Group(*parts, Line(total, style="bold"))
