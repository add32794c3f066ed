"""A small office for tests of collection: taxpayers with a bill each, charged and unpaid.

Bills stand here without a property and a value: only what is owed matters. It is made in a second,
where the demonstration takes minutes.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from conftest import OFFICER
from kazyna.accounts import TREASURY, creditor_reference, receivable, revenue
from kazyna.core.money import to_minor
from kazyna.packs.pack import load_pack
from kazyna.services import ledger as office
from kazyna.services.context import Actor, Context, Installation
from kazyna.store import ledger

HEAD = Actor("head", "officer")
"""A second officer, who signs what the first has asked for."""


def bill_of(taxpayer_id: str, *, year: int = 2016) -> str:
    """Write the reference of a taxpayer's bill of a year."""
    return creditor_reference(f"{year}{int(taxpayer_id.removeprefix('T')):08d}")


def charge(
    ctx: Context, owed: Mapping[str, str], *, tax: str, year: int = 2016,
    due_on: date = date(2016, 4, 30),
) -> None:  # fmt: skip
    """Give each taxpayer a bill of a tax and year, with its charge."""
    amounts = {who: to_minor(Decimal(amount), ctx.pack.currency) for who, amount in owed.items()}
    with ctx.database.administration() as tx:
        tx.execute("SET LOCAL session_replication_role = replica")
        roll_id = tx.value(
            "INSERT INTO rolls (tax, year, round_id, pack, pack_hash, law_on, due_on, bills, total,"
            " drafted_by, status, issued_on) VALUES (%s, %s, 1, '', '', %s, %s, %s, 0, '',"
            " 'issued', %s) RETURNING roll_id",
            (tax, year, date(year, 1, 1), due_on, len(owed), date(year, 1, 1)),
        )
        for number, (who, amount) in enumerate(owed.items()):
            tx.execute(
                "INSERT INTO taxpayers VALUES (%s, %s, 'en', true) ON CONFLICT DO NOTHING",
                (who, f"Name of {who}"),
            )
            tx.execute(
                "INSERT INTO bills (roll_id, bill_no, reference, property_id, taxpayer_id, share,"
                " value, steps, amount) VALUES (%s, %s, %s, '', %s, 1, 1, '{}', %s)",
                (roll_id, number, bill_of(who, year=year), who, Decimal(amount)),
            )
    accounts: list[tuple[str, str | None, str | None]] = [
        (TREASURY, None, None),
        ("suspense", None, None),
        (revenue(tax), tax, None),
    ]
    accounts += [(receivable(tax, who), tax, who) for who in owed]
    opened = [
        {"account": name, "kind": name.split(":")[0], "tax": of_tax, "taxpayer_id": who,
         "currency": ctx.pack.currency.code}
        for name, of_tax, who in accounts
    ]  # fmt: skip
    charges = [
        {
            "idempotency_key": f"charge:{bill_of(who, year=year)}", "kind": "charge",
            "effective_on": date(year, 1, 1), "description": "parcel",
            "debit_account": receivable(tax, who), "credit_account": revenue(tax),
            "amount": amount, "period": year, "bucket": "tax", "due_on": due_on, "place": "",
        }
        for who, amount in amounts.items()
    ]  # fmt: skip
    with ctx.transaction() as tx:
        ledger.open_accounts(tx, pa.Table.from_pylist(opened))
        ledger.post_all(tx, pa.Table.from_pylist(charges, ledger.STAGED))


def office_of(
    installation: Installation, owed: Mapping[str, str], *, pack: str = "us_wa",
    tax: str = "property_tax", today: date = date(2016, 6, 15),
) -> Context:  # fmt: skip
    """Act as an officer of an office whose taxpayers owe so much for 2016."""
    law = load_pack(pack)
    ctx = replace(Context(installation.database, law, today, OFFICER), language="en")
    charge(ctx, owed, tax=tax)
    return ctx


def pay(
    ctx: Context, who: str, amount: str, on: date, key: str, *, year: int = 2016
) -> office.PostedEntry:
    """Record a payment for a taxpayer's bill of a year."""
    return office.record_payment(
        ctx, reference=bill_of(who, year=year), amount=Decimal(amount), received_on=on, key=key
    )
