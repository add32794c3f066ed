"""SWIFT MT940 (customer statement message), by the field definitions of the standard.

A message is fields `:20:`, `:25:`, `:28C:`, an opening balance, statement lines `:61:` each with
its `:86:`, and a closing balance; a line `-` ends it. Whatever stands elsewhere is refused, so that
a file which was cut, or put together wrongly, is never half taken: the balances of every message
must agree with its lines, and a statement of many pages must be whole.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from kazyna.accounts.bank_file import (
    BankFile,
    BankTransaction,
    Findings,
    amount_of,
    require_once,
)
from kazyna.core.money import Currency, from_minor

FIELD = re.compile(r":(\d{2}[A-Z]?):(.*)")
HEADER = re.compile(r"\{1:[^{}]*\}(\{2:(?P<second>[^{}]*)\})?(\{3:(\{[^{}]*\})*\})?\{4:")
TRAILER = re.compile(r"-\}?(\{5:(\{[^{}]*\})*\})?")
KIND = re.compile(r"[IO]940.*")
BALANCE = re.compile(r"(?P<side>[DC])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>\d+,\d*)")
STATEMENT_LINE = re.compile(
    r"(?P<day>\d{6})(?P<entry>\d{4})?(?P<side>R?[DC])(?P<funds>[A-Z])?(?P<amount>\d+,\d*)"
    r"(?P<kind>[NFS][A-Z0-9]{3})(?P<own>[^/\n]*(?:/[^/\n]+)*)(?://(?P<bank>[^\n]*))?(?P<more>\n.*)?",
    re.DOTALL,
)
FORMS = {
    "balance": "a balance such as C260701KGS1000,00",
    "line": "a statement line such as 2607020702C250,50NTRFREF//BANK",
}
OPENING, CLOSING = ("60F", "60M"), ("62F", "62M")
PLACES = {
    "20": 0, "21": 1, "25": 2, "25P": 2, "28": 3, "28C": 3, "60F": 4, "60M": 4, "61": 5, "62F": 6,
    "62M": 6, "64": 7, "65": 8, "86": 9,
}  # fmt: skip
"""In which order fields stand; `:86:` also after a `:61:`."""
ONCE = {0: ":20:", 2: ":25:", 3: ":28C:", 4: ":60F:", 6: ":62F:"}
"""Fields that a message has once, in one of their forms."""
NOTHING = {"", "NONREF", "NOTPROVIDED"}
"""What banks write where there is no reference."""
CENTURY_FROM = 80
"""Years of two digits mean 1980 to 2079."""
SUBFIELD = re.compile(r"\?(\d{2})")
TEXT_PARTS = (*range(20, 30), *range(60, 64))
ACCOUNT_PART, NAME_PARTS = 31, (32, 33)


@dataclass(frozen=True)
class _Field:
    tag: str
    text: str
    line: int

    @property
    def at(self) -> str:
        return f"line {self.line}, :{self.tag}:"


@dataclass(frozen=True)
class _Balance:
    amount: int
    final: bool
    day: date
    at: str


@dataclass
class _Page:
    """One message: a page of a statement of an account."""

    number: str
    account: str
    opening: _Balance | None = None
    closing: _Balance | None = None
    transactions: list[BankTransaction] = field(default_factory=list)


def read_mt940(content: bytes, source: str, currency: Currency) -> BankFile:
    """Read statements in MT940.

    Parameters
    ----------
    content
        The file, in UTF-8 (the standard itself knows only letters of ASCII).
    source
        Its name, for messages.
    currency
        In which every balance must be; the lines have the currency of their balances.

    Raises
    ------
    InputError
        With all that is wrong, by line and field; then nothing of the file is taken.
    """
    findings = Findings(source)
    text = _decoded(content, findings)
    pages = [_page(message, currency, findings) for message in _messages(text, findings)]
    if not pages:
        findings.add("no statement is in it", "a message that begins with :20:")
    findings.stop()
    for page in pages:
        _check_balances(page, currency, findings)
    _check_pages(pages, currency, findings)
    transactions = tuple(item for page in pages for item in _numbered(page))
    require_once(transactions, findings)
    findings.stop()
    return BankFile("mt940", tuple(page.number for page in pages), transactions)


def is_mt940(content: bytes) -> bool:
    """Tell whether a file is meant as MT940: it begins as a message, or a line of it does.

    Parameters
    ----------
    content
        The file.

    Examples
    --------
    >>> is_mt940(b":20:A"), is_mt940(b"{1:F01BANK}"), is_mt940(b"id;amount")
    (True, True, False)
    """
    return bool(re.match(rb"[\xef\xbb\xbf\s]*(\{1:|:\d{2}[A-Z]?:)", content))


def _decoded(content: bytes, findings: Findings) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        findings.add(f"line {line}, byte {error.start} cannot be read", "UTF-8")
        findings.stop()
        raise


def _messages(text: str, findings: Findings) -> Iterator[list[_Field]]:
    """Yield the fields of each message; every line belongs to one, or is wrong."""
    message: list[_Field] = []
    line = 0
    for line, given in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        row = given.rstrip()
        found = FIELD.fullmatch(row)
        if found:
            message.append(_Field(found[1], found[2], line))
        elif message and TRAILER.fullmatch(row):
            yield message
            message = []
        elif message:
            last = message[-1]
            message[-1] = _Field(last.tag, f"{last.text}\n{row}", last.line)
        elif row:
            _check_header(row, line, findings)
    if message:
        findings.add("the last message does not end: the file may be cut", "a line '-'",
                     at=f"line {line}")  # fmt: skip


def _check_header(row: str, line: int, findings: Findings) -> None:
    """Between messages stand only the blocks in which a network wraps them."""
    header = HEADER.fullmatch(row)
    if header is None:
        findings.add(f"{row[:40]!r} belongs to no message", "a field such as :20:",
                     at=f"line {line}")  # fmt: skip
    elif header["second"] is not None and not KIND.fullmatch(header["second"]):
        findings.add(f"the message is {header['second'][1:4]!r}", "940", at=f"line {line}")


def _page(message: list[_Field], currency: Currency, findings: Findings) -> _Page:
    """Read one message."""
    _check_order(message, findings)
    texts = {each.tag.rstrip("CP"): each.text.strip() for each in message}
    page = _Page(number=texts.get("28", ""), account=texts.get("25", ""))
    for number, each in enumerate(message):
        if each.tag in OPENING:
            page.opening = _balance(each, currency, findings)
        elif each.tag in CLOSING:
            page.closing = _balance(each, currency, findings)
        elif each.tag == "61":
            after = message[number + 1] if number + 1 < len(message) else None
            said = after.text if after is not None and after.tag == "86" else ""
            read = _transaction(each, said, page, currency, findings)
            if read is not None:
                page.transactions.append(read)
    return page


def _check_order(message: list[_Field], findings: Findings) -> None:
    """Every field is known, in its place, and there once where one is needed."""
    place, last = -1, ""
    counted: Counter[int] = Counter()
    for each in message:
        if each.tag not in PLACES:
            findings.add("the field is not of MT940", ", ".join(PLACES), at=each.at)
            continue
        if (last, each.tag) != ("61", "86"):
            if PLACES[each.tag] < place:
                findings.add(f"it stands after :{last}:", "fields in their order", at=each.at)
            place = PLACES[each.tag]
            counted[place] += 1
        last = each.tag
    for needed, name in ONCE.items():
        if counted[needed] != 1:
            findings.add(f"{name} is there {counted[needed]} times", "once in a message",
                         at=message[0].at)  # fmt: skip


def _balance(given: _Field, currency: Currency, findings: Findings) -> _Balance | None:
    found = BALANCE.fullmatch(given.text.strip())
    if found is None:
        findings.add(f"{given.text.strip()!r} cannot be read", FORMS["balance"], at=given.at)
        return None
    if found["currency"] != currency.code:
        findings.add(f"the currency is {found['currency']!r}", currency.code, at=given.at)
        return None
    amount = _amount(found["amount"], currency, given, findings)
    day = _day(found["day"], given, findings)
    if amount is None or day is None:
        return None
    signed = -amount if found["side"] == "D" else amount
    return _Balance(signed, given.tag.endswith("F"), day, given.at)


def _transaction(
    given: _Field, said: str, page: _Page, currency: Currency, findings: Findings
) -> BankTransaction | None:
    found = STATEMENT_LINE.fullmatch(given.text.rstrip())
    if found is None:
        findings.add(f"{given.text.splitlines()[0]!r} cannot be read", FORMS["line"], at=given.at)
        return None
    amount = _amount(found["amount"], currency, given, findings)
    value_day = _day(found["day"], given, findings)
    if amount is None or value_day is None:
        return None
    day = value_day
    if found["entry"]:
        booked = _entry_day(found["entry"], value_day)
        if booked is None:
            findings.add(
                f"{found['entry']!r} is no day", "month and day, such as 0702", at=given.at
            )
            return None
        day = booked
    if not amount:
        findings.add("the amount is 0", "an amount above 0", at=given.at)
    own, bank = found["own"].strip(), (found["bank"] or "").strip()
    text, payer, payer_account, whole = _information(said, (found["more"] or "").strip())
    return BankTransaction(
        account=page.account,
        bank_ref="" if bank in NOTHING else bank,
        booked_on=day,
        # A reversal takes back: RC lowers as a debit does, RD raises.
        amount=amount if found["side"] in {"C", "RD"} else -amount,
        references=tuple(filter(None, ("" if own in NOTHING else own, text, whole))),
        text=text,
        payer=payer,
        payer_account=payer_account,
        place=f"line {given.line}",
    )


def _information(said: str, more: str) -> tuple[str, str, str, str]:
    """Return text, payer and account of `:86:`, and its text joined where lines were broken.

    Many banks part it by `?20` to `?33`; where they do not, all of it is text.
    """
    joined = "".join(said.split("\n"))
    parts = SUBFIELD.split(joined)
    if len(parts) == 1:
        lines = [line.strip() for line in said.split("\n")]
        text = " ".join(filter(None, [*lines, more]))
        return text, "", "", joined
    sub: dict[int, str] = {}
    for number, part in zip(parts[1::2], parts[2::2], strict=True):
        sub[int(number)] = sub.get(int(number), "") + part
    text = " ".join(filter(None, (sub.get(number, "").strip() for number in TEXT_PARTS)))
    name = " ".join(filter(None, (sub.get(number, "").strip() for number in NAME_PARTS)))
    whole = "".join(sub.get(number, "") for number in TEXT_PARTS)
    return text, name, sub.get(ACCOUNT_PART, "").strip(), whole


def _numbered(page: _Page) -> Iterator[BankTransaction]:
    """Give each line a number of its own: the bank's, or its place in the statement.

    Banks repeat a number for the parts of one business; the balances prove that the lines are not
    one line twice.
    """
    repeated = Counter(item.bank_ref for item in page.transactions)
    year = page.closing.day.year if page.closing else ""
    for number, item in enumerate(page.transactions, 1):
        own = f"{year}/{page.number}/{number}"
        ref = item.bank_ref if repeated[item.bank_ref] == 1 else f"{item.bank_ref}/{own}"
        yield replace(item, bank_ref=ref if item.bank_ref else own)


def _check_balances(page: _Page, currency: Currency, findings: Findings) -> None:
    if page.opening is None or page.closing is None:
        return
    reached = page.opening.amount + sum(item.amount for item in page.transactions)
    if reached != page.closing.amount:
        findings.add(
            f"the lines lead from {from_minor(page.opening.amount, currency)} to"
            f" {from_minor(reached, currency)}",
            f"{from_minor(page.closing.amount, currency)}, the closing balance",
            at=page.closing.at,
        )


def _check_pages(pages: list[_Page], currency: Currency, findings: Findings) -> None:
    """Find pages that do not begin where the page of their account before has ended."""
    open_: dict[str, _Balance] = {}
    for page in pages:
        if page.opening is None or page.closing is None:
            continue
        before = open_.pop(page.account, None)
        if page.opening.final != (before is None):
            expected = ":60M:, as the page before goes on" if before else ":60F: on a first page"
            findings.add("the page does not follow the one before", expected, at=page.opening.at)
        elif before is not None and before.amount != page.opening.amount:
            expected = f"{from_minor(before.amount, currency)}, as the page before closes"
            reason = f"it opens with {from_minor(page.opening.amount, currency)}"
            findings.add(reason, expected, at=page.opening.at)
        if not page.closing.final:
            open_[page.account] = page.closing
    for balance in open_.values():
        findings.add("another page follows and is not in the file", ":62F:", at=balance.at)


def _amount(text: str, currency: Currency, given: _Field, findings: Findings) -> int | None:
    try:
        minor = amount_of(str(Decimal(text.replace(",", ".").rstrip("."))), currency)
    except InvalidOperation:
        minor = None
    if minor is None:
        expected = f"an amount of {currency.code} in steps of {currency.unit}"
        findings.add(f"the amount is {text!r}", expected, at=given.at)
    return minor


def _day(text: str, given: _Field, findings: Findings) -> date | None:
    year = int(text[:2])
    century = 1900 if year >= CENTURY_FROM else 2000
    try:
        return date(century + year, int(text[2:4]), int(text[4:]))
    except ValueError:
        findings.add(f"{text!r} is no day", "year, month and day, such as 260702", at=given.at)
        return None


def _entry_day(text: str, value_day: date) -> date | None:
    """Return the day of booking nearest to the value date, whose year it does not say."""
    near = []
    for year in (value_day.year - 1, value_day.year, value_day.year + 1):
        try:
            near.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(near, key=lambda day: abs((day - value_day).days), default=None)
