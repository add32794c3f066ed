"""Bank files: what a bank says came in and went out, read whole or refused whole.

A statement is ISO 20022 camt.053 (any version; see `camt.py`), SWIFT MT940 (see `mt940.py`) or CSV
with columns as a pack maps them. A file that was cut is refused: XML and MT940 by their form and by
the bank's own totals, CSV by its last line, which must end, and by the control row where the map
names one.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from kazyna.core.errors import Finding, InputError
from kazyna.core.money import MINOR_UNITS_MAX, Currency

BankFormat = Literal["camt.053", "mt940", "csv"]

NEEDED = ("id", "booked_on", "amount")
"""Columns that a CSV file must have."""
DIGITS_MAX = 30
"""No sum of money is longer."""
FINDINGS_MAX = 100
"""So many mistakes are named; a file of the wrong kind would have one in every line."""


@dataclass(frozen=True)
class BankTransaction:
    """One amount that the bank has booked."""

    account: str
    """The account at the bank; empty where the file does not name it."""
    bank_ref: str
    """The bank's own number: the same on an account is the same transaction."""
    booked_on: date
    amount: int
    """Minor units; positive came in, negative went out."""
    references: tuple[str, ...]
    """What may name the bill: structured reference, end-to-end number, free text."""
    text: str
    payer: str
    payer_account: str
    place: str
    """Where it stands in the file."""
    row: int | None = None
    """In a file of rows the number of its row, which `place` says as well."""


@dataclass(frozen=True)
class BankFile:
    """All that a file says."""

    format: BankFormat
    statements: tuple[str, ...]
    """The bank's numbers of its statements."""
    transactions: tuple[BankTransaction, ...]
    pending: int = 0
    """Entries that the bank has announced and not booked; they are left out."""


@dataclass(frozen=True)
class CsvMap:
    """How a bank writes its CSV: a pack's `[bank.csv]`."""

    columns: Mapping[str, str]
    """From our name to the name in the header: id, booked_on, amount; currency, text, payer,
    payer_account, account where there are."""
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    day_format: str = "%Y-%m-%d"
    decimal: str = "."
    end: str | None = None
    """First cell of the last row, which then gives the number and the sum of the rows before."""


PLAIN_CSV = CsvMap(
    {
        name: name
        for name in (
            "id",
            "booked_on",
            "amount",
            "currency",
            "text",
            "payer",
            "payer_account",
            "account",
        )
    }
)
"""Taken where a pack does not say how its bank writes."""


@dataclass
class Findings:
    """Mistakes of one file, as they are found."""

    source: str
    found: list[Finding] = field(default_factory=list)

    def add(self, reason: str, expected: str, *, row: int | None = None, at: str = "") -> None:
        """Note a mistake."""
        self.found.append(Finding(self.source, reason, expected, row, at or None))

    def stop(self) -> None:
        """Refuse the file if anything is wrong with it."""
        if self.found:
            raise InputError(self.found[:FINDINGS_MAX])


def read_csv(content: bytes, source: str, currency: Currency, columns: CsvMap) -> BankFile:
    """Read a statement in CSV.

    Parameters
    ----------
    content
        The file.
    source
        Its name, for messages.
    currency
        In which every amount must be.
    columns
        How this bank writes.

    Raises
    ------
    InputError
        With all that is wrong, by row and column; then nothing of the file is taken.
    """
    findings = Findings(source)
    text = _decoded(content, columns, findings)
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        findings.add(f"line {last} does not end: the file may be cut", "a line end after each row")
        findings.stop()
    if "\0" in text:
        findings.add("a character with the number zero is in it", "text")
        findings.stop()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=columns.delimiter))
    except csv.Error as error:
        findings.add(f"it cannot be read: {error}", "CSV")
        findings.stop()
        raise
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    placed = {name: header.index(own) for name, own in columns.columns.items() if own in header}
    for name in NEEDED:
        if name not in placed:
            expected = f"a column {columns.columns.get(name, name)!r}"
            findings.add(f"the header is {columns.delimiter.join(header)!r}", expected, at=name)
    findings.stop()
    body = _without_end(body, placed, columns, findings)
    reader = _Rows(len(header), placed, currency, columns, findings)
    read = [reader.read(number, row) for number, row in enumerate(body, 1) if row]
    transactions = tuple(item for item in read if item is not None)
    require_once(transactions, findings)
    findings.stop()
    return BankFile("csv", (), transactions)


