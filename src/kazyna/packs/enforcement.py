"""What follows the last demand to pay, read from `[[collection.enforcement]]` of accounts.toml."""

from dataclasses import dataclass
from decimal import Decimal

from kazyna.accounts import DunningStep
from kazyna.core.money import Currency, to_minor
from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.reading import Section


@dataclass(frozen=True)
class MeasureLaw:
    """One measure of enforcement; it follows the one before it, the first the last demand."""

    name: str
    label: Text
    carried_out_by: Text
    after_days: int
    """Days since the last day to pay of the last demand, at least."""
    wait_days: int
    """Days since the measure before, at least."""
    minimum: Decimal
    two_persons: bool
    """Whether a second officer must sign it."""
    needs_document: bool
    """Whether it rests on the act of another body, such as a court, which is then named."""
    grounds: Grounds

    def step(self, currency: Currency) -> DunningStep:
        """Return what the engine of dunning computes with."""
        minimum = to_minor(self.minimum, currency)
        return DunningStep(self.name, self.after_days, self.wait_days, minimum)


def read_measure(row: Section) -> MeasureLaw:
    """Read one measure."""
    law = MeasureLaw(
        name=row.required("name", str, ""),
        label=row.text("label"),
        carried_out_by=row.text("carried_out_by"),
        after_days=row.required("after_days", int, 1),
        wait_days=row.required("wait_days", int, 0),
        minimum=row.required("minimum", Decimal, Decimal(0)),
        two_persons=row.flag("two_persons"),
        needs_document=row.flag("needs_document"),
        grounds=read_grounds(row),
    )
    row.finish()
    if law.after_days < 1 or law.wait_days < 0:
        row.fault("after_days", "the days are not accepted", "after_days from 1, wait_days from 0")
    return law
