r"""GS1 data in every form: read, check, write.

>>> message = read("]d2010460123456789321" + "5abcdefghijkl\x1d" + "91EE06")
>>> message.gtin, message.value("21"), message.symbology
('04601234567893', '5abcdefghijkl', ']d2')
>>> write_bracketed(message.elements)
'(01)04601234567893(21)5abcdefghijkl(91)EE06'
>>> print(read("(17)271301(01)04601234567893"))
position 7: there is no month 13; expected AI (17) USE BY or EXPIRY: N6

`read` returns a `Message` or a `Fault`; `parse` raises `InputError` instead. The checks are the
GS1 Syntax Dictionary as data: `application_identifiers()`.
"""

from kazyna.marking.gs1.associations import association_flaws
from kazyna.marking.gs1.check_characters import (
    compute_check_digit,
    compute_check_pair,
    is_gtin_14,
)
from kazyna.marking.gs1.dictionary import ApplicationIdentifier, application_identifiers
from kazyna.marking.gs1.digital_link import GS1_RESOLVER, write_link
from kazyna.marking.gs1.element_string import GS, read_caret, write_bracketed, write_row
from kazyna.marking.gs1.flaw import CSET_82, Fault
from kazyna.marking.gs1.message import Element, Form, Message
from kazyna.marking.gs1.parse import parse, read, write
from kazyna.marking.gs1.scan import CARRIERS, Carrier, write_scan
from kazyna.marking.gs1.times import read_short_date

__all__ = [
    "CARRIERS",
    "CSET_82",
    "GS",
    "GS1_RESOLVER",
    "ApplicationIdentifier",
    "Carrier",
    "Element",
    "Fault",
    "Form",
    "Message",
    "application_identifiers",
    "association_flaws",
    "compute_check_digit",
    "compute_check_pair",
    "is_gtin_14",
    "parse",
    "read",
    "read_caret",
    "read_short_date",
    "write",
    "write_bracketed",
    "write_link",
    "write_row",
    "write_scan",
]
