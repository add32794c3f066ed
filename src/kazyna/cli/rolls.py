"""Rolls of the register: `tax-roll draft`, `compare`, `issue`, `correct`, `print` and more."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting

if TYPE_CHECKING:
    from kazyna.services.expenditures import TaxExpenditures
    from kazyna.services.forecasts import ForecastBill
    from kazyna.services.recomputation import RecomputedBill
    from kazyna.services.roll_lifecycle import RollEvent

app = typer.Typer(
    help="Tax rolls from the register: drafted, compared, issued, corrected, withdrawn.",
    no_args_is_help=True,
)

TaxName = Annotated[str, typer.Option(help="Tax of the pack.", show_default=False)]
Year = Annotated[int, typer.Option(min=1900, max=2200, help="Tax year.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)]


@app.command("draft")
def draft(*, tax: TaxName, year: Year, name: As = "", as_json: output.Json = False) -> None:
    """Compute a roll and keep it as a draft: nobody owes anything by it yet.

    Example:
    ```sh
    kazyna tax-roll draft --tax residential_property --year 2026
    ```
    """
    from kazyna.services import roll_lifecycle

    with acting("officer", name) as ctx:
        drafted = roll_lifecycle.draft_roll(ctx, tax=tax, year=year)
    output.show(drafted, as_json=as_json)


@app.command("compare")
def compare(*, tax: TaxName, year: Year, name: As = "", as_json: output.Json = False) -> None:
    """Compare a draft or an issued roll with the year before: who rises, falls, is new, is gone.

    Example:
    ```sh
    kazyna tax-roll compare --tax residential_property --year 2026
    ```
    """
    from kazyna.services import roll_comparison

    with acting("officer", name) as ctx:
        compared = roll_comparison.compare_roll(ctx, tax=tax, year=year)
    output.show(compared, as_json=as_json)


@app.command("expenditure")
def expenditure(*, year: Year, name: As = "", as_json: output.Json = False) -> None:
    """Price what the law gives up in the rolls of a year: each relief, exemption and free area.

    Every bill is computed once more with the departure gone; nobody is taken to behave otherwise.

    Example:
    ```sh
    kazyna tax-roll expenditure --year 2026 --json
    ```
    """
    from kazyna.services import expenditures

    with acting("officer", name) as ctx:
        found = expenditures.tax_expenditures(ctx, year=year)
    output.show(found, as_json=as_json, table=_expenditure_table)


@app.command("issue")
def issue(*, tax: TaxName, year: Year, name: As = "", as_json: output.Json = False) -> None:
    """Issue the draft that another officer has made; every bill is charged, or none.

    Example:
    ```sh
    kazyna tax-roll issue --tax residential_property --year 2026 --as head
    ```
    """
    from kazyna.services import roll_lifecycle

    with acting("officer", name) as ctx:
        issued = roll_lifecycle.issue_roll(ctx, tax=tax, year=year)
    output.show(issued, as_json=as_json)


@app.command("discard")
def discard(
    *,
    tax: TaxName,
    year: Year,
    reason: Annotated[str, typer.Option(help="What is wrong with it; it is kept.")] = "",
    name: As = "",
) -> None:
    """Put a draft away, or send it back for a reason.

    Example:
    ```sh
    kazyna tax-roll discard --tax vehicle --year 2026 --reason "ages of lorries are missing"
    ```
    """
    from kazyna.services import roll_lifecycle

    with acting("officer", name) as ctx:
        roll_lifecycle.discard_roll(ctx, tax=tax, year=year, reason=reason)
    output.say("The draft is discarded.")


@app.command("correct")
def correct(
    *, tax: TaxName, year: Year, reason: Reason, name: As = "", as_json: output.Json = False
) -> None:
    """Assess again what changed since a roll was issued, and post the differences.

    Example:
    ```sh
    kazyna tax-roll correct --tax residential_property --year 2026 --reason "survey of May"
    ```
    """
    from kazyna.services import roll_lifecycle

    with acting("officer", name) as ctx:
        corrected = roll_lifecycle.correct_roll(ctx, tax=tax, year=year, reason=reason)
    output.show(corrected, as_json=as_json)


@app.command("withdraw")
def withdraw(
    *, tax: TaxName, year: Year, reason: Reason, name: As = "", as_json: output.Json = False
) -> None:
    """Withdraw an issued roll: its bills ask for nothing more.

    Example:
    ```sh
    kazyna tax-roll withdraw --tax vehicle --year 2026 --reason "decision 12 was annulled"
    ```
    """
    from kazyna.services import roll_lifecycle

    with acting("officer", name) as ctx:
        withdrawn = roll_lifecycle.withdraw_roll(ctx, tax=tax, year=year, reason=reason)
    output.show(withdrawn, as_json=as_json)


@app.command("history")
def history(*, tax: TaxName, year: Year, name: As = "", as_json: output.Json = False) -> None:
    """Show all that happened to the rolls of a tax and year.

    Example:
    ```sh
    kazyna tax-roll history --tax residential_property --year 2026
    ```
    """
    from kazyna.services import roll_lifecycle

    with acting("officer", name) as ctx:
        events = roll_lifecycle.history(ctx, tax=tax, year=year)
    output.show({"events": events}, as_json=as_json, table=_events)


@app.command("forecast")
def forecast(
    taxpayer: Annotated[str, typer.Argument(help="Number of the taxpayer.", show_default=False)],
    *,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Reckon what the next rolls would ask a taxpayer for; nobody owes anything by it.

    Example:
    ```sh
    kazyna tax-roll forecast T1
    ```
    """
    from kazyna.services import forecasts

    with acting("officer", name) as ctx:
        found = forecasts.forecast(ctx, taxpayer)
    output.show({"forecast": found}, as_json=as_json, table=_forecast)


