"""Coupons of North America: AI 8110 and AI 8112.

Sources: North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols;
GS1 AI (8112) Coupon Data Specification.
"""

from collections.abc import Callable

from kazyna.marking.gs1.flaw import Flaw, company_prefix, digits_only
from kazyna.marking.gs1.times import short_date

PREFIX_LENGTHS = {str(n): n + 6 for n in range(7)}
"""Length of a company prefix or a funder by its indicator."""
NO_PREFIX = {"9": 0}
VALUE_LENGTHS = {str(n): n for n in range(1, 6)}
SERIAL_LENGTHS = {str(n): n + 6 for n in range(10)}
RETAILER_LENGTHS = {str(n): n + 6 for n in range(1, 8)}
REQUIREMENT_CODES, RULE_CODES = "012349", "0123"
SAVE_CODES, ITEM_CODES, FLAGS = "01256", "012", "01"
ANY_DIGIT = "0123456789"


class Reader:
    """Digits that are taken field by field, from the left, until the first flaw."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.flaw: Flaw | None = None

    def refuse(self, offset: int, reason: str) -> str:
        """Keep the first flaw; from here on every field is empty."""
        self.flaw = self.flaw or Flaw(offset, reason)
        return ""

    def take(self, length: int, what: str) -> str:
        """Take a field of fixed length."""
        field = self.text[self.at : self.at + length]
        if self.flaw or len(field) < length:
            return self.refuse(self.at if field else 0, f"{what} is cut off")
        self.at += length
        return field

    def one_of(self, allowed: str, what: str) -> str:
        """Take one digit of those allowed."""
        digit = self.take(1, what)
        if digit and digit not in allowed:
            return self.refuse(self.at - 1, f"{digit!r} is not a valid {what}")
        return digit

    def measured(self, lengths: dict[str, int], what: str) -> str:
        """Take a field whose length stands before it."""
        indicator = self.one_of("".join(lengths), f"length of {what}")
        return self.take(lengths[indicator], what) if indicator else ""

    def end(self) -> Flaw | None:
        """Refuse what is left over; return the first flaw of all."""
        if self.at < len(self.text):
            self.refuse(self.at, "digits are left over")
        return self.flaw

    @property
    def next(self) -> str:
        """The digit that comes next; empty at the end."""
        return "" if self.flaw else self.text[self.at : self.at + 1]


def coupon_code(text: str, known: Callable[[str], bool] | None = None) -> Flaw | None:
    """Check AI 8110, the coupon code of North America.

    Parameters
    ----------
    text
        The value of the identifier.
    known
        Tells whether a company prefix has been given out; without it, all count as given out.
    """
    if flaw := digits_only(text):
        return flaw
    reader = Reader(text)
    prefix = reader.measured(PREFIX_LENGTHS, "the company prefix")
    if prefix and (flaw := company_prefix(prefix, known=known)):
        return Flaw(1 + flaw.offset, flaw.reason)
    reader.take(6, "the offer code")
    reader.measured(VALUE_LENGTHS, "the save value")
    _purchase(reader, "1st")
    _optional_fields(reader)
    return reader.end()


def positive_offer(text: str) -> Flaw | None:
    """Check AI 8112, the code of a coupon in a file of offers."""
    if flaw := digits_only(text):
        return flaw
    reader = Reader(text)
    reader.one_of("01", "coupon format")
    reader.measured(PREFIX_LENGTHS, "the funder")
    reader.take(6, "the offer code")
    reader.measured(SERIAL_LENGTHS, "the serial number")
    return reader.end()


def _purchase(reader: Reader, which: str) -> None:
    reader.measured(VALUE_LENGTHS, f"the {which} purchase requirement")
    reader.one_of(REQUIREMENT_CODES, f"{which} purchase requirement code")
    reader.take(3, f"the {which} purchase family code")


def _optional_fields(reader: Reader) -> None:
    """Read the fields that a digit announces; each once, in rising order."""
    expires = ""
    for number in "1234569":
        if reader.next != number:
            continue
        start = reader.at
        reader.take(1, "the field")
        if number in "12":
            if number == "1":
                reader.one_of(RULE_CODES, "rule of additional purchases")
            which = "2nd" if number == "1" else "3rd"
            _purchase(reader, which)
            reader.measured(PREFIX_LENGTHS | NO_PREFIX, f"the {which} purchase company prefix")
        elif number == "3":
            expires = _date(reader, "expiration date")
        elif number == "4":
            if _date(reader, "start date") > expires > "":
                reader.refuse(start - 7, "the coupon expires before it starts")
        elif number == "5":
            reader.measured(SERIAL_LENGTHS, "the serial number")
        elif number == "6":
            reader.measured(RETAILER_LENGTHS, "the retailer")
        else:
            _save_rules(reader)


def _save_rules(reader: Reader) -> None:
    reader.one_of(SAVE_CODES, "save value code")
    reader.one_of(ITEM_CODES, "item that the save value applies to")
    reader.one_of(ANY_DIGIT, "flag of a store coupon")
    reader.one_of(FLAGS, "flag against multiplying")


def _date(reader: Reader, what: str) -> str:
    start = reader.at
    text = reader.take(6, f"the {what}")
    if text and (flaw := short_date(text)):
        return reader.refuse(start + flaw.offset, flaw.reason)
    return text
