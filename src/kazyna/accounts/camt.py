"""ISO 20022 camt.053 (bank to customer statement), versions 02 to 13, as banks write it.

Elements are found by their names, whatever the namespace: versions differ in a few places only
(the status became an element of its own, the payer moved below `Pty`, transactions got an amount of
their own), and banks mix them. Every file is checked against the totals that it gives itself.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from kazyna.accounts.bank_file import (
    BankFile,
    BankTransaction,
    Findings,
    amount_of,
    require_once,
)
from kazyna.core.errors import Finding, InputError
from kazyna.core.money import Currency, from_minor

Element = Any
"""An element of lxml, which has no types."""

STATEMENT = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d")
BOOKED = "BOOK"
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read_camt(content: bytes, source: str, currency: Currency) -> BankFile:
    """Read statements in camt.053.

    Parameters
    ----------
    content
        The file.
    source
        Its name, for messages.
    currency
        In which every amount must be.

    Raises
    ------
    InputError
        With all that is wrong, by line and element; then nothing of the file is taken.
    """
    root = _parsed(content, source)
    findings = Findings(source)
    statements = _all(root, "BkToCstmrStmt/Stmt")
    if not statements:
        findings.add("no statement is in it", "BkToCstmrStmt/Stmt", at=_place(root))
    transactions: list[BankTransaction] = []
    pending = 0
    for statement in statements:
        account = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
        entries = _all(statement, "Ntry")
        booked = [entry for entry in entries if _status(entry) == BOOKED]
        pending += len(entries) - len(booked)
        for number, entry in enumerate(booked, 1):
            fallback = f"{_text(statement, 'Id')}/{number}"
            transactions += _transactions(entry, account, fallback, currency, findings)
        _check_totals(statement, booked, currency, findings)
    require_once(transactions, findings)
    findings.stop()
    numbers = tuple(_text(statement, "Id") for statement in statements)
    return BankFile("camt.053", numbers, tuple(transactions), pending)


def _parsed(content: bytes, source: str) -> Element:
    """Parse XML from a stranger: no document type, no entities, nothing fetched."""
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", content, re.IGNORECASE):
        reason = "it declares a document type or entities"
        raise InputError(Finding(source, reason, "a statement without them"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True, huge_tree=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = f"it is broken or cut off: {error}"
        raise InputError(Finding(source, reason, "a whole camt.053 file")) from None
    namespace = etree.QName(root).namespace or ""
    if not STATEMENT.fullmatch(namespace):
        expected = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02 or a later version"
        raise InputError(Finding(source, f"its namespace is {namespace!r}", expected))
    return root


def _transactions(
    entry: Element, account: str, fallback: str, currency: Currency, findings: Findings
) -> Iterator[BankTransaction]:
    """Yield the transactions of one booked entry: its details, or itself where it has none."""
    total = _amount(entry, currency, findings)
    day = _day(entry, findings)
    own = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef") or fallback
    details = _all(entry, "NtryDtls/TxDtls")
    parts = [_detail_amount(detail, currency, findings) for detail in details]
    if total is None or day is None:
        return
    if len(details) > 1 and None not in parts:
        summed = sum(part for part in parts if part is not None)
        if summed != total:
            reason = f"its {len(details)} transactions add up to {from_minor(summed, currency)}"
            findings.add(reason, f"{from_minor(total, currency)}", at=_place(entry))
    elif len(details) > 1:
        findings.add("a transaction of it has no amount", "an amount for each", at=_place(entry))
        return
    for number, detail in enumerate(details or [entry], 1):
        part = parts[number - 1] if len(details) > 1 else total
        texts = [_own(text) for text in _all(detail, "RmtInf/Ustrd")]
        text = " ".join(filter(None, texts)) or _text(entry, "AddtlNtryInf")
        named = [_own(item) for item in _all(detail, "RmtInf/Strd/CdtrRefInf/Ref")]
        named += [_text(detail, "Refs/EndToEndId"), text]
        reference = _text(detail, "Refs/AcctSvcrRef") or _text(detail, "Refs/TxId")
        yield BankTransaction(
            account=account,
            bank_ref=(reference or f"{own}/{number}") if len(details) > 1 else own,
            booked_on=day,
            amount=part or 0,
            references=tuple(filter(None, named)),
            text=text,
            payer=_text(detail, "RltdPties/Dbtr/Nm") or _text(detail, "RltdPties/Dbtr/Pty/Nm"),
            payer_account=_text(detail, "RltdPties/DbtrAcct/Id/IBAN")
            or _text(detail, "RltdPties/DbtrAcct/Id/Othr/Id"),
            place=f"line {detail.sourceline}, {fallback}, transaction {number}",
        )


def _detail_amount(detail: Element, currency: Currency, findings: Findings) -> int | None:
    """Return the amount of a transaction inside an entry; later versions give it directly."""
    given = _first(detail, "Amt")
    if given is None:
        given = _first(detail, "AmtDtls/TxAmt/Amt")
    if given is None:
        return None
    return _signed(given, detail, currency, findings)


def _amount(entry: Element, currency: Currency, findings: Findings) -> int | None:
    given = _first(entry, "Amt")
    if given is None:
        findings.add("it has no amount", "Amt", at=_place(entry))
        return None
    return _signed(given, entry, currency, findings)


def _signed(given: Element, around: Element, currency: Currency, findings: Findings) -> int | None:
    """Return an amount, negative where money went out."""
    code = given.get("Ccy")
    if code != currency.code:
        findings.add(f"the currency is {code!r}", currency.code, at=_place(given))
        return None
    minor = amount_of(given.text or "", currency)
    if minor is None or minor < 0:
        expected = f"an amount of {currency.code} in steps of {currency.unit}"
        findings.add(f"the amount is {given.text!r}", expected, at=_place(given))
        return None
    side = _text(around, "CdtDbtInd")
    if side not in {"CRDT", "DBIT", ""}:
        findings.add(f"the direction is {side!r}", "CRDT or DBIT", at=_place(around))
    if not side:
        parent = around.getparent().getparent()
        side = _text(parent, "CdtDbtInd") if parent is not None else ""
    return -minor if side == "DBIT" else minor


def _day(entry: Element, findings: Findings) -> date | None:
    """Return the day of booking, or the value day where the bank gives no other."""
    for name in ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"):
        given = _text(entry, name)
        if given:
            try:
                return date.fromisoformat(given[:10])
            except ValueError:
                findings.add(f"{given!r} is no day", "such as 2025-05-31", at=_place(entry))
                return None
    findings.add("it has no day", "BookgDt or ValDt", at=_place(entry))
    return None


def _check_totals(
    statement: Element, booked: list[Element], currency: Currency, findings: Findings
) -> None:
    """Compare the entries with the balances and the totals that the bank gives."""
    quiet = Findings(findings.source)
    amounts = [_amount(entry, currency, quiet) for entry in booked]
    if quiet.found:
        return
    summed = sum(amount for amount in amounts if amount is not None)
    balances = {_text(b, "Tp/CdOrPrtry/Cd"): _amount(b, currency, findings)
                for b in _all(statement, "Bal")}  # fmt: skip
    opening = next((balances[code] for code in OPENING if code in balances), None)
    closing = next((balances[code] for code in CLOSING if code in balances), None)
    if opening is not None and closing is not None and opening + summed != closing:
        reason = f"the entries lead to a balance of {from_minor(opening + summed, currency)}"
        expected = f"{from_minor(closing, currency)}, the closing balance"
        findings.add(reason, expected, at=_place(statement))
    count = _text(statement, "TxsSummry/TtlNtries/NbOfNtries")
    if count and count != str(len(_all(statement, "Ntry"))):
        reason = f"{len(_all(statement, 'Ntry'))} entries are in it"
        findings.add(reason, f"{count}, as its summary says", at=_place(statement))
    total = _text(statement, "TxsSummry/TtlNtries/Sum")
    gross = from_minor(sum(abs(amount or 0) for amount in amounts), currency)
    if total and len(booked) == len(_all(statement, "Ntry")) and _decimal(total) != gross:
        findings.add(f"the entries add up to {gross}", total, at=_place(statement))


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _status(entry: Element) -> str:
    return _text(entry, "Sts/Cd") or _text(entry, "Sts") or BOOKED


def _all(element: Element, path: str) -> list[Element]:
    found = [element]
    for name in path.split("/"):
        found = [child for parent in found for child in parent
                 if etree.QName(child).localname == name]  # fmt: skip
    return found


def _first(element: Element, path: str) -> Element | None:
    return next(iter(_all(element, path)), None)


def _text(element: Element, path: str) -> str:
    found = _first(element, path)
    return "" if found is None else _own(found)


def _own(element: Element) -> str:
    return " ".join((element.text or "").split())


def _place(element: Element) -> str:
    """Say where an element stands: its line and its path by the names of the standard."""
    names = [etree.QName(element).localname]
    names += [etree.QName(parent).localname for parent in element.iterancestors()]
    return f"line {element.sourceline}, " + "/".join(reversed(names))