def require_once(transactions: Iterable[BankTransaction], findings: Findings) -> None:
    """Find transactions whose number stands in the file twice.

    Parameters
    ----------
    transactions
        Of one file.
    findings
        Where the mistakes are noted.
    """
    places: dict[tuple[str, str], str] = {}
    for item in transactions:
        before = places.setdefault((item.account, item.bank_ref), item.place)
        if before != item.place:
            reason = f"the number {item.bank_ref!r} stands at {before} already"
            expected = "a number of its own for each transaction"
            at = item.place if item.row is None else ""
            findings.add(reason, expected, row=item.row, at=at)


def amount_of(text: str, currency: Currency) -> int | None:
    """Return an amount in minor units, or None where it is none of the currency.

    Examples
    --------
    >>> amount_of("12.50", Currency("KGS", 2)), amount_of("12.505", Currency("KGS", 2))
    (1250, None)
    """
    try:
        amount = Decimal(text.strip())
        scaled = amount.scaleb(currency.decimals)
    except InvalidOperation:
        return None
    if not amount.is_finite() or scaled != scaled.to_integral_value():
        return None
    return int(scaled) if abs(scaled) <= MINOR_UNITS_MAX else None


def _decoded(content: bytes, columns: CsvMap, findings: Findings) -> str:
    try:
        return content.decode(columns.encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        findings.add(f"line {line}, byte {error.start} cannot be read", columns.encoding)
        findings.stop()
        raise


def _without_end(
    body: list[list[str]], placed: Mapping[str, int], columns: CsvMap, findings: Findings
) -> list[list[str]]:
    """Take the control row away, and check what it says."""
    if columns.end is None:
        return body
    if not body or body[-1][:1] != [columns.end]:
        findings.add("the last row is no control row: the file may be cut", repr(columns.end))
        findings.stop()
    *rows, (_, count, total, *_rest) = [*body[:-1], [*body[-1], "", ""]]
    sums = [_number(row[placed["amount"]], columns) for row in rows if len(row) > placed["amount"]]
    summed = sum((number for number in sums if number is not None), Decimal(0))
    if count.strip() != str(len(rows)):
        findings.add(f"{len(rows)} rows stand before the control row", f"{count} rows")
    if _number(total, columns) != summed:
        findings.add(f"the rows add up to {summed}", f"{total}, as the control row says")
    findings.stop()
    return rows


def _number(text: str, columns: CsvMap) -> Decimal | None:
    plain = text.strip().replace("\u00a0", "").replace(" ", "")
    if columns.decimal != ".":
        plain = plain.replace(".", "").replace(columns.decimal, ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < DIGITS_MAX else None


@dataclass(frozen=True)
class _Rows:
    """What the rows of one file are read by."""

    cells: int
    placed: Mapping[str, int]
    currency: Currency
    columns: CsvMap
    findings: Findings

    def read(self, number: int, row: list[str]) -> BankTransaction | None:
        if len(row) != self.cells:
            reason = f"{len(row)} cells"
            self.findings.add(reason, f"{self.cells} cells, as in the header", row=number)
            return None
        cell = {name: row[place].strip() for name, place in self.placed.items()}
        amount, booked_on = self._amount(number, cell), self._day(number, cell)
        if not cell["id"]:
            self.findings.add("no number is given", "the bank's number", row=number, at="id")
        if amount is None or booked_on is None:
            return None
        text = cell.get("text", "")
        return BankTransaction(
            account=cell.get("account", ""),
            bank_ref=cell["id"],
            booked_on=booked_on,
            amount=amount,
            references=(text,) if text else (),
            text=text,
            payer=cell.get("payer", ""),
            payer_account=cell.get("payer_account", ""),
            place=f"row {number}",
            row=number,
        )

    def _amount(self, number: int, cell: Mapping[str, str]) -> int | None:
        currency = self.currency
        given = cell.get("currency", currency.code)
        if given != currency.code:
            reason = f"the currency is {given!r}"
            self.findings.add(reason, currency.code, row=number, at="currency")
        decimal = _number(cell["amount"], self.columns)
        amount = None if decimal is None else amount_of(str(decimal), currency)
        if not amount:
            expected = f"an amount of {currency.code} in steps of {currency.unit}"
            reason = f"the amount is {cell['amount']!r}"
            self.findings.add(reason, expected, row=number, at="amount")
        return amount

    def _day(self, number: int, cell: Mapping[str, str]) -> date | None:
        day = _day(cell["booked_on"], self.columns)
        if day is None:
            expected = f"a day such as {date(2025, 5, 31).strftime(self.columns.day_format)}"
            reason = f"{cell['booked_on']!r} is no day"
            self.findings.add(reason, expected, row=number, at="booked_on")
        return day


def _day(text: str, columns: CsvMap) -> date | None:
    try:
        return datetime.strptime(text, columns.day_format).date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None
