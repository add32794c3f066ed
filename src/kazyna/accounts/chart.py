"""The chart of accounts: an account is named by its kind and by what it is kept for."""

from typing import Literal, get_args

AccountKind = Literal["receivable", "revenue", "treasury"]
"""`receivable`: what a taxpayer owes for a tax (asset). `revenue`: what a tax has brought in
(income). `treasury`: money received (asset)."""

TREASURY = "treasury"
"""The account of money received."""


def receivable(tax: str, taxpayer_id: str) -> str:
    """Name the account of what one taxpayer owes for one tax.

    Examples
    --------
    >>> receivable("property_tax", "T0000001")
    'receivable:property_tax:T0000001'
    """
    return f"receivable:{tax}:{taxpayer_id}"


def revenue(tax: str) -> str:
    """Name the account of the revenue of one tax.

    Examples
    --------
    >>> revenue("property_tax")
    'revenue:property_tax'
    """
    return f"revenue:{tax}"


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
