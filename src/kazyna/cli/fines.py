"""Fines: `fine propose`, `impose`, `refuse`, `object`, `decide`, `waive`, `list`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.books import money

if TYPE_CHECKING:
    from kazyna.services.fines import Fine

app = typer.Typer(
    help="Fines: proposed by one officer, imposed by another, decided by a third.",
    no_args_is_help=True,
)


Number = Annotated[int, typer.Argument(metavar="FINE", help="Number.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; the taxpayer reads it.", show_default=False)]
Amount = Annotated[
    Decimal,
    typer.Option("--amount", parser=money, metavar="AMOUNT", help="Amount.", show_default=False),
]


@app.command("propose")
def propose(
    taxpayer_id: Annotated[str, typer.Argument(help="Who is fined.", show_default=False)],
    offence: Annotated[
        str, typer.Argument(help="For what, by its name in the pack.", show_default=False)
    ],
    *,
    tax: Annotated[str, typer.Option(help="Which tax it is about.", show_default=False)],
    period: Annotated[int, typer.Option(help="Which tax year.", show_default=False)],
    amount: Amount,
    grounds: Annotated[str, typer.Option(help="What was done.", show_default=False)],
    name: As = "",
    as_json: output.Json = False,
) -> None:
    r"""Propose a fine for an offence that the law names; another officer imposes it.

    Example:
    ```sh
    kazyna fine propose T1 late_payment_of_individual --tax land --period 2026 --amount 1000 \
        --grounds "paid on 5 November"
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        new = fines.NewFine(taxpayer_id, tax, period, offence, amount, grounds)
        output.show(fines.propose(ctx, new), as_json=as_json)


@app.command("impose")
def impose(number: Number, *, name: As = "", as_json: output.Json = False) -> None:
    """Sign as the second officer: the fine is charged today.

    Example:
    ```sh
    kazyna fine impose 4 --as head
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        output.show(fines.impose(ctx, number), as_json=as_json)


@app.command("refuse")
def refuse(number: Number, *, reason: Reason, name: As = "", as_json: output.Json = False) -> None:
    """Refuse a proposal as the second officer; nothing is charged.

    Example:
    ```sh
    kazyna fine refuse 4 --reason "it was paid in time" --as head
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        output.show(fines.refuse(ctx, number, reason=reason), as_json=as_json)


@app.command("object")
def object_to(
    number: Number,
    *,
    grounds: Annotated[str, typer.Option(help="Why.", show_default=False)],
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Take an objection to a fine at the counter.

    Example:
    ```sh
    kazyna fine object 4 --grounds "paid on 30 August, receipt 17"
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        output.show(fines.object_to(ctx, number, grounds=grounds), as_json=as_json)


@app.command("decide")
def decide(
    number: Number,
    *,
    amount: Amount,
    reason: Reason,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Answer an objection: what stands of the fine; with 0 it is cancelled.

    Example:
    ```sh
    kazyna fine decide 4 --amount 0 --reason "receipt 17 was seen" --as chief
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        output.show(fines.decide(ctx, number, amount=amount, reason=reason), as_json=as_json)


@app.command("waive")
def waive(number: Number, *, reason: Reason, name: As = "", as_json: output.Json = False) -> None:
    """Ask that what is open of a fine is forgiven; `account approve` signs it.

    Example:
    ```sh
    kazyna fine waive 4 --reason "hardship, decree 8"
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        output.show(fines.waive(ctx, number, reason=reason), as_json=as_json)


@app.command("print")
def printed(
    number: Number,
    out: Annotated[Path, typer.Option(help="PDF file to write.", show_default=False)],
    *,
    language: Annotated[
        Literal["en", "ru", "ky"] | None, typer.Option(help="The taxpayer's own without it.")
    ] = None,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Print the decision of a fine.

    Example:
    ```sh
    kazyna fine print 4 --out fine-4.pdf --language ru
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        output.show(fines.write_fine(ctx, number, out, language=language), as_json=as_json)


@app.command("list")
def listed(
    taxpayer_id: Annotated[
        str | None, typer.Option("--taxpayer", help="Only of this taxpayer.")
    ] = None,
    *,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """List the fines; what waits for somebody comes first.

    Example:
    ```sh
    kazyna fine list --taxpayer T1
    ```
    """
    from kazyna.services import fines

    with acting("officer", name) as ctx:
        found = {"fines": fines.fines(ctx, taxpayer_id=taxpayer_id)}
    output.show(found, as_json=as_json, table=_fines)


def _fines(found: dict[str, tuple["Fine", ...]]) -> RenderableType:
    return output.listing(
        {
            "fine": str(each.fine_id),
            "taxpayer": each.taxpayer_id,
            "tax": f"{each.tax} {each.period}",
            "for": each.offence,
            "amount": each.amount if each.standing is None else each.standing,
            "open": each.open,
            "state": each.status,
        }
        for each in found["fines"]
    )
