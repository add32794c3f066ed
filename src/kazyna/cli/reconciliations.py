"""Marked goods against declarations: `mark reconcile`, and the assessments proposed from them."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import month as a_month
from kazyna.cli.rounds import money

if TYPE_CHECKING:
    from kazyna.services.proposals import Proposal
    from kazyna.services.reconciliation import Reconciliation

Month = Annotated[
    date,
    typer.Argument(parser=a_month, metavar="MONTH", help="Such as 2026-03.", show_default=False),
]
ProposalId = Annotated[int, typer.Argument(help="Number of the proposal.", show_default=False)]


def reconcile(
    month: Month,
    *,
    propose: Annotated[
        bool, typer.Option("--propose", help="Propose an assessment for each difference.")
    ] = False,
    tolerance: Annotated[
        Decimal,
        typer.Option(parser=money, metavar="AMOUNT", help="Smaller differences are let pass."),
    ] = Decimal(0),
    by: As = "",
    as_json: output.Json = False,
) -> None:
    r"""Compare marked goods introduced and sold in a month with the excise and VAT declared of it.

    Excise is computed by the pack's own rule from what each taxpayer introduced; value added tax
    at least on the least retail price of what was sold. Every difference names its documents and
    declarations. With --propose, differences become proposed assessments, which another officer
    confirms or refuses with `kazyna mark assess`.

    Example:
    ```sh
    kazyna mark reconcile 2026-03
    kazyna mark reconcile 2026-03 --propose --tolerance 1000
    ```
    """
    from kazyna.services import proposals, reconciliation

    with acting("officer", by) as ctx:
        if propose:
            done = proposals.propose(ctx, month=month, tolerance=tolerance)
            output.show(done, as_json=as_json, table=lambda _: _proposals(done.created))
            return
        found = reconciliation.reconcile(ctx, month=month)
    output.show(found, as_json=as_json, table=_reconciled)


def proposed(
    month: Annotated[
        date | None, typer.Option(parser=a_month, metavar="MONTH", help="Only this month.")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """List proposed assessments, those that wait for a signature first.

    Example:
    ```sh
    kazyna mark proposed
    ```
    """
    from kazyna.services import proposals

    with acting("officer") as ctx:
        found = proposals.list_proposals(ctx, month=month)
    output.show({"proposals": found}, as_json=as_json, table=lambda _: _proposals(found))


def assess(
    proposal_id: ProposalId,
    *,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it; needs a note.")] = False,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    by: As = "",
    as_json: output.Json = False,
) -> None:
    """Confirm a proposed assessment as the second officer, and charge it; or refuse it.

    Example:
    ```sh
    kazyna mark assess 4 --as second.officer --note "documents compared"
    ```
    """
    from kazyna.services import proposals

    with acting("officer", by) as ctx:
        if refuse:
            decided = proposals.refuse_proposal(ctx, proposal_id, note=note)
        else:
            decided = proposals.confirm_proposal(ctx, proposal_id, note=note)
    output.show(decided, as_json=as_json, table=lambda _: _proposals((decided,)))


def _reconciled(found: "Reconciliation") -> RenderableType:
    rows = (
        {
            "taxpayer": f"{each.taxpayer_id} {each.taxpayer_name}",
            "tax": each.tax,
            "expected": f"at least {each.expected}" if each.at_least else each.expected,
            "declared": each.declared,
            "assessed": each.assessed,
            "difference": each.difference,
            "documents": sum(len(goods.documents) for goods in each.goods),
        }
        for each in found.differences
    )
    facts = {
        "month": f"{found.month:%Y-%m}",
        "owed beyond what was declared": found.difference,
        "not computed": found.not_computed,
    }
    return Group(output.facts(facts), output.listing(rows))


def _proposals(found: "tuple[Proposal, ...]") -> RenderableType:
    rows = (
        {
            "no": str(each.proposal_id),
            "taxpayer": f"{each.taxpayer_id} {each.taxpayer_name}",
            "tax": each.tax,
            "month": f"{each.month:%Y-%m}",
            "amount": each.amount,
            "status": each.status,
            "proposed by": each.proposed_by,
            "decided by": each.decided_by,
        }
        for each in found
    )
    return output.listing(rows)
