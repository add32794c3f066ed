"""Tax by a pack's rules over a file: the whole roll, or one row explained. No database."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.arguments import IdColumn, On, Pack, TableFile, Tax, named
from kazyna.core.text import Language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from kazyna.services.calculations import Calculation, Question
    from kazyna.services.studies import Explanation, ExplanationStep


Engine = Annotated[
    Literal["duckdb", "spark"],
    typer.Option(help="What computes: this machine, or Apache Spark (from Parquet to a folder)."),
]


Decisions = Annotated[
    Path | None,
    typer.Option(help="Decisions of local councils, CSV: see `kazyna pack decisions`."),
]


ShownLanguage = Annotated[Language, typer.Option(help="Language of the titles and citations.")]


def roll(
    table: TableFile,
    *,
    pack: Pack,
    on: On,
    out: Annotated[Path, typer.Option(help="File to write, .parquet or .csv.", show_default=False)],
    tax: Tax = None,
    id_column: IdColumn = "id",
    engine: Engine = "duckdb",
    decisions: Decisions = None,
    as_json: output.Json = False,
) -> None:
    r"""Compute a tax for every row of a table, exactly, with every step of the computation.

    The table brings the columns that the pack's rules ask for, such as the assessed value. From
    Parquet to Parquet the rows are streamed, and may be more than the memory holds.

    Example:
    ```sh
    kazyna roll values.parquet --pack us_wa --on 2016-01-01 --id property_id \
      --out roll.parquet
    ```
    """
    from kazyna.services import studies
    from kazyna.services.decisions import decided_pack

    computed = studies.compute_roll(
        table, pack=decided_pack(pack, decisions), tax=tax, on=on, out=out, id_column=id_column,
        on_spark=engine == "spark",
    )  # fmt: skip
    output.show(computed, as_json=as_json)


def explain(
    table: TableFile,
    row_id: Annotated[
        str, typer.Argument(metavar="ID", help="Which row to explain.", show_default=False)
    ],
    *,
    pack: Pack,
    on: On,
    tax: Tax = None,
    id_column: IdColumn = "id",
    language: ShownLanguage = "en",
    decisions: Decisions = None,
    as_json: output.Json = False,
) -> None:
    """Show how the tax of one row is computed, step by step, with the articles of law.

    Example:
    ```sh
    kazyna explain values.parquet 7129300520 --pack us_wa --on 2016-01-01 --id property_id
    ```
    """
    from kazyna.services import studies
    from kazyna.services.decisions import decided_pack

    explanation = studies.explain_row(
        table, row_id, pack=decided_pack(pack, decisions), tax=tax, on=on, id_column=id_column,
        language=language,
    )  # fmt: skip

    def steps(explanation: "Explanation") -> RenderableType:
        return _steps(explanation.steps, explanation.amount, explanation.unit, language)

    output.show(explanation, as_json=as_json, table=steps)


def calculate(
    tax: Annotated[str, typer.Argument(help="Which tax of the pack.", show_default=False)],
    *,
    pack: Pack,
    on: On,
    fact: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A fact that the law asks for; may be repeated."),
    ] = None,
    language: ShownLanguage = "en",
    decisions: Decisions = None,
    as_json: output.Json = False,
) -> None:
    """Compute a tax from a few facts, step by step; without facts, list what it asks for.

    Example:
    ```sh
    kazyna calculate vat --pack kg --on 2026-01-01 --fact supply=1000 --fact input_vat=40
    ```
    """
    from kazyna.services import calculations
    from kazyna.services.decisions import decided_pack

    law = decided_pack(pack, decisions)
    if not fact:
        asked = calculations.questions(law, tax, on=on)
        output.show(
            {"questions": asked}, as_json=as_json, table=lambda _: _questions(asked, language)
        )
        return
    found = calculations.calculate(law, tax, on=on, facts=named(fact, "--fact"), language=language)

    def steps(found: "Calculation") -> RenderableType:
        return _steps(found.steps, found.amount, found.currency, language)

    output.show(found, as_json=as_json, table=steps)


def _questions(asked: "tuple[Question, ...]", language: Language) -> RenderableType:
    return output.listing(
        {
            "name": each.name,
            "fact": each.label.in_(language),
            "expected": ", ".join(each.allowed) or each.expected,
            "if not said": each.usual or "–",
        }
        for each in asked
    )


def _steps(
    steps: "Sequence[ExplanationStep]", amount: "Decimal", unit: str, language: Language
) -> RenderableType:
    return Group(
        *(_step(number, step, language) for number, step in enumerate(steps, 1)),
        Line(f"Tax: {amount:,} {unit}", style="bold"),
    )


def _step(number: int, step: "ExplanationStep", language: Language) -> Panel:
    rows: dict[str, object] = dict(step.inputs)
    for parameter in step.parameters:
        since = f"since {parameter.since}, {parameter.law}"
        keys = f" [{', '.join(parameter.keys)}]" if parameter.keys else ""
        rows[parameter.label.in_(language) + keys] = f"{parameter.value} {parameter.unit} ({since})"
    rows["="] = f"{step.value:,} {step.unit}"
    rows["law"] = step.law
    if step.doubt:
        rows["doubt"] = step.doubt
    title = Line(f"{number}. {step.title.in_(language)}")
    return Panel(output.facts(rows), title=title, title_align="left")
