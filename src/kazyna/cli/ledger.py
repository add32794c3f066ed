"""`kazyna account`: payments, reversals, statements and the state of the books.

Who runs these commands has the database itself, so they act as an officer under the name of the
system's account; the journal keeps that name.
"""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import bank, books, collection, interest, output, performance
from kazyna.cli.arguments import day
from kazyna.core.errors import NotFound
from kazyna.services.settings import Settings

if TYPE_CHECKING:
    from kazyna.services.context import Context
    from kazyna.services.interest import InterestToDay
    from kazyna.services.ledger import Arrears, Revenue, RevenuePlace, Statement

Key = Annotated[
    str,
    typer.Option(
        help="Given by you, such as the bank's number: the same key is posted once.",
        show_default=False,
    ),
]

app = typer.Typer(help="Post payments, read and control the accounts.", no_args_is_help=True)
app.add_typer(books.app)
app.add_typer(interest.app)
app.add_typer(bank.app)
app.add_typer(collection.app)
app.add_typer(performance.app)


def amount(text: str) -> Decimal:
    """Read an exact amount of money."""
    from kazyna.core.table import parse_decimal

    return parse_decimal(text, source="command line", column="--amount")


@contextmanager
def office() -> Iterator["Context"]:
    """Open the installation as an officer under the system's account name."""
    from kazyna.services.context import Actor, open_installation

    with open_installation(Settings.read(os.environ)) as installation:
        yield installation.context(Actor(f"cli:{getuser()}", "officer"))


