"""The register of taxpayers, objects and holdings: `register load`, `change`, `transfer`, …."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import TABLE_HELP, day

if TYPE_CHECKING:
    from kazyna.services.objects import RegisteredObject
    from kazyna.services.taxpayers import Holder

app = typer.Typer(
    help="Who holds which object of tax, since when, and since when that is known.",
    no_args_is_help=True,
)

ObjectId = Annotated[
    str, typer.Argument(metavar="OBJECT", help="Number of the object.", show_default=False)
]
On = Annotated[
    date,
    typer.Option(
        "--on", parser=day, metavar="DATE", help="First day on which it is so.", show_default=False
    ),
]
Document = Annotated[
    str, typer.Option(help="Document by which it is recorded.", show_default=False)
]


@app.command("load")
def load(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            help=f"{TABLE_HELP} Columns object_id and the characteristics of the kind.",
            show_default=False,
        ),
    ],
    *,
    kind: Annotated[str, typer.Option(help="Kind of object of the pack.", show_default=False)],
    since: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="From when, where no valid_from says so."),
    ] = None,
    synthetic: Annotated[
        bool,
        typer.Option("--synthetic", help="They are invented, and say so on every page."),
    ] = False,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record what objects of one kind are; loading the same again changes nothing.

    Example:
    ```sh
    kazyna register load homes.csv --kind home --since 2020-01-01
    ```
    """
    from kazyna.services import objects

    with acting("officer", name) as ctx:
        loaded = objects.load_objects(
            ctx, table, kind=kind, valid_from=since, synthetic=synthetic, source=str(table)
        )
    output.show(loaded, as_json=as_json)


