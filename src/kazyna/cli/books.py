"""`kazyna account`: what controls the books — closing, sealing, auditing, exports, signatures."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day
from kazyna.core.errors import Conflict

if TYPE_CHECKING:
    from kazyna.services.budgets import DividedReceipts
    from kazyna.services.settlements import Settlement

app = typer.Typer()

Reason = Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)]
RequestId = Annotated[int, typer.Argument(help="Number of the request.", show_default=False)]
First = Annotated[
    date, typer.Option("--from", parser=day, metavar="DATE", help="First day.", show_default=False)
]
Last = Annotated[
    date, typer.Option("--to", parser=day, metavar="DATE", help="Last day.", show_default=False)
]


def money(text: str) -> Decimal:
    """Read an exact amount of money."""
    from kazyna.core.table import parse_decimal

    return parse_decimal(text, source="command line", column="--amount")


@app.command()
def request(
    kind: Annotated[
        Literal["refund", "offset", "write_off", "remission"],
        typer.Argument(
            help="Pay a credit out, settle a tax with it, give a debt up, or forgive it by law.",
            show_default=False,
        ),
    ],
    taxpayer_id: Annotated[str, typer.Argument(help="The taxpayer's number.", show_default=False)],
    amount: Annotated[
        Decimal, typer.Option(parser=money, metavar="AMOUNT", help="Amount.", show_default=False)
    ],
    reason: Reason,
    *,
    tax: Annotated[str | None, typer.Option(help="Which tax; not of a refund.")] = None,
    period: Annotated[int | None, typer.Option(help="The one tax year that is given up.")] = None,
    bucket: Annotated[
        str | None, typer.Option(help="With --period: tax, interest, penalty or cost.")
    ] = None,
    claimed_on: Annotated[
        date | None,
        typer.Option(
            parser=day, metavar="DATE", help="When the taxpayer asked for it; today if not given."
        ),
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Ask for a refund, an offset, a write-off or a remission; a second person must sign it.

    A refund that is signed after its day is paid with interest, as the pack has it.

    Example:
    ```sh
    kazyna account request refund T0000017 --amount 120.00 --reason "paid twice"
    ```
    """
    from kazyna.services import settlements

    new = settlements.NewSettlement(
        kind, taxpayer_id, amount, reason, tax, period, bucket, claimed_on
    )
    with acting("officer", as_) as ctx:
        output.show(settlements.request(ctx, new), as_json=as_json)


@app.command()
def requests(as_json: output.Json = False) -> None:
    """List the requests that wait for a signature, then the latest decided.

    Example:
    ```sh
    kazyna account requests
    ```
    """
    from kazyna.services import settlements

    with acting("officer") as ctx:
        found = {"requests": settlements.settlements(ctx)}
        output.show(found, as_json=as_json, table=_requests_table)


