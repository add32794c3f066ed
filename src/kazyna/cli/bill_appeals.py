"""Appeals from decisions on objections: `bill-appeal file`, `decide`, `withdraw`, `list`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day, named

if TYPE_CHECKING:
    from kazyna.services.bill_appeals import Appeal

app = typer.Typer(help="Appeals from the decisions on objections.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="APPEAL", help="Number.", show_default=False)]


@app.command("file")
def file(
    objection: Annotated[
        int, typer.Argument(help="The objection that was decided.", show_default=False)
    ],
    *,
    body: Annotated[str, typer.Option(help="To whom, as the pack names it.", show_default=False)],
    claimed: Annotated[str, typer.Option(help="What is said to be owed.", show_default=False)],
    grounds: Annotated[str, typer.Option(help="Why.", show_default=False)],
    evidence: Annotated[str, typer.Option(help="What shows it.")] = "",
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record that a taxpayer appeals against the decision on an objection.

    Example:
    ```sh
    kazyna bill-appeal file 4 --body court --claimed 750 --grounds "the survey was not looked at"
    ```
    """
    from kazyna.core.table import parse_decimal
    from kazyna.services import bill_appeals

    amount = parse_decimal(claimed, source="command line", column="--claimed")
    new = bill_appeals.NewAppeal(body, amount, grounds, evidence)
    with acting("officer", name) as ctx:
        output.show(bill_appeals.file_appeal(ctx, objection, new), as_json=as_json)


@app.command("decide")
def decide(
    number: Number,
    changed: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE", help="Characteristics that were wrong."),
    ] = None,
    *,
    document: Annotated[
        str, typer.Option(help="Number and day of the decision.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Why; the taxpayer reads it.", show_default=False)],
    amount: Annotated[
        str | None, typer.Option(help="What is owed, where facts do not say it.")
    ] = None,
    on: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="When it was decided; today if not given."),
    ] = None,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record what the body decided: facts that were wrong, an amount, or neither (it rejected).

    Example:
    ```sh
    kazyna bill-appeal decide 2 --amount 750 --document "judgment 17 of 2 May" --reason "no notice"
    ```
    """
    from kazyna.core.table import parse_decimal
    from kazyna.services import bill_appeals

    facts, owed = named(changed or [], "characteristics"), None
    if amount is not None:
        owed = parse_decimal(amount, source="command line", column="--amount")
    decision = bill_appeals.BodyDecision(document, reason, on, facts, owed)
    with acting("officer", name) as ctx:
        output.show(bill_appeals.record_decision(ctx, number, decision), as_json=as_json)


@app.command("withdraw")
def withdraw(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Take an appeal back for the taxpayer.

    Example:
    ```sh
    kazyna bill-appeal withdraw 2
    ```
    """
    from kazyna.services import bill_appeals

    with acting("officer", name) as ctx:
        output.show(bill_appeals.withdraw_appeal(ctx, number, reason=reason), as_json=as_json)


@app.command("list")
def listed(*, name: As = "", as_json: output.Json = False) -> None:
    """List appeals, those that wait first.

    Example:
    ```sh
    kazyna bill-appeal list
    ```
    """
    from kazyna.services import bill_appeals

    with acting("officer", name) as ctx:
        output.show({"appeals": bill_appeals.appeals(ctx)}, as_json=as_json, table=_table)


def _table(found: dict[str, tuple["Appeal", ...]]) -> RenderableType:
    return output.listing(
        {
            "appeal": str(each.appeal_id),
            "to": each.body,
            "taxpayer": each.taxpayer_id,
            "bill": f"{each.tax} {each.year}",
            "claimed": each.claimed,
            "status": each.status,
            "decided": f"{each.decided_amount:,} ({each.document})" if each.document else "",
        }
        for each in found["appeals"]
    )
