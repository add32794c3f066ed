"""What a reform would do: `simulate`. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.arguments import IdColumn, On, Pack, TableFile, Tax
from kazyna.cli.progress import ProgressBars
from kazyna.core.text import Language

if TYPE_CHECKING:
    from kazyna.services.simulations import GroupEffect, Simulated


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is not a number such as 0.0001") from None
    if not found.is_finite():
        raise typer.BadParameter(f"{text!r} is not a number such as 0.0001")
    return found


ReformFile = Annotated[
    Path, typer.Option("--reform", help="What the reform changes: TOML.", show_default=False)
]
By = Annotated[
    list[str] | None, typer.Option(help="Column whose groups are told apart. May be repeated.")
]
Neutral = Annotated[
    str | None,
    typer.Option(help="Number of the law that is searched until the reform raises the target."),
]
Quantum = Annotated[
    Decimal,
    typer.Option(parser=_number, metavar="NUMBER", help="The number is a whole multiple of it."),
]
Target = Annotated[
    Decimal | None,
    typer.Option(
        parser=_number, metavar="AMOUNT", help="What is to be raised; what the law raises if left."
    ),
]
Out = Annotated[Path | None, typer.Option(help="Also write it as a page or paper: .html or .pdf.")]
PageLanguage = Annotated[Language, typer.Option(help="Language of the page.")]


def simulate(
    table: TableFile,
    *,
    pack: Pack,
    on: On,
    reform: ReformFile,
    tax: Tax = None,
    id_column: IdColumn = "id",
    by: By = None,
    neutral: Neutral = None,
    quantum: Quantum = Decimal("0.000001"),
    target: Target = None,
    out: Out = None,
    language: PageLanguage = "en",
    as_json: output.Json = False,
) -> None:
    r"""Simulate a reform: what it raises, who pays less, who pays more.

    The reform is a small file over the pack: new values of numbers of the law, new rows of its
    tables. Both rolls are computed exactly. A revenue-neutral value of any number is found to the
    quantum: the exact roll at that value comes nearest to the target.

    Example:
    ```sh
    kazyna simulate values.parquet --pack us_wa --on 2016-01-01 --id property_id \
      --reform reform.toml --by zipcode --neutral ceiling_rate --out reform.html
    ```
    """
    from kazyna.services import simulations

    sought = simulations.NeutralAsked(neutral, quantum, target) if neutral is not None else None
    asked = simulations.Asked(on, id_column, tax, tuple(by or ()), sought)
    with ProgressBars() as progress:
        found = simulations.simulate_file(
            table, reform, pack=pack, asked=asked, out=out, language=language, progress=progress
        )
    output.show(found, as_json=as_json, table=_tables)


def _tables(found: "Simulated") -> RenderableType:
    whole, currency = found.simulation.whole, found.currency
    facts: dict[str, object] = {
        "reform": found.simulation.title,
        "objects": whole.objects,
        "by the law": f"{whole.base:,} {currency}",
        "by the reform": f"{whole.reformed:,} {currency}",
        "change": f"{whole.change:+,} {currency}",
        "pay less": whole.winners,
        "pay more": whole.losers,
        "as before": whole.unchanged,
    }
    if found.neutral is not None:
        rate = found.neutral
        facts["neutral value"] = f"{rate.parameter} = {rate.value:f}, raises {rate.total:,}"
    facts["written"] = found.files or None
    return Group(output.facts(facts), output.listing(_rows(found.simulation.groups)))


def _rows(groups: "Iterable[GroupEffect]") -> Iterable[dict[str, object]]:
    for group in groups:
        yield {
            "by": group.by,
            "group": group.group,
            "objects": group.objects,
            "law": group.base,
            "reform": group.reformed,
            "pay less": group.winners,
            "pay more": group.losers,
            "% of value": group.effective_reformed,
        }
