"""The chart of accounts: an account is named by its kind and by what it is kept for."""

from typing import Literal, get_args

AccountKind = Literal[
    "receivable", "revenue", "treasury", "credit", "suspense", "write_off", "remission", "accrued",
    "refund_interest",
]  # fmt: skip
"""`receivable`: what a taxpayer owes for a tax (asset). `revenue`: what a tax has brought in
(income). `treasury`: money received (asset). `credit`: what a taxpayer has paid beyond every debt
(liability). `suspense`: money whose owner is not found yet (liability). `write_off`: debts given
up as not collectable (expense). `remission`: debts forgiven by law (expense). `accrued`: interest
that has run and stands on no taxpayer's account yet (asset). `refund_interest`: what late refunds
have cost (expense)."""

Bucket = Literal["tax", "interest", "penalty", "cost"]
"""The part of a debt: the tax itself, penalty interest, penalties and fines, costs of collection
and fees."""

BUCKETS: tuple[Bucket, ...] = get_args(Bucket)

TREASURY = "treasury"
"""The account of money received."""

SUSPENSE = "suspense"
"""The account of money received whose debt is not known yet."""

REFUND_INTEREST = "refund_interest"
"""The account of interest paid to taxpayers whose refund came late."""


def receivable(tax: str, taxpayer_id: str) -> str:
    """Name the account of what one taxpayer owes for one tax.

    Examples
    --------
    >>> receivable("property_tax", "T0000001")
    'receivable:property_tax:T0000001'
    """
    return f"receivable:{tax}:{taxpayer_id}"


def revenue(tax: str, bucket: Bucket = "tax") -> str:
    """Name the account of the revenue of one tax, or of the interest, penalties, costs on it.

    Examples
    --------
    >>> revenue("property_tax"), revenue("property_tax", "interest")
    ('revenue:property_tax', 'revenue:property_tax:interest')
    """
    return f"revenue:{tax}" if bucket == "tax" else f"revenue:{tax}:{bucket}"


def credit(taxpayer_id: str) -> str:
    """Name the account of what one taxpayer has paid beyond every debt.

    Examples
    --------
    >>> credit("T0000001")
    'credit:T0000001'
    """
    return f"credit:{taxpayer_id}"


def write_off(tax: str) -> str:
    """Name the account of debts of one tax that are given up as not collectable.

    Examples
    --------
    >>> write_off("property_tax")
    'write_off:property_tax'
    """
    return f"write_off:{tax}"


def remission(tax: str) -> str:
    """Name the account of debts of one tax that are forgiven by law.

    Examples
    --------
    >>> remission("property_tax")
    'remission:property_tax'
    """
    return f"remission:{tax}"


def accrued(tax: str) -> str:
    """Name the account of interest on one tax that has run and is not charged yet.

    Examples
    --------
    >>> accrued("property_tax")
    'accrued:property_tax'
    """
    return f"accrued:{tax}"


def kind_of(account: str) -> AccountKind:
    """Return the kind of an account by its name.

    Examples
    --------
    >>> kind_of("receivable:property_tax:T0000001")
    'receivable'
    """
    name = account.split(":", 1)[0]
    kinds: tuple[AccountKind, ...] = get_args(AccountKind)
    for kind in kinds:
        if kind == name:
            return kind
    raise ValueError(f"{account!r} is no account: it must begin with one of {', '.join(kinds)}")
