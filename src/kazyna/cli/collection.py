"""`kazyna account`: collection — dunning, whom to see first, risk, plans, suspensions, figures."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day

if TYPE_CHECKING:
    from kazyna.services.collection import RiskScore, Worklist

app = typer.Typer()

Taxpayer = Annotated[str, typer.Argument(help="The taxpayer's number.", show_default=False)]
Tax = Annotated[str, typer.Option(help="Which tax, as the pack names it.", show_default=False)]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="Debtors to list.")]
PlanNumber = Annotated[int, typer.Argument(help="Number of the plan.", show_default=False)]


@app.command()
def dun(as_: As = "", as_json: output.Json = False) -> None:
    """Send every debtor the reminder, notice or order that is due; asked twice, it is sent once.

    Charge penalty interest first (`kazyna account accrue`): a notice says what is posted.

    Example:
    ```sh
    kazyna account dun
    ```
    """
    from kazyna.services import collection

    with acting("officer", as_) as ctx:
        output.show(collection.dun(ctx), as_json=as_json)


@app.command()
def notices(
    taxpayer_id: Annotated[str | None, typer.Option("--taxpayer", help="Only to this one.")] = None,
    as_json: output.Json = False,
) -> None:
    """List the notices to debtors, the latest first.

    Example:
    ```sh
    kazyna account notices --taxpayer T0000017
    ```
    """
    from kazyna.services import collection

    with acting("officer") as ctx:
        found = {"notices": collection.notices(ctx, taxpayer_id=taxpayer_id)}
        output.show(found, as_json=as_json)


@app.command()
def notice(
    notice_id: Annotated[int, typer.Argument(help="Number of the notice.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="PDF to write.", show_default=False)],
    language: Annotated[
        Literal["en", "ru", "ky"] | None, typer.Option(help="The taxpayer's own without it.")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Print a notice to a debtor as PDF.

    Example:
    ```sh
    kazyna account notice 7 --out notice-7.pdf
    ```
    """
    from kazyna.services import collection

    with acting("officer") as ctx:
        pdf = collection.notice_pdf(ctx, notice_id, language=language)
    out.write_bytes(pdf)
    output.show({"file": str(out), "bytes": len(pdf)}, as_json=as_json)


@app.command()
def worklist(limit: Limit = 50, as_json: output.Json = False) -> None:
    """List the debtors of whom most is likely to come in, the first to be seen first.

    Example:
    ```sh
    kazyna account worklist --limit 20
    ```
    """
    from kazyna.services import collection

    with acting("officer") as ctx:
        found = collection.worklist(ctx, limit=limit)
        output.show(found, as_json=as_json, table=_work_table)


@app.command()
def risks(limit: Limit = 50, as_json: output.Json = False) -> None:
    """List the debtors with most points of risk, each with the reasons that add up to them.

    Example:
    ```sh
    kazyna account risks --limit 20
    ```
    """
    from kazyna.services import collection

    with acting("officer") as ctx:
        found = {"risks": collection.risks(ctx, limit=limit)}
        output.show(found, as_json=as_json, table=_risk_table)


@app.command("risk-test")
def risk_test(
    *,
    on: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Points of this day.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Days that debtors had to pay.")] = 365,
    as_json: output.Json = False,
) -> None:
    """Tell how well the points of a day that is past ranked those who then did not pay.

    Example:
    ```sh
    kazyna account risk-test --on 2025-06-01 --days 180
    ```
    """
    from kazyna.services import risk_outcomes

    with acting("officer") as ctx:
        output.show(risk_outcomes.risk_test(ctx, on=on, days=days), as_json=as_json)


@app.command()
def lapsed(as_json: output.Json = False) -> None:
    """List the debts beyond the term of limitation; `request write_off` gives them up.

    Example:
    ```sh
    kazyna account lapsed
    ```
    """
    from kazyna.services import collection

    with acting("officer") as ctx:
        output.show({"debts": collection.lapsed(ctx)}, as_json=as_json)


@app.command()
def figures(
    year: Annotated[int, typer.Argument(help="Which year.", show_default=False)],
    as_json: output.Json = False,
) -> None:
    """Show how a year was collected: paid in time, arrears to collections, older than a year.

    Example:
    ```sh
    kazyna account figures 2016
    ```
    """
    from kazyna.services import collection

    with acting("officer") as ctx:
        output.show(collection.figures(ctx, year=year), as_json=as_json)


