"""`kazyna account`: bank files — import, what waits to be matched, and whose it is."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.acting import As, acting

if TYPE_CHECKING:
    from kazyna.services.bank import UnmatchedQueue

app = typer.Typer()


@app.command()
def import_bank(
    file: Annotated[
        Path,
        typer.Argument(
            help="A statement: camt.053 (.xml), MT940, or CSV as the pack maps it.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Import a bank's statement, whole or not at all; the same file changes nothing twice.

    Example:
    ```sh
    kazyna account import-bank statement-2016-05-02.xml
    ```
    """
    from kazyna.services import bank

    with acting("officer", as_) as ctx:
        done = bank.import_file(ctx, file.read_bytes(), name=file.name)
    output.show(done, as_json=as_json)
    if not done.created:
        output.say("This file was imported before: nothing was posted twice.")


@app.command()
def unmatched(as_json: output.Json = False) -> None:
    """List the payments whose debt nobody knows yet, each with the likeliest debts.

    Example:
    ```sh
    kazyna account unmatched
    ```
    """
    from kazyna.services import bank

    with acting("officer") as ctx:
        output.show(bank.unmatched(ctx), as_json=as_json, table=_queue_table)


@app.command()
def assign(
    transaction_id: Annotated[
        int, typer.Argument(help="Number of the bank transaction.", show_default=False)
    ],
    reference: Annotated[str, typer.Option(help="The bill it is meant for.")] = "",
    account: Annotated[
        str, typer.Option(help="Or the account, such as receivable:land:T0000017.")
    ] = "",
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Say whose an unmatched payment is: it counts from the day it was booked.

    Example:
    ```sh
    kazyna account assign 12 --reference RF18539007547034
    ```
    """
    from kazyna.services import bank

    with acting("officer", as_) as ctx:
        done = bank.assign(ctx, transaction_id, reference=reference, account=account)
    output.show(done, as_json=as_json)


@app.command()
def send_back(
    transaction_id: Annotated[
        int, typer.Argument(help="Number of the bank transaction.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Ask that an unmatched payment goes back to its sender; a second officer signs.

    Example:
    ```sh
    kazyna account send-back 12 --reason "meant for the water works" --as officer1
    kazyna account sign-return 1 --as officer2
    ```
    """
    from kazyna.services import bank_returns

    with acting("officer", as_) as ctx:
        asked = bank_returns.request_return(ctx, transaction_id, reason=reason)
    output.show(asked, as_json=as_json)


@app.command()
def sign_return(
    return_id: Annotated[int, typer.Argument(help="Number of the request.", show_default=False)],
    refuse: Annotated[str, typer.Option(metavar="WHY", help="Refuse instead, and why.")] = "",
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Sign as the second officer that a payment goes back, or refuse it.

    Example:
    ```sh
    kazyna account sign-return 1 --as officer2
    ```
    """
    from kazyna.services import bank_returns

    with acting("officer", as_) as ctx:
        if refuse:
            done = bank_returns.refuse_return(ctx, return_id, note=refuse)
        else:
            done = bank_returns.approve_return(ctx, return_id)
    output.show(done, as_json=as_json)


@app.command()
def returns(as_json: output.Json = False) -> None:
    """List the payments that are to go back: those that wait for a signature first.

    Example:
    ```sh
    kazyna account returns
    ```
    """
    from kazyna.services import bank_returns

    with acting("officer") as ctx:
        output.show({"returns": bank_returns.returns(ctx)}, as_json=as_json)


@app.command()
def bank_files(as_json: output.Json = False) -> None:
    """List the files imported last.

    Example:
    ```sh
    kazyna account bank-files --json
    ```
    """
    from kazyna.services import bank

    with acting("officer") as ctx:
        output.show({"files": bank.files(ctx)}, as_json=as_json)


def _queue_table(queue: "UnmatchedQueue") -> RenderableType:
    rows = (
        {
            "no.": str(payment.transaction_id),
            "booked": payment.booked_on,
            "amount": payment.amount,
            "payer": payment.payer,
            "text": payment.text,
            "likely": "; ".join(
                f"{proposed.account} ({', '.join(proposed.clues)})"
                for proposed in payment.proposals
            ),
        }
        for payment in queue.payments
    )
    total = f"{queue.count:,} payments wait, {queue.amount:,} {queue.currency}"
    return Group(Line(total, style="bold"), output.listing(rows))
