"""Objections to bills: `bill-objection file`, `decide`, `withdraw`, `list`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting

if TYPE_CHECKING:
    from kazyna.services.bill_objections import BillObjection

app = typer.Typer(help="Objections to bills, and what follows from them.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="OBJECTION", help="Number.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; the taxpayer reads it.", show_default=False)]


@app.command("file")
def file(
    reference: Annotated[str, typer.Argument(help="Reference of the bill.", show_default=False)],
    *,
    claimed: Annotated[str, typer.Option(help="What is said to be owed.", show_default=False)],
    grounds: Annotated[str, typer.Option(help="Why.", show_default=False)],
    evidence: Annotated[str, typer.Option(help="What shows it.")] = "",
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Take an objection to a bill at the counter.

    Example:
    ```sh
    kazyna bill-objection file RF18000100000001 --claimed 750 --grounds "the flat has 100 m2"
    ```
    """
    from kazyna.core.table import parse_decimal
    from kazyna.services import bill_objections

    amount: Decimal = parse_decimal(claimed, source="command line", column="--claimed")
    with acting("officer", name) as ctx:
        filed = bill_objections.file_objection(
            ctx, reference=reference, claimed=amount, grounds=grounds, evidence=evidence
        )
    output.show(filed, as_json=as_json)


@app.command("decide")
def decide(
    number: Number,
    changed: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE", help="Characteristics that were wrong."),
    ] = None,
    *,
    reason: Reason,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Answer an objection: with what was wrong the bill is corrected, without it is rejected.

    Example:
    ```sh
    kazyna bill-objection decide 4 area_m2=100 --reason "survey 7 shows 100 m2"
    ```
    """
    from kazyna.services import bill_objections

    pairs = dict(each.split("=", 1) for each in changed or () if "=" in each)
    if len(pairs) != len(changed or ()):
        raise typer.BadParameter("write characteristics as NAME=VALUE, each once")
    with acting("officer", name) as ctx:
        decided = bill_objections.decide_objection(ctx, number, reason=reason, changed=pairs)
    output.show(decided, as_json=as_json)


@app.command("withdraw")
def withdraw(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Take an objection back for the taxpayer.

    Example:
    ```sh
    kazyna bill-objection withdraw 4
    ```
    """
    from kazyna.services import bill_objections

    with acting("officer", name) as ctx:
        output.show(bill_objections.withdraw_objection(ctx, number, reason=reason), as_json=as_json)


@app.command("list")
def listed(*, name: As = "", as_json: output.Json = False) -> None:
    """List objections to bills, the most urgent first.

    Example:
    ```sh
    kazyna bill-objection list
    ```
    """
    from kazyna.services import bill_objections

    with acting("officer", name) as ctx:
        found = {"objections": bill_objections.objections(ctx)}
    output.show(found, as_json=as_json, table=_table)


def _table(found: dict[str, tuple["BillObjection", ...]]) -> RenderableType:
    return output.listing(
        {
            "objection": str(each.objection_id),
            "answer by": each.answer_by,
            "taxpayer": each.taxpayer_id,
            "bill": f"{each.tax} {each.year}",
            "contested": each.contested,
            "claimed": each.claimed,
            "status": each.status,
        }
        for each in found["objections"]
    )