@app.command()
def plan(
    taxpayer_id: Taxpayer,
    *,
    tax: Tax,
    months: Annotated[int, typer.Option(min=1, help="How many instalments.", show_default=False)],
    first_due: Annotated[
        date,
        typer.Option(parser=day, metavar="DATE", help="Day of the first.", show_default=False),
    ],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Apply to pay what is owed for a tax by monthly instalments; the law decides where it can.

    Example:
    ```sh
    kazyna account plan T0000017 --tax property_tax --months 6 --first-due 2016-07-01
    ```
    """
    from kazyna.services import plans

    with acting("officer", as_) as ctx:
        found = plans.apply(
            ctx, taxpayer_id=taxpayer_id, tax=tax, months=months, first_due=first_due
        )
        output.show(found, as_json=as_json)


@app.command(name="plans")
def list_plans(
    taxpayer_id: Annotated[str | None, typer.Option("--taxpayer", help="Only of this one.")] = None,
    as_json: output.Json = False,
) -> None:
    """List plans of instalments, those that wait for an officer first.

    Example:
    ```sh
    kazyna account plans
    ```
    """
    from kazyna.services import plans

    with acting("officer") as ctx:
        found = {"plans": plans.plans_of(ctx, taxpayer_id=taxpayer_id)}
        output.show(found, as_json=as_json)


@app.command()
def decide_plan(
    plan_id: PlanNumber,
    note: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    refused: Annotated[bool, typer.Option("--refuse", help="Refuse it.")] = False,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Grant or refuse an application that the law leaves to an officer.

    Example:
    ```sh
    kazyna account decide-plan 3 --note "income proved" --as head
    ```
    """
    from kazyna.services import plans

    with acting("officer", as_) as ctx:
        output.show(plans.decide(ctx, plan_id, granted=not refused, note=note), as_json=as_json)


@app.command()
def withdraw_plan(
    plan_id: PlanNumber,
    note: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """End a plan before its time.

    Example:
    ```sh
    kazyna account withdraw-plan 3 --note "paid at once"
    ```
    """
    from kazyna.services import plans

    with acting("officer", as_) as ctx:
        output.show(plans.withdraw(ctx, plan_id, note=note), as_json=as_json)


@app.command()
def review_plans(as_: As = "", as_json: output.Json = False) -> None:
    """End the plans that are kept to their end, and those that are broken.

    Example:
    ```sh
    kazyna account review-plans
    ```
    """
    from kazyna.services import plans

    with acting("officer", as_) as ctx:
        output.show(plans.review(ctx), as_json=as_json)


@app.command()
def suspend(
    taxpayer_id: Taxpayer,
    *,
    tax: Tax,
    period: Annotated[int, typer.Option(help="The tax year.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Stop chasing a debt for a time, such as while it is disputed; interest by the law.

    Example:
    ```sh
    kazyna account suspend T0000017 --tax property_tax --period 2016 --reason "objection 3"
    ```
    """
    from kazyna.services import suspensions

    with acting("officer", as_) as ctx:
        found = suspensions.suspend(
            ctx, taxpayer_id=taxpayer_id, tax=tax, period=period, reason=reason
        )
        output.show(found, as_json=as_json)


@app.command()
def resume(
    suspension_id: Annotated[
        int, typer.Argument(help="Number of the suspension.", show_default=False)
    ],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Chase a debt again that was suspended.

    Example:
    ```sh
    kazyna account resume 2
    ```
    """
    from kazyna.services import suspensions

    with acting("officer", as_) as ctx:
        output.show(suspensions.resume(ctx, suspension_id), as_json=as_json)


def _work_table(found: "Worklist") -> RenderableType:
    return output.listing(
        {
            "taxpayer": item.taxpayer_id,
            "name": item.taxpayer_name,
            "overdue": item.overdue,
            "likely": item.recoverable,
            "days late": item.days_late,
            "notices": item.notices,
        }
        for item in found.items
    )


def _risk_table(found: dict[str, tuple["RiskScore", ...]]) -> RenderableType:
    return output.listing(
        {
            "taxpayer": score.taxpayer_id,
            "name": score.taxpayer_name,
            "score": score.score,
            "why": "; ".join(f"{x.label}: {x.value} (+{x.points})" for x in score.reasons),
        }
        for score in found["risks"]
    )
