"""Fraud among marked goods: `mark simulate`, `mark detect`, `mark rules`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import acting
from kazyna.cli.marking_codes import On, PackName, business_day
from kazyna.cli.progress import ProgressBars

if TYPE_CHECKING:
    from kazyna.services.detection import Detected, LimitInForce

RuleNames = Annotated[
    list[str] | None,
    typer.Option("--rule", help="Only this rule; may be given several times.", show_default=False),
]


def simulate(
    *,
    codes: Annotated[int, typer.Option(min=1, help="How many codes; batches of a thousand.")],
    out: Annotated[Path, typer.Option(help="A folder that does not exist.", show_default=False)],
    seed: Annotated[int, typer.Option(min=0, help="The same seed tells the same story.")] = 1,
    honest: Annotated[bool, typer.Option("--honest", help="Without any fraud.")] = False,
    as_json: output.Json = False,
) -> None:
    r"""Simulate half a year of marked goods, with frauds and the truth about them.

    Factories, importers, wholesalers and shops move and sell goods; scanners spoil codes, reports
    come late, tills repeat themselves; smugglers copy codes, sell what was never introduced, what
    is another's, exported, recalled or past its date, and try out serials. Writes events.parquet,
    truth.parquet and participants.parquet; about seven events a code.

    Example:
    ```sh
    kazyna mark simulate --codes 200000 --out events --seed 7
    ```
    """
    from kazyna.services.detection import simulate_events

    with ProgressBars() as progress:
        done = simulate_events(
            codes=codes, seed=seed, out=out, frauds=not honest, progress=progress
        )
    output.show(done, as_json=as_json)


def detect(
    folder: Annotated[
        Path | None,
        typer.Argument(help="With events.parquet; without one, the log of the database."),
    ] = None,
    *,
    rule: RuleNames = None,
    pack: PackName = "kg",
    on: On = None,
    out: Annotated[
        Path | None, typer.Option(help="File .parquet for all alerts.", show_default=False)
    ] = None,
    as_json: output.Json = False,
) -> None:
    r"""Run the rules over a folder of events, or over the log of the database.

    Without a folder, what is new is raised as alerts for the office. With one, prints what each
    rule found and some alerts of it with their reasons and evidence; where truth.parquet stands
    beside the events, also precision and recall, and the share of false alerts among the events.

    Example:
    ```sh
    kazyna mark simulate --codes 200000 --out events
    kazyna mark detect events --out alerts.parquet
    kazyna mark detect
    ```
    """
    from kazyna.services.detection import detect_in_folder, detect_in_log

    if folder is None:
        with acting("officer") as ctx, ProgressBars() as progress:
            raised = detect_in_log(ctx, rules=tuple(rule or ()), progress=progress)
        output.show(raised, as_json=as_json)
        return
    with ProgressBars() as progress:
        found = detect_in_folder(
            folder,
            pack=pack,
            on=on or business_day(),
            rules=tuple(rule or ()),
            out=out,
            progress=progress,
        )
    output.show(found, as_json=as_json, table=_detected)


def balance(
    folder: Annotated[
        Path | None,
        typer.Argument(help="With events.parquet; without one, the log of the database."),
    ] = None,
    *,
    tolerance: Annotated[int, typer.Option(min=0, help="Units that may be missing.")] = 0,
    open_days: Annotated[int, typer.Option(min=0, help="So long goods may be on their way.")] = 14,
    out: Annotated[
        Path | None, typer.Option(help="File .parquet for the balances.", show_default=False)
    ] = None,
    as_json: output.Json = False,
) -> None:
    r"""Balance marked goods by participant, product, lot and month.

    Applied, introduced, received, shipped, sold, withdrawn, and the stock that follows. Where more
    was introduced than applied, or more left than came in, the excess and the documents are named;
    so are shipments that nobody has accepted or refused in time.

    Example:
    ```sh
    kazyna mark balance events --out balances.parquet
    ```
    """
    from kazyna.services.balances import balance_in_folder, balance_of_log

    if folder is None:
        with acting("officer") as ctx:
            found = balance_of_log(ctx, tolerance=tolerance, open_days=open_days, out=out)
    else:
        found = balance_in_folder(folder, tolerance=tolerance, open_days=open_days, out=out)
    output.show(found, as_json=as_json)


def rules(*, pack: PackName = "kg", on: On = None, as_json: output.Json = False) -> None:
    r"""List the rules of detection and what decides, as it holds on a day.

    Example:
    ```sh
    kazyna mark rules --pack kg
    ```
    """
    from kazyna.services.detection import limits_in_force

    day: date = on or business_day()
    limits = limits_in_force(pack=pack, on=day)
    output.show({"on": day, "limits": limits}, as_json=as_json, table=lambda _: _limits(limits))


def _detected(found: "Detected") -> RenderableType:
    rows = (
        {
            "rule": each.rule,
            "alerts": each.alerts,
            "expected": each.score and each.score.expected,
            "found": each.score and each.score.found,
            "false": each.score and each.score.false_alerts,
            "recall": each.score and each.score.recall,
        }
        for each in found.rules
    )
    first = (
        {"rule": each.rule, "subject": each.subject, "reason": each.reason,
         "events": ", ".join(map(str, each.evidence))}
        for each in found.first
    )  # fmt: skip
    facts = {"events": found.events, "alerts": found.alerts, "written": found.file}
    if found.false_alert_share is not None:
        facts["false alerts among events"] = f"{found.false_alert_share:.5%}"
    return Group(
        output.facts(facts),
        output.listing(rows),
        output.listing(first, title="Some alerts of each rule"),
    )


def _limits(limits: "tuple[LimitInForce, ...]") -> RenderableType:
    rows = (
        {
            "rule": each.rule,
            "severity": each.severity,
            "limit": each.limit,
            "value": each.value,
            "unit": each.unit,
            "set by": "the pack" if each.by_pack else "the rule",
            "meaning": each.meaning or each.title,
        }
        for each in limits
    )
    return output.listing(rows)
