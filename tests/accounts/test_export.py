from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from kazyna.accounts import LedgerAccount, LedgerLine, write_saft

SAFT = "{urn:OECD:StandardAuditFile-Taxation/2.00}"
DAY = date(2016, 1, 1)

AUDIT_FILE: dict[str, list[str]] = {
    "AuditFile": ["Header", "MasterFiles", "GeneralLedgerEntries"],
    "Header": [
        "AuditFileVersion", "AuditFileDateCreated", "SoftwareCompanyName", "SoftwareID",
        "SoftwareVersion", "Company", "DefaultCurrencyCode", "SelectionCriteria",
        "TaxAccountingBasis",
    ],
    "MasterFiles": ["GeneralLedgerAccounts", "Customers"],
    "Account": [
        "AccountID", "AccountDescription", "AccountType", "OpeningDebitBalance",
        "OpeningCreditBalance", "ClosingDebitBalance", "ClosingCreditBalance",
    ],
    "Customer": ["Name", "CustomerID"],
    "GeneralLedgerEntries": ["NumberOfEntries", "TotalDebit", "TotalCredit", "Journal"],
    "Journal": ["JournalID", "Description", "Type", "Transaction"],
    "Transaction": [
        "TransactionID", "Period", "PeriodYear", "TransactionDate", "SourceID", "Description",
        "SystemEntryDate", "GLPostingDate", "Line",
    ],
    "Line": ["RecordID", "AccountID", "CustomerID", "Description", "DebitAmount", "CreditAmount"],
}  # fmt: skip
"""Names and order of OECD SAF-T 2.0, as the Norwegian schema 1.00 that is based on it has them."""


def line(number: int, account: str, amount: int) -> LedgerLine:
    return LedgerLine(
        entry_id=1, line=number, kind="charge", booked_on=DAY, effective_on=DAY, posted_on=DAY,
        description="parcel", actor="officer", account=account, period=2016, bucket="tax",
        place="", amount=Decimal(amount),
    )  # fmt: skip


def test_the_audit_file_has_the_elements_of_the_guidance_in_its_order() -> None:
    accounts = [
        LedgerAccount("receivable:land:T1", "T1", "Ainura", Decimal(1), Decimal(-1)),
        LedgerAccount("revenue:land", None, None, Decimal(-1), Decimal(2)),
    ]
    lines = [
        line(1, "receivable:land:T1", 5), line(2, "revenue:land", -5),
        line(3, "treasury", 2), line(4, "credit:T1", -2),
    ]  # fmt: skip
    content = write_saft(
        accounts, lines, first=DAY, last=DAY, created_on=DAY, company="Office", currency="KGS"
    )
    root = ET.fromstring(content)  # noqa: S314 (our own file)
    seen = set()
    for element in root.iter():
        name = element.tag.removeprefix(SAFT)
        order = AUDIT_FILE.get(name)
        if order is not None:
            places = [order.index(child.tag.removeprefix(SAFT)) for child in element]
            assert places == sorted(places), name
            seen.add(name)
    assert seen == set(AUDIT_FILE)
    entries = root.find(f"{SAFT}GeneralLedgerEntries")
    assert entries is not None
    assert entries.findtext(f"{SAFT}TotalDebit") == entries.findtext(f"{SAFT}TotalCredit") == "7"
    owners = [x.findtext(f"{SAFT}CustomerID") for x in root.iter(f"{SAFT}Line")]
    assert owners == ["T1", None, None, "T1"]
