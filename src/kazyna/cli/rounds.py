"""`kazyna round`: valuation rounds from draft to force, their folders, and values set by hand.

They act as a valuer under the name of the system's account, or as a local account (`--as`); the
events keep that name. A second signature needs a second name.
"""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import Seed, day
from kazyna.cli.progress import ProgressBars
from kazyna.cli.round_market import market
from kazyna.cli.round_screening import decide_sale, screening
from kazyna.cli.worklists import worklist

if TYPE_CHECKING:
    from kazyna.services.round_comparison import ComparedRounds, RoundComparison
    from kazyna.services.rounds import PublishedRound, RoundState

RoundId = Annotated[int, typer.Argument(help="Number of the round.", show_default=False)]
Folder = Annotated[Path, typer.Argument(help="Folder of a frozen round.", show_default=False)]
Note = Annotated[str, typer.Option(help="Said for the record.")]
Day = Annotated[date | None, typer.Option(parser=day, metavar="DATE")]
SHOWN = 12

app = typer.Typer(
    help="Draft, freeze, publish, approve and compare valuation rounds.", no_args_is_help=True
)
by_hand = typer.Typer(help="Values set by hand, each with two signatures.", no_args_is_help=True)
app.add_typer(by_hand, name="override")
app.command()(worklist)
app.command()(market)
app.command()(screening)
app.command()(decide_sale)


def money(text: str) -> Decimal:
    """Read an exact amount of money."""
    from kazyna.core.table import parse_decimal

    return parse_decimal(text, source="command line", column="value")


@app.command("list")
def list_(as_json: output.Json = False) -> None:
    """List the valuation rounds with their states, the latest valuation date first.

    Example:
    ```sh
    kazyna round list
    ```
    """
    from kazyna.services import rounds

    with acting("valuer") as ctx:
        found = {"rounds": rounds.all_rounds(ctx)}
    output.show(found, as_json=as_json)


@app.command()
def show(round_id: RoundId, as_json: output.Json = False) -> None:
    """Show one round: its state and events, its totals, its ratio study, and what comes next.

    Example:
    ```sh
    kazyna round show 1 --json
    ```
    """
    from kazyna.services import rounds

    with acting("valuer") as ctx:
        round_, state = rounds.find_round(ctx, round_id), rounds.state(ctx, round_id)
    output.show(
        {"round": round_, "state": state},
        as_json=as_json,
        table=lambda _: Group(round_facts(round_), state_table(state)),
    )


@app.command()
def create(
    on: Annotated[
        date,
        typer.Option("--on", parser=day, metavar="DATE", help="Day of value.", show_default=False),
    ],
    seed: Seed = 0,
    costs: Annotated[
        Path | None,
        typer.Option(
            help="Tables of a country's costs, TOML: by them values are split into land and"
            " building.",
            show_default=False,
        ),
    ] = None,
    by: As = "",
    as_json: output.Json = False,
) -> None:
    """Value every property as of a day from the recorded sales, as a draft for valuers' eyes.

    One draft is made at a time; the portal shows how far it is.

    Example:
    ```sh
    kazyna round create --on 2016-01-01
    kazyna round create --on 2016-01-01 --costs costs.toml
    ```
    """
    from kazyna.services import draft_jobs
    from kazyna.services.costs import read_cost_text

    text = None if costs is None else read_cost_text(costs)
    with acting("valuer", by) as ctx, ProgressBars() as progress:
        made = draft_jobs.make_draft(
            ctx, valuation_date=on, seed=seed, costs=text, progress=progress
        )
    output.show(made, as_json=as_json)


@app.command()
def freeze(round_id: RoundId, note: Note = "", by: As = "", as_json: output.Json = False) -> None:
    """Freeze a draft: write a folder of Parquet with a manifest, and change it no more.

    The folder has the sales and properties that were used, the values with their reasons and
    comparables, the ratio study, the index and the parameters; the manifest has the fingerprint
    (SHA-256) of each file. Frozen again, the same folder is found.

    Example:
    ```sh
    kazyna round freeze 2
    ```
    """
    from kazyna.services import round_files

    with acting("valuer", by) as ctx, ProgressBars() as progress:
        frozen = round_files.freeze_round(ctx, round_id, note=note, progress=progress)
    facts = {"folder": frozen.folder, "manifest": frozen.manifest_hash, "files": len(frozen.files)}
    output.show(
        frozen,
        as_json=as_json,
        table=lambda _: Group(output.facts(facts), state_table(frozen.state)),
    )


@app.command()
def publish(round_id: RoundId, note: Note = "", by: As = "", as_json: output.Json = False) -> None:
    """Show the values of a frozen round to everyone.

    Example:
    ```sh
    kazyna round publish 2 --note "notices sent"
    ```
    """
    from kazyna.services import rounds

    with acting("valuer", by) as ctx:
        moved = rounds.publish_round(ctx, round_id, note=note)
    output.show(moved, as_json=as_json, table=state_table)