@app.command("holdings")
def holdings(
    owners: Annotated[
        Path,
        typer.Argument(
            metavar="TAXPAYERS",
            help="Columns taxpayer_id, name, language, synthetic.",
            show_default=False,
        ),
    ],
    table: Annotated[
        Path,
        typer.Argument(
            metavar="HOLDINGS",
            help="Columns property_id, taxpayer_id, share, held_from; also held_to, estate_of.",
            show_default=False,
        ),
    ],
    *,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record taxpayers and the shares of objects that they hold.

    Where nobody knows the holder, taxpayer_id is empty and estate_of says whose heirs hold it.

    Example:
    ```sh
    kazyna register holdings taxpayers.csv holdings.csv
    ```
    """
    from kazyna.services import taxpayers

    with acting("officer", name) as ctx:
        loaded = taxpayers.load_files(ctx, owners=owners, holdings=table)
    output.show(loaded, as_json=as_json)


@app.command("change")
def change(
    object_id: ObjectId,
    changed: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUE", help="Characteristics.", show_default=False),
    ],
    *,
    on: On,
    document: Document,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record that characteristics of an object are others from a day on.

    What was known before stays as it was known.

    Example:
    ```sh
    kazyna register change 5-01-02-0003 area_m2=64.5 --on 2025-01-01 --document "survey 7"
    ```
    """
    from kazyna.services import objects

    pairs = dict(_pair(each) for each in changed)
    with acting("officer", name) as ctx:
        found = objects.change_object(ctx, object_id, pairs, valid_from=on, document=document)
    output.show(found, as_json=as_json, table=_object)


@app.command("transfer")
def transfer(
    object_id: ObjectId,
    holders: Annotated[
        list[str],
        typer.Argument(
            metavar="TAXPAYER=SHARE",
            help="Everybody who holds from then on; estate:TAXPAYER=SHARE for unknown heirs.",
            show_default=False,
        ),
    ],
    *,
    on: On,
    document: Document,
    inherited: Annotated[bool, typer.Option(help="By inheritance, not by a deed.")] = False,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record who holds an object from a day on.

    Example:
    ```sh
    kazyna register transfer 5-01-02-0003 T1=0.5 T2=0.5 --on 2026-03-10 --document "deed 12"
    ```
    """
    from kazyna.services import taxpayers

    with acting("officer", name) as ctx:
        done = taxpayers.transfer(
            ctx, object_id, on=on, holders=[_holder(each) for each in holders], document=document,
            kind="inheritance" if inherited else "transfer",
        )  # fmt: skip
    output.show(done, as_json=as_json)


@app.command("merge")
def merge(
    twice: Annotated[str, typer.Argument(help="Number that is given up.", show_default=False)],
    into: Annotated[str, typer.Argument(help="Number that goes on.", show_default=False)],
    *,
    document: Document,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record that one person was registered twice.

    Example:
    ```sh
    kazyna register merge T0000017 T0000003 --document "passport AN1234567"
    ```
    """
    from kazyna.services import taxpayers

    with acting("officer", name) as ctx:
        merged = taxpayers.merge(ctx, twice=twice, into=into, document=document)
    output.show(merged, as_json=as_json)


@app.command("end")
def end(
    object_id: ObjectId,
    *,
    on: On,
    document: Document,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Record that an object is no more from a day on, such as after a demolition.

    Example:
    ```sh
    kazyna register end 5-01-02-0003 --on 2026-07-01 --document "act of demolition 4"
    ```
    """
    from kazyna.services import objects

    with acting("officer", name) as ctx:
        found = objects.end_object(ctx, object_id, on=on, document=document)
    output.show(found, as_json=as_json, table=_object)


@app.command("show")
def show(
    object_id: ObjectId,
    *,
    known_on: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="As it was known on this day.")
    ] = None,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Show an object, its holders and its history, as it is or was known.

    Example:
    ```sh
    kazyna register show 5-01-02-0003 --known-on 2026-08-01
    ```
    """
    from kazyna.services import objects

    with acting("officer", name) as ctx:
        found = objects.find_object(ctx, object_id, known_on=known_on)
    output.show(found, as_json=as_json, table=_object)


@app.command("coverage")
def coverage(*, name: As = "", as_json: output.Json = False) -> None:
    """Count the objects of each kind, and those of which nobody is known to be the holder.

    Example:
    ```sh
    kazyna register coverage
    ```
    """
    from kazyna.services import objects

    with acting("officer", name) as ctx:
        found = objects.coverage(ctx)
    output.show({"kinds": found}, as_json=as_json)


@app.command("find")
def find(
    text: Annotated[str, typer.Argument(help="Beginning of a number, or a part of a name.")],
    *,
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Find objects and taxpayers.

    Example:
    ```sh
    kazyna register find 1-00-00
    ```
    """
    from kazyna.services import register_search

    with acting("officer", name) as ctx:
        output.show(register_search.search_register(ctx, text), as_json=as_json)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE")
    return name, value


def _holder(text: str) -> "Holder":
    from kazyna.core.table import parse_decimal
    from kazyna.services.taxpayers import Holder

    name, share = _pair(text)
    part: Decimal = parse_decimal(share, source="command line", column=name)
    if name.startswith("estate:"):
        return Holder(None, part, estate_of=name.removeprefix("estate:"))
    return Holder(name, part)


def _object(found: "RegisteredObject") -> RenderableType:
    states = (
        {
            "kind": state.kind_label,
            "from": state.valid_from,
            "to": state.valid_to,
            "characteristics": "\n".join(f"{c.name} {c.value}" for c in state.characteristics),
        }
        for state in found.states
    )
    holders = (
        {
            "holder": held.taxpayer_id or f"heirs of {held.estate_of}",
            "name": held.taxpayer_name,
            "share": held.share.normalize(),
            "from": held.held_from,
            "to": held.held_to,
        }
        for held in found.holdings
    )
    changes = (
        {"change": str(c.change_no), "on": c.recorded_on, "what": c.kind, "document": c.document,
         "by": c.recorded_by}
        for c in found.changes
    )  # fmt: skip
    title = f"{found.object_id} as known on {found.known_on}"
    return Group(
        output.listing(states, title=title),
        output.listing(holders, title="Holders"),
        output.listing(changes, title="Changes"),
    )