@app.command()
def pay(
    reference: Annotated[
        str, typer.Argument(help="What the payer quotes: the bill's reference.", show_default=False)
    ],
    paid: Annotated[
        Decimal,
        typer.Option(
            "--amount", parser=amount, metavar="AMOUNT", help="Amount.", show_default=False
        ),
    ],
    received_on: Annotated[
        date,
        typer.Option(
            "--on", parser=day, metavar="DATE", help="Day it was received.", show_default=False
        ),
    ],
    key: Key,
    *,
    currency: Annotated[
        str | None, typer.Option(help="Of the amount, where it is said: that of the books.")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Record a payment for a bill; asked twice with one key, it is posted once.

    Example:
    ```sh
    kazyna account pay 1-000017 --amount 2500.00 --on 2016-03-01 --key bank-4711
    ```
    """
    from kazyna.services import ledger

    with office() as ctx:
        posted = ledger.record_payment(
            ctx, reference=reference, amount=paid, received_on=received_on, key=key,
            currency=currency,
        )  # fmt: skip
    output.show(posted, as_json=as_json)


@app.command()
def reverse(
    entry_id: Annotated[
        int, typer.Argument(help="Number of the entry to undo.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    key: Key,
    as_json: output.Json = False,
) -> None:
    """Undo an entry by posting its opposite; nothing in the journal is ever changed.

    Example:
    ```sh
    kazyna account reverse 43210 --reason "cheque returned" --key bank-4711-back
    ```
    """
    from kazyna.services import ledger

    with office() as ctx:
        posted = ledger.reverse(ctx, entry_id, reason=reason, key=key)
    output.show(posted, as_json=as_json)


@app.command()
def statement(
    taxpayer_id: Annotated[str, typer.Argument(help="The taxpayer's number.", show_default=False)],
    on: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="As of this day: what counts up to it."),
    ] = None,
    known_on: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="As it was known: what was posted by then."),
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Show every movement on a taxpayer's accounts, what is owed, and interest that has run since.

    Interest through the day stands below each account as far as it is not posted yet; an account as
    it stood or was known on an earlier day is told without it.

    Example:
    ```sh
    kazyna account statement T0000017 --on 2016-03-31 --known-on 2016-04-15
    ```
    """
    from kazyna.services import ledger
    from kazyna.services.interest import interest_to

    with office() as ctx:
        statements = ledger.statement(ctx, taxpayer_id=taxpayer_id, on=on, known_on=known_on)
        if not statements:
            raise NotFound(f"Taxpayer {taxpayer_id!r} has no account.")
        found: dict[str, Any] = {"statements": statements}
        if known_on is None and (on is None or on >= ctx.today):
            found["interest"] = interest_to(ctx, taxpayer_id=taxpayer_id, on=on)
    output.show(found, as_json=as_json, table=_statement_tables)


@app.command()
def debts(
    taxpayer_id: Annotated[str, typer.Argument(help="The taxpayer's number.", show_default=False)],
    tax: Annotated[str | None, typer.Option(help="Of this tax alone.")] = None,
    period: Annotated[int | None, typer.Option(help="Of this tax year alone.")] = None,
    as_json: output.Json = False,
) -> None:
    """Show what a taxpayer has to pay: tax, interest, fines and costs, each part by its day.

    Example:
    ```sh
    kazyna account debts T0000017 --tax property_tax --period 2016
    ```
    """
    from kazyna.services.open_debts import open_debts

    with office() as ctx:
        found = open_debts(ctx, taxpayer_id=taxpayer_id, tax=tax, period=period)
    output.show({"debts": found}, as_json=as_json, table=_debts_table)


@app.command()
def revenue(
    by_place: Annotated[bool, typer.Option(help="By tax, place and month.")] = False,
    as_json: output.Json = False,
) -> None:
    """Show what was charged and received, by tax and month, or also by place.

    Example:
    ```sh
    kazyna account revenue --by-place --json
    ```
    """
    from kazyna.services import ledger

    with office() as ctx:
        if by_place:
            places = {"places": ledger.revenue_by_place(ctx)}
            output.show(places, as_json=as_json, table=_places_table)
            return
        output.show(ledger.revenue(ctx), as_json=as_json, table=_revenue_table)


@app.command()
def arrears(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Debtors to list.")] = 50,
    as_json: output.Json = False,
) -> None:
    """Show what is unpaid past its due day: by age, and the largest debts first.

    Example:
    ```sh
    kazyna account arrears --limit 20
    ```
    """
    from kazyna.services import ledger

    with office() as ctx:
        output.show(ledger.arrears(ctx, limit), as_json=as_json, table=_arrears_tables)


@app.command()
def trial_balance(as_json: output.Json = False) -> None:
    """Show the totals of all accounts; debits equal credits.

    Example:
    ```sh
    kazyna account trial-balance
    ```
    """
    from kazyna.services import ledger

    with office() as ctx:
        output.show(ledger.trial_balance(ctx), as_json=as_json)


def _statement_tables(found: dict[str, Any]) -> RenderableType:
    parts: list[RenderableType] = []
    statements: tuple[Statement, ...] = found["statements"]
    for account in statements:
        title = f"{account.account} · {account.taxpayer_name or ''}"
        rows = (
            {
                "entry": str(line.entry_id),
                "day": line.effective_on,
                "description": line.description + (" (reversed)" if line.reversed else ""),
                "debit": line.debit,
                "credit": line.credit,
                "balance": line.balance,
            }
            for line in account.lines
        )
        owed = f"Owed: {account.balance:,} {account.currency}"
        parts += [output.listing(rows, title=title), Line(owed, style="bold")]
        parts += _interest_lines(account, found.get("interest"))
    return Group(*parts)


def _interest_lines(account: "Statement", to_day: "InterestToDay | None") -> list[Line]:
    """Tell the interest of an account that is not posted yet, and what is owed with it."""
    if to_day is None:
        return []
    own = [debt for debt in to_day.debts if debt.account == account.account]
    since = sum((debt.interest - debt.charged for debt in own), Decimal(0))
    if not since:
        return []
    total = f"{account.balance + since:,} {account.currency}"
    return [
        Line(f"Interest through {to_day.on}, not posted yet: {since:,} {account.currency}"),
        Line(f"Owed with it: {total}", style="bold"),
    ]


def _places_table(found: dict[str, tuple["RevenuePlace", ...]]) -> RenderableType:
    return output.listing(
        {
            "tax": place.tax,
            "place": place.place,
            "month": f"{place.month:%Y-%m}",
            "charged": place.charged,
            "received": place.received,
        }
        for place in found["places"]
    )


def _revenue_table(revenue: "Revenue") -> RenderableType:
    rows = [
        {
            "tax": month.tax,
            "month": f"{month.month:%Y-%m}",
            "charged": month.charged,
            "received": month.received,
        }
        for month in revenue.months
    ]
    total = {
        "tax": "total",
        "month": revenue.currency,
        "charged": revenue.charged,
        "received": revenue.received,
    }
    return output.listing([*rows, total])


def _debts_table(found: Any) -> RenderableType:
    return output.listing(
        {
            "tax": debt.tax,
            "year": debt.period,
            "for": debt.bucket,
            "due on": debt.due_on,
            "open": debt.amount,
            "": "late" if debt.late else "",
        }
        for debt in found["debts"]
    )


def _arrears_tables(arrears: "Arrears") -> RenderableType:
    ages = (
        {
            "days late": f"{bucket.from_days}–{bucket.to_days}"
            if bucket.to_days is not None
            else f"{bucket.from_days} and more",
            "debtors": bucket.debtors,
            "amount": bucket.amount,
        }
        for bucket in arrears.buckets
    )
    debts = (
        {
            "taxpayer": debt.taxpayer_id,
            "name": debt.taxpayer_name,
            "owed": debt.balance,
            "due on": debt.due_on,
            "days late": debt.days_late,
        }
        for debt in arrears.largest
    )
    total = (
        f"{arrears.total:,} {arrears.currency} late on {arrears.on}, {arrears.debtors:,} debtors"
    )
    return Group(Line(total, style="bold"), output.listing(ages), output.listing(debts))
