"""Payment references: what a payer quotes so that the money finds its debt.

ISO 11649 creditor references: `RF`, two check digits by ISO 7064 MOD 97-10, and our own number.
A slip of one digit, or two neighbours exchanged, never gives another valid reference.
"""

import re

RF = 2715
"""`RF` as digits: letters count from A = 10 (ISO 7064)."""
PATTERN = re.compile(r"RF(\d{2})(\d{1,21})")


def creditor_reference(number: str) -> str:
    """Write the reference of a number of at most 21 digits.

    Examples
    --------
    >>> creditor_reference("539007547034")
    'RF18539007547034'
    """
    if not re.fullmatch(r"\d{1,21}", number):
        raise ValueError(f"{number!r} is not a number of at most 21 digits")
    check = 98 - int(f"{number}{RF}00") % 97
    return f"RF{check:02d}{number}"


def is_creditor_reference(text: str) -> bool:
    """Tell whether a text is a reference whose check digits are right.

    Examples
    --------
    >>> is_creditor_reference("RF18539007547034"), is_creditor_reference("RF18539007547043")
    (True, False)
    """
    found = PATTERN.fullmatch(text)
    return found is not None and int(f"{found[2]}{RF}{found[1]}") % 97 == 1
