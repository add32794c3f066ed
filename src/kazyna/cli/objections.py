"""`kazyna objection`: objections to values, filed at the counter and decided by valuers."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from decimal import Decimal
from typing import Annotated, Literal

import typer

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.rounds import RoundId, money

Kind = Literal["sale_price", "characteristic", "comparable", "condition", "other"]
ObjectionId = Annotated[int, typer.Argument(help="Number of the objection.", show_default=False)]

app = typer.Typer(help="File, decide and weigh objections to values.", no_args_is_help=True)


@app.command("list")
def list_(round_id: RoundId, as_json: output.Json = False) -> None:
    """List the objections to a round, the most urgent first.

    Example:
    ```sh
    kazyna objection list 1
    ```
    """
    from kazyna.services import objections

    with acting("valuer") as ctx:
        found = objections.objections_of_round(ctx, round_id)
    rows = (
        {
            "no": str(each.objection_id),
            "property": each.property_id,
            "recorded": each.contested_value,
            "claimed": each.claimed_value,
            "decided": each.decided_value,
            "status": each.status.replace("_", " "),
            "answer by": f"{each.answer_by}{' (late)' if each.overdue else ''}",
        }
        for each in found
    )
    output.show({"objections": found}, as_json=as_json, table=lambda _: output.listing(rows))


@app.command()
def show(objection_id: ObjectionId, as_json: output.Json = False) -> None:
    """Show one objection with its grounds, its evidence and its events.

    Example:
    ```sh
    kazyna objection show 3
    ```
    """
    from kazyna.services import objections

    with acting("valuer") as ctx:
        output.show(objections.find_objection(ctx, objection_id), as_json=as_json)


@app.command()
def file(
    property_id: Annotated[str, typer.Argument(help="Number of the property.", show_default=False)],
    *,
    taxpayer: Annotated[
        str, typer.Option(help="Number of the taxpayer who objects.", show_default=False)
    ],
    claimed: Annotated[
        Decimal,
        typer.Option(parser=money, metavar="AMOUNT", help="The value claimed.", show_default=False),
    ],
    grounds: Annotated[str, typer.Option(help="Why.", show_default=False)],
    kind: Annotated[Kind, typer.Option(help="What it is about.")] = "other",
    evidence: Annotated[str, typer.Option(help="What shows it.")] = "",
    by: As = "",
    as_json: output.Json = False,
) -> None:
    r"""File an objection that came in on paper, for who holds the property, in the window.

    Example:
    ```sh
    kazyna objection file 7129300520 --taxpayer T0000017 --claimed 200000 \
      --kind condition --grounds "the roof leaks" --evidence "inspector's report"
    ```
    """
    from kazyna.services import objections

    new = objections.NewObjection(claimed, kind, grounds, evidence)
    with acting("officer", by) as ctx:
        filed = objections.file_objection(ctx, property_id, new, taxpayer_id=taxpayer)
    output.show(filed, as_json=as_json)


@app.command()
def review(objection_id: ObjectionId, by: As = "", as_json: output.Json = False) -> None:
    """Take an objection into review.

    Example:
    ```sh
    kazyna objection review 3
    ```
    """
    from kazyna.services import objections

    with acting("valuer", by) as ctx:
        output.show(objections.review_objection(ctx, objection_id), as_json=as_json)


@app.command()
def decide(
    objection_id: ObjectionId,
    reason: Annotated[str, typer.Option(help="Why; the owner reads it.", show_default=False)],
    value: Annotated[
        Decimal | None,
        typer.Option(parser=money, metavar="AMOUNT", help="The new value; none rejects."),
    ] = None,
    by: As = "",
    as_json: output.Json = False,
) -> None:
    """Decide an objection: with a value it is upheld, wholly or in part; without, rejected.

    A new value counts from the second signature on: `kazyna round override confirm`.

    Example:
    ```sh
    kazyna objection decide 3 --value 205000 --reason "inspected: the roof is to be replaced"
    ```
    """
    from kazyna.services import objections

    with acting("valuer", by) as ctx:
        decided = objections.decide_objection(ctx, objection_id, value=value, reason=reason)
    output.show(decided, as_json=as_json)


@app.command()
def withdraw(objection_id: ObjectionId, by: As = "", as_json: output.Json = False) -> None:
    """Take an objection back at its owner's wish, before it is decided.

    Example:
    ```sh
    kazyna objection withdraw 3
    ```
    """
    from kazyna.services import objections

    with acting("officer", by) as ctx:
        output.show(objections.withdraw_objection(ctx, objection_id), as_json=as_json)


@app.command()
def check(round_id: RoundId, as_json: output.Json = False) -> None:
    """Show what the objections to a round say about its model.

    How many values are contested and how many objections succeed, and by neighbourhood whether
    decisions and hold-out sales call the model's error systematic (sign tests).

    Example:
    ```sh
    kazyna objection check 1
    ```
    """
    from kazyna.services import objections

    with acting("valuer") as ctx:
        output.show(objections.objection_check(ctx, round_id), as_json=as_json)
