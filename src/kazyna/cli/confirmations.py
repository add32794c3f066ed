"""The law as the office has it: doubtful values, decisions of councils."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting

if TYPE_CHECKING:
    from kazyna.services.confirmations import Doubt
    from kazyna.services.councils import DecisionRow

app = typer.Typer(
    help="Doubtful values of the law and who has confirmed them; decisions of local councils.",
    no_args_is_help=True,
)

TaxName = Annotated[str, typer.Option(help="Tax of the pack.", show_default=False)]
Year = Annotated[int, typer.Option(min=1900, max=2200, help="Tax year.", show_default=False)]


@app.command("doubts")
def doubts(*, tax: TaxName, year: Year, name: As = "", as_json: output.Json = False) -> None:
    """List the doubtful values that the roll of a tax and year would rest on.

    Where sources conflict, or an act was not seen, the pack says so. Such a value may be used for a
    preview, but no roll is issued before an officer has confirmed it.

    Example:
    ```sh
    kazyna law doubts --tax property_tax --year 2017
    ```
    """
    from kazyna.services import confirmations

    with acting("officer", name) as ctx:
        found = confirmations.doubts(ctx, tax=tax, year=year)

    def table(found: "tuple[Doubt, ...]") -> RenderableType:
        return output.listing(_rows(found), title="Doubtful values of the law")

    output.show(found, as_json=as_json, table=table)


@app.command("confirm")
def confirm(
    ids: Annotated[
        list[str] | None,
        typer.Argument(help="Values, as `kazyna law doubts` names them.", show_default=False),
    ] = None,
    *,
    tax: TaxName,
    year: Year,
    document: Annotated[
        str, typer.Option(help="Document in which the values were seen.", show_default=False)
    ],
    note: Annotated[str, typer.Option(help="What else is to be known.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Confirm every doubtful value of the roll.")
    ] = False,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Vouch for doubtful values of the law, by the document in which they were seen.

    The confirmation holds for exactly that value: when the pack changes it, it is asked for again.

    Example:
    ```sh
    kazyna law confirm --all --tax property_tax --year 2017 --document "RCW, official edition"
    ```
    """
    from kazyna.services import confirmations

    if bool(ids) == everything:
        raise typer.BadParameter("name the values, or say --all")
    with acting("officer", name) as ctx:
        wanted = ids or [doubt.id for doubt in confirmations.doubts(ctx, tax=tax, year=year)]
        done = confirmations.confirm(ctx, wanted, tax=tax, year=year, document=document, note=note)
    output.show(done, as_json=as_json)


@app.command("decide")
def decide(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8.", show_default=False)],
    *,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record decisions of local councils: rolls are drafted and corrected by them from now on.

    The file is that of `kazyna pack decisions`, which checks it without recording anything. A
    decision without an end gives way to a later one for the same key.

    Example:
    ```sh
    kazyna law decide councils.csv
    ```
    """
    from kazyna.services import councils

    with acting("officer", name) as ctx:
        done = councils.record_decisions(ctx, file.read_bytes(), file=str(file))
    output.show(done, as_json=as_json)


@app.command("decisions")
def decisions(*, name: As = "", as_json: output.Json = False) -> None:
    """List the decisions of local councils that are recorded.

    Example:
    ```sh
    kazyna law decisions
    ```
    """
    from kazyna.services import councils

    with acting("officer", name) as ctx:
        found = councils.decisions(ctx)
    output.show({"decisions": found}, as_json=as_json, table=_decisions)


@app.command("annul")
def annul(
    decision: Annotated[int, typer.Argument(help="Number of the decision.", show_default=False)],
    *,
    document: Annotated[
        str, typer.Option(help="Document by which it is annulled.", show_default=False)
    ],
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Let a decision of a council count no more; issued rolls stay until they are corrected.

    Example:
    ```sh
    kazyna law annul 3 --document "decision of the court of 2026-03-02"
    ```
    """
    from kazyna.services import councils

    with acting("officer", name) as ctx:
        done = councils.annul_decision(ctx, decision, document=document)
    output.show(done, as_json=as_json)


def _decisions(found: "dict[str, tuple[DecisionRow, ...]]") -> RenderableType:
    return output.listing(
        {
            "no": each.decision_no,
            "council": each.place,
            "parameter": each.parameter,
            "keys": each.keys,
            "from": each.since,
            "to": each.until or "",
            "value": each.value.normalize(),
            "document": each.document,
            "annulled by": each.annulled_by or "",
        }
        for each in found["decisions"]
    )


def _rows(found: "Iterable[Doubt]") -> Iterable[dict[str, object]]:
    for doubt in found:
        yield {
            "value": doubt.id,
            "is": f"{doubt.value} {doubt.unit}",
            "doubt": doubt.doubt,
            "confirmed": f"{doubt.confirmed_by}: {doubt.document}" if doubt.confirmed else "no",
        }
