"""Doubtful values of the law: shown with every preview, confirmed before anything binds.

Where sources conflict or an act was not seen, the pack says so. A roll that rests on such a value
is not issued before an officer has confirmed it by a document; the confirmation is tied to the
value's content, so that a pack that changes asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kazyna.core.errors import Conflict, NotFound
from kazyna.core.text import Text
from kazyna.services import assessment, laws
from kazyna.services.context import Context, Role
from kazyna.store import confirmations as register
from kazyna.store import register as changes
from kazyna.store.connection import Transaction
from kazyna.tax import DoubtfulValue, doubtful

READERS: tuple[Role, ...] = ("officer", "auditor")
NAMED_MAX = 12
"""Unconfirmed values that a refusal names one by one."""


@dataclass(frozen=True)
class Doubt:
    """A doubtful value of the law, and who confirmed it."""

    id: str
    """What `confirm` takes: tax, parameter, first day and keys."""
    tax: str
    parameter: str
    label: Text
    value: str
    unit: str
    since: date
    law: str
    source: str | None
    confidence: str | None
    doubt: str
    content_hash: str
    document: str | None
    """By which it was confirmed; None where it was not."""
    confirmed_by: str | None
    confirmed_on: date | None

    @property
    def confirmed(self) -> bool:
        """Whether an officer has vouched for exactly this value."""
        return self.document is not None


@dataclass(frozen=True)
class Confirmed:
    """What a confirmation did."""

    confirmed: int
    """Values that are confirmed now and were not before."""
    before: int
    """Values that had been confirmed with the same content."""


def doubts(ctx: Context, *, tax: str, year: int) -> tuple[Doubt, ...]:
    """List the doubtful values that the roll of a tax and year would rest on.

    Raises
    ------
    NotFound
        When the pack has no such tax, no values are published or nobody holds a property.
    """
    ctx.require(*READERS)
    ctx = laws.decided(ctx)
    law = assessment.charged_tax(ctx, tax)
    with ctx.transaction() as tx:
        ground = assessment.ground_of(ctx, tx, law, year=year, known=changes.latest(tx))
        held = assessment.holdings_of(ctx, tx, law, ground)
        if held.num_rows == 0:
            raise NotFound(f"Nobody holds a property on {ground.law_on}: load the holdings first.")
        found = doubtful(law.rules, assessment.cases(held), ground.law_on, id_column="case")
        return _with_confirmations(tx, tax, found)


def confirm(
    ctx: Context, ids: Sequence[str], *, tax: str, year: int, document: str, note: str = ""
) -> Confirmed:
    """Vouch for doubtful values, by the document in which they were seen.

    Raises
    ------
    NotFound
        When an identifier names no doubtful value of that roll; nothing is recorded then.
    Conflict
        When the document is not named.
    """
    ctx.require("officer")
    if not document.strip():
        raise Conflict("Name the document in which the values were seen.")
    known = {doubt.id: doubt for doubt in doubts(ctx, tax=tax, year=year)}
    unknown = [each for each in ids if each not in known]
    if unknown:
        raise NotFound(f"The roll rests on no doubtful value {unknown[0]!r}.")
    new = 0
    with ctx.transaction() as tx:
        for each in dict.fromkeys(ids):
            new += register.insert(
                tx,
                value_id=each,
                content_hash=known[each].content_hash,
                document=document.strip(),
                note=note.strip(),
                on=ctx.today,
            )
    return Confirmed(new, len(set(ids)) - new)


def unconfirmed(tx: Transaction, values: Sequence[DoubtfulValue]) -> list[DoubtfulValue]:
    """Return those of doubtful values that nobody has confirmed."""
    there = register.found(tx, [value.content_hash for value in values])
    return [value for value in values if value.content_hash not in there]


def require_confirmed(tx: Transaction, values: Sequence[DoubtfulValue]) -> None:
    """Refuse what would bind by values that nobody has confirmed.

    Raises
    ------
    Conflict
        Naming the values.
    """
    missing = unconfirmed(tx, values)
    if not missing:
        return
    named = "; ".join(f"{value.id} = {value.value} ({value.doubt})"
                      for value in missing[:NAMED_MAX])  # fmt: skip
    more = f"; and {len(missing) - NAMED_MAX} more" if len(missing) > NAMED_MAX else ""
    raise Conflict(
        f"{len(missing)} values of the law are doubtful and not confirmed: {named}{more}. "
        "An officer confirms them by the document in which they were seen: kazyna law confirm."
    )


def _with_confirmations(
    tx: Transaction, tax: str, values: Sequence[DoubtfulValue]
) -> tuple[Doubt, ...]:
    there = register.found(tx, [value.content_hash for value in values])
    found = []
    for value in values:
        row = there.get(value.content_hash)
        found.append(
            Doubt(
                id=value.id,
                tax=tax,
                parameter=value.parameter,
                label=value.label,
                value=value.value,
                unit=value.unit,
                since=value.since,
                law=value.law,
                source=value.source,
                confidence=value.confidence,
                doubt=value.doubt,
                content_hash=value.content_hash,
                document=row.document if row else None,
                confirmed_by=row.confirmed_by if row else None,
                confirmed_on=row.confirmed_on if row else None,
            )
        )
    return tuple(found)