@app.command()
def open_objections(
    round_id: RoundId,
    *,
    opens_on: Day = None,
    closes_on: Day = None,
    note: Note = "",
    by: As = "",
    as_json: output.Json = False,
) -> None:
    """Open the window in which owners object; without days it is as long as the pack's law says.

    Example:
    ```sh
    kazyna round open-objections 2 --closes-on 2016-07-01
    ```
    """
    from kazyna.services import rounds

    with acting("valuer", by) as ctx:
        moved = rounds.open_objections(
            ctx, round_id, opens_on=opens_on, closes_on=closes_on, note=note
        )
    output.show(moved, as_json=as_json, table=state_table)


@app.command()
def approve(round_id: RoundId, note: Note = "", by: As = "", as_json: output.Json = False) -> None:
    """Approve a round, as another person than the one who froze or published it.

    Refused while the window for objections is open, an objection is undecided, or a value set by
    hand waits for its second signature.

    Example:
    ```sh
    kazyna round approve 2 --as head
    ```
    """
    from kazyna.services import rounds

    with acting("valuer", by) as ctx:
        moved = rounds.approve_round(ctx, round_id, note=note)
    output.show(moved, as_json=as_json, table=state_table)


@app.command()
def enforce(round_id: RoundId, note: Note = "", by: As = "", as_json: output.Json = False) -> None:
    """Put an approved round in force; rolls take their values from it from now on.

    Example:
    ```sh
    kazyna round enforce 2
    ```
    """
    from kazyna.services import rounds

    with acting("valuer", by) as ctx:
        moved = rounds.enforce_round(ctx, round_id, note=note)
    output.show(moved, as_json=as_json, table=state_table)


@app.command()
def withdraw(
    round_id: RoundId,
    note: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    by: As = "",
    as_json: output.Json = False,
) -> None:
    """Give up a round that is not approved yet; its values are shown no more.

    Example:
    ```sh
    kazyna round withdraw 2 --note "sales of March were missing"
    ```
    """
    from kazyna.services import rounds

    with acting("valuer", by) as ctx:
        moved = rounds.withdraw_round(ctx, round_id, note=note)
    output.show(moved, as_json=as_json, table=state_table)


@app.command()
def verify(folder: Folder, as_json: output.Json = False) -> None:
    """Check every file of a frozen round against its manifest. No database is needed.

    Ends with exit code 1 when a file is missing, changed or foreign.

    Example:
    ```sh
    kazyna round verify .kazyna/rounds/2016-01-01-3f9a4c0b21de
    ```
    """
    from kazyna.services import round_files

    checked = round_files.verify_folder(folder)
    output.show(checked, as_json=as_json)
    if not checked.whole:
        raise typer.Exit(output.FAILED)


@app.command()
def reproduce(folder: Folder, as_json: output.Json = False) -> None:
    """Compute the values of a frozen round again and compare to the last digit. No database.

    Ends with exit code 1 when a figure differs; other versions of libraries and another machine
    are named, for they are what moves a last digit.

    Example:
    ```sh
    kazyna round reproduce .kazyna/rounds/2016-01-01-3f9a4c0b21de --json
    ```
    """
    from kazyna.services import round_files

    with ProgressBars() as progress:
        found = round_files.reproduce_folder(folder, progress=progress)
    output.show(found, as_json=as_json)
    if not found.identical:
        raise typer.Exit(output.FAILED)


@app.command()
def export(
    round_id: RoundId,
    out: Annotated[Path, typer.Option(help="File to write, .parquet or .csv.", show_default=False)],
    as_json: output.Json = False,
) -> None:
    """Write the values of a round as they count, with those set by hand, to a file.

    Example:
    ```sh
    kazyna round export 1 --out values.parquet
    ```
    """
    from kazyna.services import round_files

    with acting("valuer") as ctx:
        output.show(round_files.export_round(ctx, round_id, out), as_json=as_json)


@app.command()
def compare(
    before: Annotated[int, typer.Argument(help="The earlier round.", show_default=False)],
    after: Annotated[int, typer.Argument(help="The later round.", show_default=False)],
    as_json: output.Json = False,
) -> None:
    """Compare two rounds: who rises, who falls and why, by tenth of value, place and reason.

    Example:
    ```sh
    kazyna round compare 1 2
    ```
    """
    from kazyna.services import round_comparison

    with acting("valuer") as ctx:
        found = round_comparison.compare(ctx, before, after)
    output.show(found, as_json=as_json, table=comparison_tables)


@by_hand.command("list")
def list_overrides(round_id: RoundId, as_json: output.Json = False) -> None:
    """List the values set by hand in a round: first those that wait for a signature.

    Example:
    ```sh
    kazyna round override list 1
    ```
    """
    from kazyna.services import overrides

    with acting("valuer") as ctx:
        found = overrides.overrides_of_round(ctx, round_id)
    rows = (
        {
            "no": str(each.override_id),
            "property": each.property_id,
            "model": each.model_value,
            "by hand": each.value,
            "reason": each.reason,
            "by": each.proposed_by,
            "signed": f"{each.decision} by {each.decided_by}" if each.decision else "waits",
        }
        for each in found
    )
    output.show({"overrides": found}, as_json=as_json, table=lambda _: output.listing(rows))


