"""What the ledger takes from a pack: chart of accounts, due days, crediting, penalty interest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from kazyna.accounts import BUCKETS, OLDEST_FIRST, PLAIN_CSV, Bucket, CreditingOrder, CsvMap
from kazyna.core.dated import Dated
from kazyna.core.text import Text
from kazyna.packs.collection import Collection, read_collection
from kazyna.packs.division import Budgets, read_budgets
from kazyna.packs.interest import InterestLaw, read_interest
from kazyna.packs.parameters import DueDay, read_dated, read_due
from kazyna.packs.parts import TaxParts, read_parts
from kazyna.packs.reading import Section
from kazyna.packs.refunds import RefundLaw, read_refunds

AccountKind = Literal["asset", "liability", "income", "expense"]
"""On which side an account grows: assets and expenses by debit, the others by credit."""


@dataclass(frozen=True)
class ChartAccount:
    """One account of the chart."""

    name: str
    kind: AccountKind
    label: Text


@dataclass(frozen=True)
class Accounts:
    """What the ledger takes from a pack."""

    chart: Mapping[str, ChartAccount]
    due: Mapping[str, Dated[DueDay]]
    """The due days by tax."""
    parts: Mapping[str, TaxParts]
    """Of taxes that may be paid in parts: each part has a due day of its own."""
    crediting: Dated[CreditingOrder] | None
    """In which order a payment settles debts; None where the pack does not say."""
    interest: InterestLaw | None
    """What a tax costs that is paid late; None where the pack does not say."""
    refunds: RefundLaw | None
    """How soon a surplus is repaid, and what it costs to be late; None where the pack does not
    say."""
    bank_csv: CsvMap | None
    """How the bank writes CSV; None where the pack does not say."""
    collection: Collection
    """How debts are collected."""
    budgets: Budgets
    """Among which budgets receipts are divided."""


def read_accounts(file: Section) -> Accounts:
    """Read accounts.toml."""
    chart = {name: _account(section, name) for name, section in file.section("chart").tables()}
    dues = {name: read_due(section) for name, section in file.section("due").tables()}
    parts = _parts(file)
    crediting = None
    if "crediting" in file.values:
        crediting = read_crediting(file.section("crediting"))
    interest = read_interest(file.section("interest")) if "interest" in file.values else None
    refunds = read_refunds(file.section("refunds")) if "refunds" in file.values else None
    bank_csv = read_bank_csv(file.section("bank_csv")) if "bank_csv" in file.values else None
    collecting = Collection()
    if "collection" in file.values:
        collecting = read_collection(file.section("collection"))
    budgets = read_budgets(file.section("budgets")) if "budgets" in file.values else Budgets()
    file.finish()
    known = {name: due for name, due in dues.items() if due is not None}
    return Accounts(
        chart, known, parts, crediting, interest, refunds, bank_csv, collecting, budgets
    )


def _parts(file: Section) -> dict[str, TaxParts]:
    if "parts" not in file.values:
        return {}
    section = file.section("parts")
    found = {name: read_parts(each) for name, each in section.tables()}
    known = {name: law for name, law in found.items() if law is not None}
    for name, law in known.items():
        falls_due = any(each is not None and each.missed == "whole" for each in law.values.values)
        if falls_due and "interest" not in file.values:
            reason = "the rest falls due with the runs of interest, and there is no [interest]"
            section.fault(name, reason, "[interest], or missed = 'part'")
    return known


def read_crediting(section: Section) -> Dated[CreditingOrder] | None:
    """Read the orders in which payments settle debts, each from a day."""
    section.text("label")
    orders = read_dated(section, _crediting_order)
    section.finish()
    return orders


def read_bank_csv(section: Section) -> CsvMap:
    """Read how a bank writes its statements in CSV."""
    columns = section.section("columns")
    names = {name: columns.optional(name, str) for name in PLAIN_CSV.columns}
    columns.finish()
    given = CsvMap(
        columns={name: own for name, own in names.items() if own is not None},
        delimiter=section.required("delimiter", str, ","),
        encoding=section.required("encoding", str, "utf-8-sig"),
        day_format=section.required("day_format", str, "%Y-%m-%d"),
        decimal=section.required("decimal", str, "."),
        end=section.optional("end", str),
    )
    section.finish()
    for key, text in (("delimiter", given.delimiter), ("decimal", given.decimal)):
        if len(text) != 1:
            section.fault(key, f"{text!r} is not accepted", "one character")
    return given


def _crediting_order(row: Section) -> CreditingOrder:
    names, age = row.strings("buckets"), row.required("first", str, "period")
    named = row.values.get("payer_names_period", False)
    row.asked |= {"payer_names_period"}
    row.required("law", str, "")
    row.optional("checked", date)
    row.optional("doubt", str)
    if age not in {"period", "bucket"}:
        row.fault("first", f"{age!r} is not known", "period or bucket")
    if not isinstance(named, bool):
        row.fault("payer_names_period", f"{named!r} is not accepted", "true or false")
    known: dict[str, Bucket] = {name: name for name in BUCKETS}
    if sorted(names) != sorted(BUCKETS):
        row.fault("buckets", f"{list(names)} is not accepted", f"each of {', '.join(BUCKETS)}")
        return OLDEST_FIRST
    return CreditingOrder(tuple(known[name] for name in names), age == "period", named is True)


def _account(section: Section, name: str) -> ChartAccount:
    kind, known = section.required("kind", str, "asset"), get_args(AccountKind)
    if kind not in known:
        section.fault("kind", f"{kind!r} is not known", "one of " + ", ".join(known))
    kinds: dict[str, AccountKind] = {item: item for item in known}
    label = section.text("label")
    section.finish()
    return ChartAccount(name, kinds.get(kind, "asset"), label)
