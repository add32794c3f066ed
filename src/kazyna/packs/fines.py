"""For what an officer may fine a taxpayer, read from `[[collection.fines]]` of accounts.toml."""

from dataclasses import dataclass
from decimal import Decimal

from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.reading import Section


@dataclass(frozen=True)
class FineLaw:
    """One offence: what it costs, and when that is due and can be objected to."""

    name: str
    label: Text
    minimum: Decimal
    maximum: Decimal
    days_to_pay: int
    objection_days: int
    grounds: Grounds


def read_fine(row: Section) -> FineLaw:
    """Read one offence."""
    law = FineLaw(
        name=row.required("name", str, ""),
        label=row.text("label"),
        minimum=row.required("minimum", Decimal, Decimal(0)),
        maximum=row.required("maximum", Decimal, Decimal(0)),
        days_to_pay=row.required("days_to_pay", int, 0),
        objection_days=row.required("objection_days", int, 0),
        grounds=read_grounds(row),
    )
    row.finish()
    if not 0 < law.minimum <= law.maximum:
        row.fault("minimum", f"{law.minimum} is not accepted", "an amount above 0, up to maximum")
    for key, days in (("days_to_pay", law.days_to_pay), ("objection_days", law.objection_days)):
        if days < 0:
            row.fault(key, f"{days} is negative", "days from 0")
    return law