@app.command("print")
def print_bills(
    *,
    tax: TaxName,
    year: Year,
    out: Annotated[Path, typer.Option(help="Folder for the PDF files.", show_default=False)],
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Print all bills of an issued roll, each in its taxpayer's language.

    Example:
    ```sh
    kazyna tax-roll print --tax residential_property --year 2026 --out bills
    ```
    """
    from kazyna.services import rolls

    with acting("officer", name) as ctx:
        printed = rolls.bills_pdf(ctx, tax=tax, year=year, out=out)
    output.show(printed, as_json=as_json)


@app.command("recompute")
def recompute(
    reference: Annotated[str, typer.Argument(help="Payment reference.", show_default=False)],
    *,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Compute a bill again by the very law that it was issued by, and tell what differs.

    Bills are shown as they were issued; this proves that the program still comes to the same. Ends
    with 1 where a step differs.

    Example:
    ```sh
    kazyna tax-roll recompute RF86000100000001
    ```
    """
    from kazyna.services import recomputation

    with acting("officer", name) as ctx:
        found = recomputation.recompute_bill(ctx, reference=reference)
    output.show(found, as_json=as_json, table=_recomputed)
    if not found.same:
        raise typer.Exit(1)


def _recomputed(found: "RecomputedBill") -> RenderableType:
    return output.listing(
        {"step": each.rule, "issued": each.issued, "now": each.now, "same": each.same}
        for each in found.steps
    )


def _forecast(found: "dict[str, tuple[ForecastBill, ...]]") -> RenderableType:
    return output.listing(
        {
            "tax": each.tax,
            "year": each.year,
            "object": each.property_id,
            "share": each.share.normalize(),
            "forecast": each.amount,
            "uncertain": each.uncertain,
        }
        for each in found["forecast"]
    )


def _events(found: "dict[str, tuple[RollEvent, ...]]") -> RenderableType:
    return output.listing(
        {
            "on": event.happened_on,
            "from": event.from_status,
            "to": event.to_status,
            "bills": event.bills,
            "difference": event.difference,
            "note": event.note,
            "by": event.actor,
        }
        for event in found["events"]
    )


def _expenditure_table(found: "TaxExpenditures") -> RenderableType:
    return output.listing(
        {
            "tax": roll.tax,
            "departure": each.label.en,
            "law": each.law,
            "bills": each.bills,
            "forgone": each.forgone,
            "of the roll": roll.billed,
        }
        for roll in found.rolls
        for each in roll.departures
    )
