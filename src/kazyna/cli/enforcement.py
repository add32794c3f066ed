"""Enforcement: `enforcement due`, `propose`, `impose`, `refuse`, `lift`, `lift-settled`, `list`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting

if TYPE_CHECKING:
    from kazyna.services.enforcement import DueMeasure, Measure

app = typer.Typer(
    help="Measures of enforcement: they follow the last demand to pay, and end with the debt.",
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(metavar="MEASURE", help="Number.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; the taxpayer reads it.", show_default=False)]
Document = Annotated[str, typer.Option(help="The act on which it rests, such as a court's.")]


@app.command("due")
def due(*, name: As = "", as_json: output.Json = False) -> None:
    """List the debtors for whom a measure is due now, the largest sum first.

    Example:
    ```sh
    kazyna enforcement due
    ```
    """
    from kazyna.services import enforcement

    with acting("officer", name) as ctx:
        output.show({"due": enforcement.due(ctx)}, as_json=as_json, table=_due_table)


@app.command("propose")
def propose(
    account: Annotated[
        str, typer.Argument(help="The account, as `due` names it.", show_default=False)
    ],
    *,
    grounds: Annotated[str, typer.Option(help="Why it is needed.", show_default=False)],
    document: Document = "",
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Propose the measure that is due for an account; one person's measures are imposed at once.

    Example:
    ```sh
    kazyna enforcement propose receivable:land:T1 --grounds "no answer to the order"
    ```
    """
    from kazyna.services import enforcement

    with acting("officer", name) as ctx:
        done = enforcement.propose(ctx, account, grounds=grounds, document=document)
        output.show(done, as_json=as_json)


@app.command("impose")
def impose(
    number: Number, *, document: Document = "", name: As = "", as_json: output.Json = False
) -> None:
    """Impose what another officer has proposed.

    Example:
    ```sh
    kazyna enforcement impose 3 --document "judgment 17 of 2 May" --as head
    ```
    """
    from kazyna.services import enforcement

    with acting("officer", name) as ctx:
        output.show(enforcement.impose(ctx, number, document=document), as_json=as_json)


@app.command("refuse")
def refuse(number: Number, *, reason: Reason, name: As = "", as_json: output.Json = False) -> None:
    """Refuse a proposal of another officer.

    Example:
    ```sh
    kazyna enforcement refuse 3 --reason "the debtor has a plan" --as head
    ```
    """
    from kazyna.services import enforcement

    with acting("officer", name) as ctx:
        output.show(enforcement.refuse(ctx, number, reason=reason), as_json=as_json)


@app.command("lift")
def lift(number: Number, *, reason: Reason, name: As = "", as_json: output.Json = False) -> None:
    """Lift a measure that is in force.

    Example:
    ```sh
    kazyna enforcement lift 3 --reason "the account is of another person"
    ```
    """
    from kazyna.services import enforcement

    with acting("officer", name) as ctx:
        output.show(enforcement.lift(ctx, number, reason=reason), as_json=as_json)


@app.command("lift-settled")
def lift_settled(*, name: As = "", as_json: output.Json = False) -> None:
    """Lift every measure whose debts are settled; `account dun` does it as well.

    Example:
    ```sh
    kazyna enforcement lift-settled
    ```
    """
    from kazyna.services import enforcement

    with acting("officer", name) as ctx:
        output.show(enforcement.lift_settled(ctx), as_json=as_json)


@app.command("list")
def listed(
    *,
    taxpayer: Annotated[str | None, typer.Option(help="Of one taxpayer.")] = None,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """List the measures: what waits or is in force first.

    Example:
    ```sh
    kazyna enforcement list --taxpayer T1
    ```
    """
    from kazyna.services import enforcement

    with acting("officer", name) as ctx:
        found = {"measures": enforcement.measures(ctx, taxpayer_id=taxpayer)}
        output.show(found, as_json=as_json, table=_table)


def _due_table(found: dict[str, tuple["DueMeasure", ...]]) -> RenderableType:
    return output.listing(
        {
            "account": each.account,
            "taxpayer": each.taxpayer_name,
            "overdue": each.overdue,
            "measure": each.name,
            "signatures": "2" if each.two_persons else "1",
        }
        for each in found["due"]
    )


def _table(found: dict[str, tuple["Measure", ...]]) -> RenderableType:
    return output.listing(
        {
            "number": str(each.measure_id),
            "taxpayer": each.taxpayer_id,
            "measure": each.name,
            "amount": each.amount,
            "open": each.open,
            "status": each.status,
        }
        for each in found["measures"]
    )
