"""Jurisdiction packs: checked, decided by councils, tried on invented cadastres. No database."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.arguments import Pack, Seed

if TYPE_CHECKING:
    from kazyna.services.decisions import CheckedDecisions
    from kazyna.services.invented import InventedCadastre
    from kazyna.services.pack_checks import CheckedPack

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Jurisdiction packs: the law of a country as data and functions.",
)

PackName = Annotated[
    str, typer.Argument(metavar="PACK", help="Name of the pack.", show_default=False)
]


@app.command()
def check(
    pack: Annotated[
        str,
        typer.Argument(
            metavar="PACK", help="Name of a pack, or the folder of one.", show_default=False
        ),
    ],
    *,
    as_json: output.Json = False,
) -> None:
    """Check a pack: every file read, every rule proved, every golden case computed.

    Every mistake is named by file and key: unknown words, rules that go round in a circle,
    parameters that nothing defines, formulas that could overflow or divide without rounding.

    Example:
    ```sh
    kazyna pack check ./packs/my_city
    ```
    """
    from kazyna.services.pack_checks import check_pack

    def listed(checked: "CheckedPack") -> RenderableType:
        rows = (
            {
                "tax": each.tax,
                "rules": each.rules,
                "parameters": each.parameters,
                "values": each.values,
                "doubtful": each.doubtful,
                "unknown": each.unknown,
                "cases": each.cases,
            }
            for each in checked.taxes
        )
        told = ", ".join(f"{word} {count}" for word, count in checked.confidence.items())
        return Group(output.listing(rows), Line(f"confidence: {told}"))

    output.show(check_pack(pack), as_json=as_json, table=listed)


@app.command()
def invent(
    pack: PackName,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the files.", show_default=False)],
    objects: Annotated[int, typer.Option(min=1, help="Objects of all taxes together.")] = 2000,
    year: Annotated[int, typer.Option(help="Tax year for which months are counted.")] = 2026,
    seed: Seed = 0,
    register: Annotated[
        bool,
        typer.Option(help="Objects by kind with taxpayers and holdings, for `kazyna register`."),
    ] = False,
    as_json: output.Json = False,
) -> None:
    r"""Invent a cadastre: one Parquet file a tax, ready for `kazyna roll`, or a register.

    No object is real. The same seed gives the same objects; ten million take little memory.

    Example:
    ```sh
    kazyna pack invent kg --objects 2000 --out town
    kazyna roll town/residential_property.parquet --pack kg --tax residential_property \
      --on 2026-01-01 --out homes.parquet
    ```
    """
    from kazyna.services.invented import invent_cadastre, invent_register

    write = invent_register if register else invent_cadastre
    invented = write(pack, objects=objects, out=out, seed=seed, year=year)

    def listed(invented: "InventedCadastre") -> RenderableType:
        rows = (
            {"content": each.content, "rows": each.rows, "file": each.file}
            for each in invented.files
        )
        title = f"{invented.objects:,} invented objects, seed {invented.seed}"
        return Group(Line(title, style="bold"), output.listing(rows))

    output.show(invented, as_json=as_json, table=listed)


@app.command()
def decisions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8.", show_default=False)],
    *,
    pack: Pack,
    as_json: output.Json = False,
) -> None:
    r"""Check decisions of local councils against the limits that the law sets them.

    A row a decision, with the columns place, parameter, keys, from, to, value, document, source.
    `keys` are the other keys of the parameter's table, joined by semicolons; `to` is the last day.
    A council that the pack does not know is added by its decision.

    Example:
    ```sh
    kazyna pack decisions councils.csv --pack kg
    kazyna roll homes.parquet --pack kg --tax residential_property --on 2026-01-01 \
      --decisions councils.csv --out roll.parquet
    ```
    """
    from kazyna.services.decisions import check_decisions

    checked = check_decisions(file, pack=pack)

    def listed(checked: "CheckedDecisions") -> RenderableType:
        return output.listing(
            {
                "place": each.place,
                "parameter": each.parameter,
                "keys": ", ".join(each.keys),
                "from": each.since,
                "to": each.until or "",
                "value": each.value,
                "document": each.document,
                "doubt": each.limit_doubt or "",
            }
            for each in checked.decisions
        )

    output.show(checked, as_json=as_json, table=listed)
