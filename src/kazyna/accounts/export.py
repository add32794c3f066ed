"""The journal as files: CSV for the treasury, and an audit file in the form of OECD SAF-T 2.0.

SAF-T: OECD, Guidance for the Standard Audit File - Tax, version 2.0 (2010): Header, MasterFiles
(GeneralLedgerAccounts, Customers) and GeneralLedgerEntries, elements in its order. A taxpayer is a
customer here; source documents (sales, purchases, goods) have no counterpart in the books of a
revenue office and are left out, as the guidance allows. What national schemas ask for beyond it is
not written: a country, addresses and contacts of the company, numbers of a standard chart.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from itertools import groupby
from xml.etree import ElementTree as ET

ACCOUNTING = "A"
"""Of the kinds of audit file that the guidance knows, the one of bookkeeping."""

GENERAL_LEDGER = "GL"

SAFT = "urn:OECD:StandardAuditFile-Taxation/2.00"


@dataclass(frozen=True)
class LedgerAccount:
    """An account with its balances, debits less credits, before and after the period."""

    account: str
    taxpayer_id: str | None
    taxpayer_name: str | None
    opening: Decimal
    closing: Decimal


@dataclass(frozen=True)
class LedgerLine:
    """One side of a posting; a positive amount is a debit, a negative one a credit."""

    entry_id: int
    line: int
    kind: str
    booked_on: date
    effective_on: date
    posted_on: date
    description: str
    actor: str
    account: str
    period: int | None
    bucket: str | None
    place: str | None
    amount: Decimal


def write_csv(lines: Sequence[LedgerLine]) -> bytes:
    """Write lines as CSV in UTF-8 with a header; amounts keep every digit.

    Parameters
    ----------
    lines
        In the order in which they are written.
    """
    text = io.StringIO()
    names = [field.name for field in fields(LedgerLine)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([getattr(line, name) for name in names] for line in lines)
    return text.getvalue().encode()


def write_saft(
    accounts: Sequence[LedgerAccount],
    lines: Sequence[LedgerLine],
    *,
    first: date,
    last: date,
    created_on: date,
    company: str,
    currency: str,
) -> bytes:
    """Write accounts and lines as an audit file.

    Parameters
    ----------
    accounts
        Every account of the period with its balances.
    lines
        Ordered by entry.
    first, last
        The period, by booking date.
    created_on
        The day of the file.
    company, currency
        Whose books they are, and the ISO 4217 code.

    Returns
    -------
    bytes
        XML in UTF-8; total debits equal total credits.
    """
    ET.register_namespace("", SAFT)
    root = ET.Element(f"{{{SAFT}}}AuditFile")
    header = _in(root, "Header")
    for name, text in [
        ("AuditFileVersion", "2.00"),
        ("AuditFileDateCreated", created_on.isoformat()),
        ("SoftwareCompanyName", "Kazyna"),
        ("SoftwareID", "Kazyna"),
        ("SoftwareVersion", version("kazyna")),
    ]:
        _in(header, name, text)
    _in(_in(header, "Company"), "Name", company)
    _in(header, "DefaultCurrencyCode", currency)
    chosen = _in(header, "SelectionCriteria")
    _in(chosen, "SelectionStartDate", first.isoformat())
    _in(chosen, "SelectionEndDate", last.isoformat())
    _in(header, "TaxAccountingBasis", ACCOUNTING)
    _master_files(root, accounts)
    _entries(root, lines)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _master_files(root: ET.Element, accounts: Sequence[LedgerAccount]) -> None:
    master = _in(root, "MasterFiles")
    ledger = _in(master, "GeneralLedgerAccounts")
    for account in accounts:
        item = _in(ledger, "Account")
        _in(item, "AccountID", account.account)
        _in(item, "AccountDescription", account.account)
        _in(item, "AccountType", GENERAL_LEDGER)
        for when, amount in [("Opening", account.opening), ("Closing", account.closing)]:
            side = "Debit" if amount >= 0 else "Credit"
            _in(item, f"{when}{side}Balance", str(abs(amount)))
    customers = _in(master, "Customers")
    known = {a.taxpayer_id: a.taxpayer_name for a in accounts if a.taxpayer_id is not None}
    for taxpayer_id, name in sorted(known.items()):
        item = _in(customers, "Customer")
        _in(item, "Name", name or "")
        _in(item, "CustomerID", taxpayer_id)


def _entries(root: ET.Element, lines: Sequence[LedgerLine]) -> None:
    entries = _in(root, "GeneralLedgerEntries")
    numbers = len({line.entry_id for line in lines})
    _in(entries, "NumberOfEntries", str(numbers))
    _in(entries, "TotalDebit", str(sum((x.amount for x in lines if x.amount > 0), Decimal(0))))
    _in(entries, "TotalCredit", str(-sum((x.amount for x in lines if x.amount < 0), Decimal(0))))
    journal = _in(entries, "Journal")
    _in(journal, "JournalID", "journal")
    _in(journal, "Description", "General journal")
    _in(journal, "Type", GENERAL_LEDGER)
    for entry_id, group in groupby(lines, key=lambda line: line.entry_id):
        sides = list(group)
        entry = _in(journal, "Transaction")
        _in(entry, "TransactionID", str(entry_id))
        _in(entry, "Period", str(sides[0].booked_on.month))
        _in(entry, "PeriodYear", str(sides[0].booked_on.year))
        _in(entry, "TransactionDate", sides[0].effective_on.isoformat())
        _in(entry, "SourceID", sides[0].actor)
        _in(entry, "Description", f"{sides[0].kind}: {sides[0].description}")
        _in(entry, "SystemEntryDate", sides[0].posted_on.isoformat())
        _in(entry, "GLPostingDate", sides[0].booked_on.isoformat())
        for number, side in enumerate(sides, 1):
            _line(entry, number, side)


def _line(entry: ET.Element, number: int, side: LedgerLine) -> None:
    item = _in(entry, "Line")
    _in(item, "RecordID", f"{side.entry_id}-{number}")
    _in(item, "AccountID", side.account)
    if side.account.startswith(("receivable:", "credit:")):
        places = 2 if side.account.startswith("receivable:") else 1
        _in(item, "CustomerID", side.account.split(":", places)[places])
    _in(item, "Description", " ".join(filter(None, (side.bucket, str(side.period or "")))))
    amount = _in(item, "DebitAmount" if side.amount > 0 else "CreditAmount")
    _in(amount, "Amount", str(abs(side.amount)))


def _in(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{SAFT}}}{name}")
    child.text = text
    return child
