"""How soon a refund is paid and what it costs to be late: `[refunds]` of a pack's accounts.toml."""

from dataclasses import dataclass

from kazyna.packs.interest import InterestLaw, read_interest
from kazyna.packs.reading import Section


@dataclass(frozen=True)
class RefundLaw:
    """The days in which a refund is paid, and the interest that the office owes after them."""

    days_to_pay: int
    """From the day on which the taxpayer has asked for it."""
    interest: InterestLaw


def read_refunds(section: Section) -> RefundLaw | None:
    """Read the term of refunds and the interest on late ones; None where it is wrong."""
    days = section.required("days_to_pay", int, 1)
    if days < 0:
        section.fault("days_to_pay", f"{days} is negative", "days from 0")
    interest = read_interest(section)
    return None if interest is None else RefundLaw(days, interest)
