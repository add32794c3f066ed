"""Tax rolls: what every taxpayer owes for a period, issued, posted and explained."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.text import Text


@dataclass(frozen=True)
class IssuedRoll:
    """What was issued; the CLI prints it, the API returns it, the page shows it."""

    roll_id: int
    tax: str
    year: int
    bills: int
    total: Decimal
    due_on: date


@dataclass(frozen=True)
class AppliedParameter:
    """A dated parameter as it was applied in a step."""

    name: str
    value: Decimal
    since: date
    law: str


@dataclass(frozen=True)
class BillStep:
    """One step of the computation, from the law to the amount."""

    rule: str
    title: Text
    value: Decimal
    unit: str
    law: str
    law_url: str | None
    inputs: tuple[tuple[str, Decimal], ...]
    parameters: tuple[AppliedParameter, ...]
    doubt: str | None


@dataclass(frozen=True)
class Bill:
    """One taxpayer's bill for one property and year, step by step."""

    roll_id: int
    bill_no: int
    tax: str
    tax_title: Text
    year: int
    property_id: str
    taxpayer_id: str
    taxpayer_name: str
    share: Decimal
    assessed_value: Decimal
    steps: tuple[BillStep, ...]
    amount: Decimal
    due_on: date
    reference: str
    """What the payer quotes, so that the payment finds its debt."""


@dataclass(frozen=True)
class TaxPreview:
    """What the law in force asks for a property, without naming an owner."""

    tax: str
    tax_title: Text
    on: date
    assessed_value: Decimal
    steps: tuple[BillStep, ...]
    amount: Decimal
