"""`kazyna demo`: a real county from sales to paid bills, then the portal."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.progress import ProgressBars
from kazyna.cli.serve import PORT, PORTS_TRIED_MAX, Port, address_of, answer, listen
from kazyna.services.settings import Settings

if TYPE_CHECKING:
    from kazyna.services.demo import DemoSummary

HOST = "127.0.0.1"


def demo(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="End after the summary; do not serve the portal.")
    ] = False,
    port: Port = PORT,
    as_json: output.Json = False,
) -> None:
    """Value, tax and account a real county, then serve the portal.

    Loads 21,613 real house sales of King County (Seattle), values every house as of 2015-05-31,
    issues the property tax of 2016, records payments, and opens the portal on the next free port.
    Owners and payments are synthetic. A demonstration that was stopped can be run again and ends
    in the same state.

    Example:
    ```sh
    kazyna demo --no-serve --json
    ```
    """
    from kazyna.services.context import open_installation
    from kazyna.services.demo import run_demo, settings_of_demo

    with ExitStack() as stack:
        door = None
        if not no_serve:
            door = stack.enter_context(listen(HOST, port, ports_tried_max=PORTS_TRIED_MAX))
        with ProgressBars() as progress:
            progress("database")
            settings = settings_of_demo(Settings.read(os.environ))
            installation = stack.enter_context(open_installation(settings))
            summary = run_demo(installation, progress=progress)
        output.show(summary, as_json=as_json, table=summary_tables)
        if door is not None:
            output.say(f"The portal: {address_of(door, HOST)}")
            answer(installation, door)


def summary_tables(summary: "DemoSummary") -> RenderableType:
    """Lay out the figures, the time of each step and the sign-in names."""
    currency = summary.currency
    figures: dict[str, object] = {
        "properties": summary.properties,
        "sales": summary.sales,
        "median ratio": summary.median_ratio,
        "COD": f"{summary.cod:.2f} %",
        "PRD": summary.prd,
        "PRB": summary.prb,
        "prices inside their 90 % interval": f"{summary.coverage_90:.1%}",
        "values total": f"{summary.values_total:,} {currency}",
        "tax total": f"{summary.tax_total:,} {currency} on {summary.bills:,} bills",
        "paid": f"{summary.paid:,} {currency} in {summary.payments:,} payments",
    }
    steps = (
        {"step": step.name, "seconds": step.seconds, "": "done before" if step.done_before else ""}
        for step in summary.steps
    )
    users = (
        {"sign in as": user.name, "password": user.password, "role": user.role}
        for user in summary.users
    )
    return Group(
        Line("King County, Washington", style="bold"),
        output.facts(figures),
        output.listing(steps),
        output.listing(users),
    )
