"""`kazyna round screening`, `kazyna round decide-sale`: which sales count as evidence."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day

if TYPE_CHECKING:
    from kazyna.services.round_screening import RoundScreening

KEEP: dict[str, bool | None] = {"keep": True, "leave-out": False, "as-screened": None}


def screening(
    round_id: Annotated[int, typer.Argument(help="Number of the round.", show_default=False)],
    as_json: output.Json = False,
) -> None:
    """List the sales that the screening of a round doubted, each with its reasons.

    Example:
    ```sh
    kazyna round screening 2
    ```
    """
    from kazyna.services import round_screening

    with acting("valuer") as ctx:
        found = round_screening.screening_of_round(ctx, round_id)
    output.show(found, as_json=as_json, table=_tables)


def decide_sale(
    property_id: Annotated[str, typer.Argument(help="The property sold.", show_default=False)],
    sold_on: Annotated[
        date,
        typer.Argument(parser=day, metavar="DATE", help="Day of the sale.", show_default=False),
    ],
    decision: Annotated[
        Literal["keep", "leave-out", "as-screened"],
        typer.Argument(help="What the next draft does with it.", show_default=False),
    ],
    *,
    note: Annotated[str, typer.Option(help="Why.", show_default=False)],
    by: As = "",
    as_json: output.Json = False,
) -> None:
    """Decide whether a sale is evidence, whatever screening says; it counts from the next draft.

    Example:
    ```sh
    kazyna round decide-sale 7129300520 2014-10-13 keep --note "deed seen: a sale at arm's length"
    ```
    """
    from kazyna.services import round_screening

    with acting("valuer", by) as ctx:
        decided = round_screening.decide_sale(
            ctx, property_id, sold_on, keep=KEEP[decision], note=note
        )
    output.show(decided, as_json=as_json)


def _tables(found: "RoundScreening") -> RenderableType:
    """Lay out the counts by reason and the sales."""
    counts = (
        {"reason": each.reason, "meaning": each.meaning.en, "sales": each.sales}
        for each in found.counts
    )
    sales = (
        {
            "property": sale.property_id,
            "sold on": str(sale.sold_on),
            "price": sale.price,
            "kept": sale.kept,
            "why": "; ".join(words.en for words in sale.words),
            "decided": sale.decision.note if sale.decision else None,
        }
        for sale in found.sales
    )
    facts = output.facts({"sales left out": found.left_out, "doubted and kept": found.kept})
    return Group(facts, output.listing(counts), output.listing(sales))
