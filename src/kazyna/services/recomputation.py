"""A bill computed again by the law that it was issued by: the proof that nothing has shifted."""

from dataclasses import dataclass
from decimal import Decimal

from kazyna.core.errors import NotFound, PackError, Refused
from kazyna.services import laws
from kazyna.services.context import Context
from kazyna.store import rolls
from kazyna.tax import compute


@dataclass(frozen=True)
class RecomputedStep:
    """One step as it was issued, and as it is computed now."""

    rule: str
    issued: Decimal
    now: Decimal | None
    """None where the law's files know no such step."""

    @property
    def same(self) -> bool:
        """Whether nothing has shifted."""
        return self.issued == self.now


@dataclass(frozen=True)
class RecomputedBill:
    """A bill and what it is computed to now."""

    reference: str
    version: int
    tax: str
    year: int
    files_hash: str
    """Of the files of the law that it was computed from, then and now."""
    issued_with: str | None
    """The version of the program that computed it first; None of a bill from before it was kept."""
    same: bool
    steps: tuple[RecomputedStep, ...]


def recompute_bill(ctx: Context, *, reference: str) -> RecomputedBill:
    """Compute a bill again from its inputs and the files of its law.

    Parameters
    ----------
    ctx
        Staff, or the taxpayer whose bill it is.
    reference
        Of the payment.

    Returns
    -------
    RecomputedBill
        Every step, as issued and as computed now.

    Raises
    ------
    NotFound
        When no bill that the actor may see has the reference.
    Refused
        When this version of the program does not read the files of that law any more. The bill
        itself is shown and printed all the same.
    """
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        row = rolls.bill_by_reference(tx, reference)
        if row is None:
            raise NotFound(f"No bill has the reference {reference!r}.")
        kept = None if row.law_id is None else laws.kept(tx, row.law_id)
        files_hash = kept.files_hash if kept else row.pack_hash
        try:
            pack = laws.pack_of_kept(tx, ctx, kept) if kept else laws.pack_of(tx, ctx, files_hash)
        except PackError as error:
            raise Refused(_unreadable(reference, kept, error)) from error
    on = kept.law.on if kept else row.law_on
    facts = laws.facts_of(kept or laws.kept_law(pack, row.tax, on), row.inputs)
    now = compute(pack.taxes[row.tax].rules, facts, on).steps if row.steps else {}
    steps = tuple(
        RecomputedStep(rule, Decimal(str(issued)), now.get(rule))
        for rule, issued in row.steps.items()
    )
    return RecomputedBill(
        reference=reference,
        version=row.version,
        tax=row.tax,
        year=row.year,
        files_hash=files_hash,
        issued_with=kept.program if kept else None,
        same=all(step.same for step in steps),
        steps=steps,
    )


def _unreadable(reference: str, kept: laws.KeptLaw | None, error: PackError) -> str:
    computed = f"version {kept.program}" if kept else "an earlier version"
    return (
        f"The bill {reference} stands as it was issued, but this version of Kazyna does not read"
        f" the files of its law; {computed} computed it. {error}"
    )
