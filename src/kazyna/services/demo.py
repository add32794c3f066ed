"""The demonstration: a real county from sales to paid bills, told with the other services."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class DemoStep:
    """One step and how long it took; a step that had been done before says so."""

    name: str
    seconds: float
    done_before: bool


@dataclass(frozen=True)
class DemoUser:
    """A local account of the demonstration."""

    name: str
    password: str
    role: str


@dataclass(frozen=True)
class DemoSummary:
    """The state in which the demonstration ends, whether run once, twice or after a crash."""

    properties: int
    sales: int
    median_ratio: float
    cod: float
    prd: float
    prb: float
    coverage_90: float
    values_total: Decimal
    tax_total: Decimal
    bills: int
    paid: Decimal
    payments: int
    currency: str
    steps: tuple[DemoStep, ...]
    users: tuple[DemoUser, ...]