@by_hand.command()
def propose(
    round_id: RoundId,
    property_id: Annotated[str, typer.Argument(help="Number of the property.", show_default=False)],
    *,
    value: Annotated[
        Decimal,
        typer.Option(parser=money, metavar="AMOUNT", help="The value.", show_default=False),
    ],
    reason: Annotated[str, typer.Option(help="Why; the public reads it.", show_default=False)],
    evidence: Annotated[
        str, typer.Option(help="What shows it; it stays in the office.", show_default=False)
    ],
    by: As = "",
    as_json: output.Json = False,
) -> None:
    r"""Propose a value by hand; it counts when a second valuer has signed it.

    Example:
    ```sh
    kazyna round override propose 1 7129300520 --value 210000 \
      --reason "fire damage" --evidence "inspection of 2016-05-12"
    ```
    """
    from kazyna.services import overrides

    with acting("valuer", by) as ctx:
        proposed = overrides.propose_override(
            ctx, round_id, property_id, value=value, reason=reason, evidence=evidence
        )
    output.show(proposed, as_json=as_json)


OverrideId = Annotated[
    int, typer.Argument(help="Number of the value set by hand.", show_default=False)
]


@by_hand.command()
def confirm(
    override_id: OverrideId, note: Note = "", by: As = "", as_json: output.Json = False
) -> None:
    """Sign a value set by hand, as another person than the one who proposed it.

    Example:
    ```sh
    kazyna round override confirm 3 --as head
    ```
    """
    from kazyna.services import overrides

    with acting("valuer", by) as ctx:
        output.show(overrides.confirm_override(ctx, override_id, note=note), as_json=as_json)


@by_hand.command()
def refuse(
    override_id: OverrideId,
    note: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    by: As = "",
    as_json: output.Json = False,
) -> None:
    """Refuse to sign a value set by hand; the objection behind it is open again.

    Example:
    ```sh
    kazyna round override refuse 3 --note "the inspection is of another house" --as head
    ```
    """
    from kazyna.services import overrides

    with acting("valuer", by) as ctx:
        output.show(overrides.refuse_override(ctx, override_id, note=note), as_json=as_json)


def round_facts(round_: "PublishedRound") -> RenderableType:
    """Lay out the totals of a round and the headline of its ratio study."""
    return output.facts(
        {
            "valuation date": round_.valuation_date,
            "status": round_.status,
            "properties": round_.properties,
            "total value": round_.total_value,
            "set by hand": round_.set_by_hand,
            "sales used": round_.sales_used,
            "median ratio": round_.study.median_ratio.value,
            "COD": round_.study.cod.value,
            "PRD": round_.study.prd.value,
            "PRB": round_.study.prb.value,
        }
    )


def state_table(state: "RoundState") -> RenderableType:
    """Lay out the events of a round and what comes next."""
    events = (
        {"status": event.status, "on": event.on, "by": event.actor, "note": event.note}
        for event in state.events
    )
    ahead = {"next": ", ".join(state.next_steps).replace("_", "-") or "nothing"}
    if state.waiting_for:
        ahead["before approval"] = "; ".join(map(str, state.waiting_for))
    return Group(output.listing(events), output.facts(ahead))


def comparison_tables(found: "ComparedRounds") -> RenderableType:
    """Lay out what changes from one round to another."""
    c = found.comparison
    low, high = c.middle_half
    facts = {
        "from": f"{found.before_date}, {c.before:,}",
        "to": f"{found.after_date}, {c.after:,}",
        "properties in both": c.properties,
        "appeared, disappeared": f"{c.appeared:,}, {c.disappeared:,}",
        "rising, falling, unchanged": f"{c.rising:,}, {c.falling:,}, {c.unchanged:,}",
        "median change": f"{c.median_change:+.1%}",
        "half of the changes": f"{low:+.1%} to {high:+.1%}",
    }
    return Group(output.facts(facts), *_change_tables(c))


def _change_tables(c: "RoundComparison") -> Iterator[RenderableType]:
    yield output.listing(
        ({"part of the value": name, "adds": amount} for name, amount in c.by_group),
        title="why, in sum",
    )
    for title, groups in (("by tenth of value", c.by_decile), ("by place", c.by_place)):
        yield output.listing(
            (
                {
                    "": group.name,
                    "properties": group.properties,
                    "median": f"{group.median_change:+.1%}",
                    "rising": f"{group.rising:.0%}",
                    "change": group.amount,
                }
                for group in groups[: 2 * SHOWN]
            ),
            title=title,
        )
    yield output.listing(
        (
            {
                "property": each.property_id,
                "before": each.before,
                "after": each.after,
                "change": f"{each.change:+.1%}",
                "mostly": each.reason,
                "adds": each.reason_amount,
            }
            for each in c.largest[:SHOWN]
        ),
        title="largest changes",
    )
    yield Line("All of it: --json")
