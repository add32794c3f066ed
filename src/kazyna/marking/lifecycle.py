"""The lifecycle of marked goods as data: statuses, operations, and who may do what when.

An operation is what a document does to units: it takes them from some statuses to another one.
Which statuses, who may do it, for whom the units must stand and what the document must bring
depends on the goods and the day: these are the rules of the operation, data of a pack.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, TypeVar

from kazyna.core.text import Text
from kazyna.marking.keys import ANY_GOODS

Effect = Literal["move", "hold", "free", "pack", "unpack", "sell", "register", "replace", "order"]
"""What an operation does beside changing the status: nothing; holds units back or frees them;
puts them into packages or takes them out; records the first sale; takes up codes of another
state; puts new codes in the place of old ones; orders codes."""

Holder = Literal["self", "consignee", "anyone"]
"""For whom units must stand: for the document's participant, on the way to it, or not asked."""

Passing = Literal["keep", "counterparty", "self", "clear"]
"""What becomes of holder and consignee: both stay; the units are on their way to the other party;
they stand for the participant; they stay with their holder and are on their way to nobody."""

Packed = Literal["whole", "out", "stay"]
"""Units inside a package that is not named itself: refused; taken out of it; left in it."""

AUTHORITY = "authority"


@dataclass(frozen=True)
class Status:
    """One status."""

    name: str
    number: int
    """Its byte, which never changes: it is stored."""
    label: Text
    hold: bool = False
    """Whether it is laid over another status, which comes back when it is lifted."""
    final: bool = False
    """Whether nothing comes after it."""
    sellable: bool = False


@dataclass(frozen=True)
class Rule:
    """What an operation needs, for some goods from some day."""

    since: date
    until: date | None
    goods: tuple[str, ...]
    """Groups of goods; `*` is every group."""
    sources: tuple[str, ...]
    """The statuses from which it leads."""
    target: str | None
    """The status to which it leads; None where the units keep theirs."""
    by: tuple[str, ...]
    """Which kinds of participant may do it."""
    holder: Holder
    passing: Passing
    packed: Packed
    needs: tuple[str, ...]
    """Attributes that the document must have."""
    reasons: tuple[str, ...]
    """Accepted values of the attribute `reason`; empty where none is asked."""
    law: str
    doubt: str | None = None
    source: str | None = None
    """Where the law was read."""
    confidence: str | None = None

    def holds_for(self, goods: str, day: date) -> bool:
        """Tell whether the rule is in force for goods on a day."""
        named = ANY_GOODS in self.goods or goods in self.goods
        return named and self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Epcis:
    """How an event says that the operation took place."""

    event_type: str
    action: str
    biz_step: str
    disposition: str | None = None


@dataclass(frozen=True)
class Operation:
    """One operation and its rules."""

    name: str
    label: Text
    effect: Effect
    epcis: tuple[Epcis, ...]
    """The first is the form in which it is written."""
    rules: tuple[Rule, ...]
    tree: bool = True
    """Whether a package that is named stands for all that is in it."""
    undone_by: str | None = None
    """The operation that takes it back; None where nothing does."""


@dataclass(frozen=True)
class Fee:
    """What an order costs."""

    since: date
    until: date | None
    goods: tuple[str, ...]
    minor_units: int
    """For a code, in thousandths of a minor unit: a code costs less than a coin."""
    days: int
    """To pay it."""
    law: str
    doubt: str | None = None


@dataclass(frozen=True)
class Expiry:
    """How long codes that are not applied stay usable."""

    since: date
    until: date | None
    goods: tuple[str, ...]
    days: int
    law: str
    doubt: str | None = None


@dataclass(frozen=True)
class Lifecycle:
    """The lifecycle of a jurisdiction."""

    statuses: Mapping[str, Status]
    operations: Mapping[str, Operation]
    fees: tuple[Fee, ...] = ()
    expiries: tuple[Expiry, ...] = ()
    reasons: tuple[str, ...] = ()
    """Every reason of a withdrawal, in the order of the numbers under which they are stored."""

    @cached_property
    def by_number(self) -> Mapping[int, Status]:
        """The statuses by their bytes."""
        return {status.number: status for status in self.statuses.values()}

    def rule(
        self, operation: str, goods: str, day: date, kinds: Collection[str] = ()
    ) -> Rule | None:
        """Return the rule of an operation for goods on a day; None where it is not allowed.

        Parameters
        ----------
        operation
            Its name.
        goods
            The group of goods; a rule that names it comes before one for all.
        day
            On which it happens.
        kinds
            Of the participant: a rule for one of them comes before one for others.
        """
        rules = [r for r in self.operations[operation].rules if r.holds_for(goods, day)]
        rules.sort(key=lambda r: (bool(set(kinds) & set(r.by)), goods in r.goods, r.since))
        return rules[-1] if rules else None

    def fee(self, goods: str, day: date) -> Fee | None:
        """Return what codes for goods cost on a day; None where they are free."""
        return _latest(self.fees, goods, day)

    def expiry(self, goods: str, day: date) -> Expiry | None:
        """Return how long unused codes that were made on a day stay usable."""
        return _latest(self.expiries, goods, day)

    def operation_of(
        self, *, event_type: str, action: str, biz_step: str, disposition: str | None = None
    ) -> str | None:
        """Name the operation that an EPCIS event tells of; None where no operation is meant.

        Parameters
        ----------
        event_type, action
            Of the event, such as `ObjectEvent` and `OBSERVE`.
        biz_step, disposition
            Bare words of the CBV. An operation that names a disposition is meant only with it,
            and before one that names none.
        """
        found = None
        for operation in self.operations.values():
            for said in operation.epcis:
                if (said.event_type, said.action, said.biz_step) != (event_type, action, biz_step):
                    continue
                if said.disposition == disposition:
                    return operation.name
                if said.disposition is None:
                    found = found or operation.name
        return found

    def reason_number(self, reason: str) -> int:
        """Return the number under which a reason is stored, from 1."""
        return self.reasons.index(reason) + 1


T = TypeVar("T", Fee, Expiry)


def _latest(rows: tuple[T, ...], goods: str, day: date) -> T | None:
    held = [
        row
        for row in rows
        if (goods in row.goods or ANY_GOODS in row.goods)
        and row.since <= day
        and (row.until is None or day < row.until)
    ]
    held.sort(key=lambda row: (goods in row.goods, row.since))
    return held[-1] if held else None