@app.command()
def approve(
    request_id: RequestId,
    note: Annotated[str, typer.Option(help="Kept with the signature.")] = "",
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Sign a request as the second person, and post it.

    Example:
    ```sh
    kazyna account approve 3 --as head
    ```
    """
    from kazyna.services import settlements

    with acting("officer", as_) as ctx:
        output.show(settlements.approve(ctx, request_id, note=note), as_json=as_json)


@app.command()
def refuse(
    request_id: RequestId,
    note: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Refuse a request as the second person; nothing is posted.

    Example:
    ```sh
    kazyna account refuse 3 --note "the credit is disputed" --as head
    ```
    """
    from kazyna.services import settlements

    with acting("officer", as_) as ctx:
        output.show(settlements.refuse(ctx, request_id, note=note), as_json=as_json)


@app.command()
def close(
    through: Annotated[
        date, typer.Argument(parser=day, metavar="DATE", help="Last day.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Kept with the closing.")] = "",
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Close the books up to a day: later facts are booked after it, with their own day kept.

    Example:
    ```sh
    kazyna account close 2016-03-31
    ```
    """
    from kazyna.services import books

    with acting("officer", as_) as ctx:
        output.show(books.close(ctx, through=through, reason=reason), as_json=as_json)


@app.command()
def reopen(reason: Reason, as_: As = "", as_json: output.Json = False) -> None:
    """Ask to open the last closed period, or sign it as the second person.

    Example:
    ```sh
    kazyna account reopen --reason "a day of the bank was left out" --as head
    ```
    """
    from kazyna.services import books

    with acting("officer", as_) as ctx:
        output.show(books.reopen(ctx, reason=reason), as_json=as_json)


@app.command()
def periods(as_json: output.Json = False) -> None:
    """List every closing and reopening of the books, the latest first.

    Example:
    ```sh
    kazyna account periods --json
    ```
    """
    from kazyna.services import books

    with acting("officer") as ctx:
        output.show({"periods": books.periods(ctx)}, as_json=as_json)


@app.command()
def seal(as_json: output.Json = False) -> None:
    """Seal every entry that is posted; note the digest down outside the system.

    Example:
    ```sh
    kazyna account seal
    ```
    """
    from kazyna.services import books

    with acting("officer") as ctx:
        output.show(books.seal(ctx), as_json=as_json)


@app.command()
def audit(
    digest: Annotated[
        str | None, typer.Option(help="A digest that was noted down outside the system.")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Prove the books: entries against their seals, balances and closed totals against entries.

    Names the first entry that was altered, and exits with 1.

    Example:
    ```sh
    kazyna account audit
    ```
    """
    from kazyna.services import books

    with acting("officer") as ctx:
        found = books.audit(ctx, digest=digest)
    output.show(found, as_json=as_json)
    if not found.sound:
        raise Conflict("The books are not as they were sealed and closed.")


@app.command()
def export(
    out: Annotated[
        Path, typer.Option("--out", help="File to write: .csv, or .xml for OECD SAF-T.")
    ],
    first: First,
    last: Last,
    as_json: output.Json = False,
) -> None:
    """Write the journal of a period for the treasury: CSV, or an audit file in OECD SAF-T.

    Example:
    ```sh
    kazyna account export --from 2016-01-01 --to 2016-03-31 --out quarter.xml
    ```
    """
    from kazyna.services import books

    write = books.export_saft if out.suffix == ".xml" else books.export_csv
    with acting("officer") as ctx:
        content = write(ctx, first=first, last=last)
    out.write_bytes(content)
    output.show({"file": str(out), "bytes": len(content)}, as_json=as_json)


@app.command("budgets")
def divide(
    first: First,
    last: Last,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV file to write, for the treasury.")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Divide what came in among budgets, by tax, place and month, to the last minor unit.

    Example:
    ```sh
    kazyna account budgets --from 2026-01-01 --to 2026-03-31 --out budgets.csv
    ```
    """
    from kazyna.services import budgets

    with acting("officer") as ctx:
        found = budgets.divided_receipts(ctx, first=first, last=last)
        if out is not None:
            out.write_bytes(budgets.csv_of(found))
    output.show(found, as_json=as_json, table=_budgets_table)


def _budgets_table(found: "DividedReceipts") -> RenderableType:
    rows = [
        {
            "month": f"{each.month:%Y-%m}",
            "tax": each.tax,
            "place": each.place,
            "budget": each.budget or "undivided",
            "amount": each.amount,
        }
        for each in found.receipts
    ]
    totals = [
        {"month": "total", "tax": "", "place": "", "budget": each.budget or "undivided",
         "amount": each.amount}
        for each in found.totals
    ]  # fmt: skip
    others = [
        {"month": "total", "tax": "", "place": "", "budget": name, "amount": amount}
        for name, amount in (
            ("waiting", found.waiting), ("interest on refunds", -found.refund_interest)
        ) if amount or name == "waiting"
    ]  # fmt: skip
    listing = output.listing([*rows, *totals, *others], title=f"Received: {found.received:,}")
    doubts = dict.fromkeys(f"{law.tax}: {law.law}: {law.doubt}" for law in found.laws if law.doubt)
    return Group(listing, *map(Line, doubts))


def _status(item: "Settlement") -> str:
    """Say where a request stands, and of a refund by when it is paid and what it costs to be late.

    `requested, by 2016-06-11 (+1.00)`.
    """
    by = f", by {item.pay_by}" if item.pay_by and item.status == "requested" else ""
    return f"{item.status}{by}{f' (+{item.interest:,})' if item.interest else ''}"


def _requests_table(found: dict[str, tuple["Settlement", ...]]) -> RenderableType:
    return output.listing(
        {
            "request": str(item.request_id),
            "kind": item.kind,
            "taxpayer": item.taxpayer_id,
            "amount": item.amount,
            "status": _status(item),
            "reason": item.reason,
        }
        for item in found["requests"]
    )
