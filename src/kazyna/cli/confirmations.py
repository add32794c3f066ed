"""Doubtful values of the law and their confirmation: `law doubts`, `law confirm`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting

if TYPE_CHECKING:
    from kazyna.services.confirmations import Doubt

app = typer.Typer(
    help="Doubtful values of the law: what a roll rests on, and who has confirmed it.",
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


def _rows(found: "Iterable[Doubt]") -> Iterable[dict[str, object]]:
    for doubt in found:
        yield {
            "value": doubt.id,
            "is": f"{doubt.value} {doubt.unit}",
            "doubt": doubt.doubt,
            "confirmed": f"{doubt.confirmed_by}: {doubt.document}" if doubt.confirmed else "no",
        }
