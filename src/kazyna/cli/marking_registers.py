"""Registers of goods marking: `mark participant(s)`, `facility`/`facilities`, `product(s)`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day, named

if TYPE_CHECKING:
    from kazyna.services.participants import Version

FacilityKind = Literal["factory", "warehouse", "customs_warehouse", "shop", "office"]
ValidFrom = Annotated[
    date | None,
    typer.Option("--from", parser=day, metavar="DATE", help="First day on which it holds so."),
]
On = Annotated[
    date | None,
    typer.Option("--on", parser=day, metavar="DATE", help="As it is on a day; today if not said."),
]
Ended = Annotated[bool, typer.Option("--ended", help="It takes part no more from that day.")]
Owner = Annotated[
    str | None, typer.Option("--of", metavar="PARTICIPANT", help="The participant whose it is.")
]


def participant(
    participant_id: Annotated[str, typer.Argument(help="Number of the participant.")],
    *,
    name: Annotated[str, typer.Option(help="Its name.")],
    kind: Annotated[
        list[str],
        typer.Option(
            help="manufacturer, importer, wholesaler, retailer, export_operator or authority;"
            " may be given again."
        ),
    ],
    taxpayer: Annotated[
        str | None, typer.Option(help="The taxpayer who is charged; entered where not known.")
    ] = None,
    country: Annotated[str, typer.Option(help="Country, ISO 3166-1.")] = "KG",
    gln: Annotated[str | None, typer.Option(help="Its GLN, 13 digits.")] = None,
    valid_from: ValidFrom = None,
    ended: Ended = False,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    r"""Enter a participant of goods marking, or record what holds of it from a day.

    What held before stays on record. A participant is linked to a taxpayer, to whose account the
    fees for codes are charged.

    Example:
    ```sh
    kazyna mark participant 01234567890123 --name 'Ala-Too Shoes' --kind manufacturer \
      --taxpayer 01234567890123
    ```
    """
    from kazyna.services import participants

    new = participants.NewParticipant(
        participant_id, name, tuple(kind), country, gln, taxpayer, valid_from=valid_from,
        ended=ended,
    )  # fmt: skip
    with acting("officer", as_) as ctx:
        output.show(participants.register_participant(ctx, new), as_json=as_json)


def participants_of(on: On = None, as_json: output.Json = False) -> None:
    """List the participants as they are on a day.

    Example:
    ```sh
    kazyna mark participants --on 2026-01-31
    ```
    """
    from kazyna.services import participants

    with acting("officer") as ctx:
        found = participants.all_participants(ctx, on=on)
    rows = (
        {"no": str(p.participant_no), "id": p.participant_id, "name": p.name, "kinds": p.kinds,
         "country": p.country, "from": p.valid_from, "ended": p.ended}
        for p in found
    )  # fmt: skip
    output.show({"participants": found}, as_json=as_json, table=lambda _: output.listing(rows))


def participant_history(
    participant_id: Annotated[str, typer.Argument(help="Number of the participant.")],
    as_json: output.Json = False,
) -> None:
    """Show every version of a participant, and who recorded it.

    Example:
    ```sh
    kazyna mark participant-history 01234567890123
    ```
    """
    from kazyna.services import participants

    with acting("officer") as ctx:
        _versions(participants.history_of_participant(ctx, participant_id), as_json=as_json)


def facility(
    facility_id: Annotated[str, typer.Argument(help="Number of the facility, such as a GLN.")],
    *,
    name: Annotated[str, typer.Option(help="Its name.")],
    kind: Annotated[FacilityKind, typer.Option(help="What it is.")],
    address: Annotated[str, typer.Option(help="Where it is.")] = "",
    lon: Annotated[float | None, typer.Option(help="Longitude, WGS 84.")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude, WGS 84.")] = None,
    of: Owner = None,
    valid_from: ValidFrom = None,
    ended: Ended = False,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Enter a facility of a participant, or record what holds of it from a day.

    Example:
    ```sh
    kazyna mark facility 4601234000019 --name 'Store 1' --kind shop --of 01234567890123
    ```
    """
    from kazyna.services import participants

    new = participants.NewFacility(
        facility_id, name, kind, address, lon, lat, of, valid_from, ended
    )
    with acting("officer", as_) as ctx:
        output.show(participants.register_facility(ctx, new), as_json=as_json)


def facilities_of(on: On = None, as_json: output.Json = False) -> None:
    """List the facilities as they are on a day.

    Example:
    ```sh
    kazyna mark facilities
    ```
    """
    from kazyna.services import participants

    with acting("officer") as ctx:
        found = participants.all_facilities(ctx, on=on)
    output.show({"facilities": found}, as_json=as_json)


def facility_history(
    facility_id: Annotated[str, typer.Argument(help="Number of the facility.")],
    as_json: output.Json = False,
) -> None:
    """Show every version of a facility, and who recorded it.

    Example:
    ```sh
    kazyna mark facility-history 4601234000019
    ```
    """
    from kazyna.services import participants

    with acting("officer") as ctx:
        _versions(participants.history_of_facility(ctx, facility_id), as_json=as_json)


def product(
    gtin: Annotated[str, typer.Argument(help="GTIN, 14 digits.")],
    *,
    name: Annotated[str, typer.Option(help="Its name.")],
    goods: Annotated[str, typer.Option(help="Group of goods, such as footwear or alcohol.")],
    attribute: Annotated[
        list[str] | None,
        typer.Option(help="What excise is computed from, NAME=VALUE; may be given again."),
    ] = None,
    of: Owner = None,
    valid_from: ValidFrom = None,
    ended: Ended = False,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Enter a product, or record what holds of it from a day.

    Example:
    ```sh
    kazyna mark product 04601234567893 --name 'Boots 42' --goods footwear --of 01234567890123
    ```
    """
    from kazyna.services import participants

    given = named(attribute or [], "--attribute")
    new = participants.NewProduct(gtin, name, goods, given, of, valid_from, ended)
    with acting("officer", as_) as ctx:
        output.show(participants.register_product(ctx, new), as_json=as_json)


def products_of(on: On = None, as_json: output.Json = False) -> None:
    """List the products as they are on a day.

    Example:
    ```sh
    kazyna mark products
    ```
    """
    from kazyna.services import participants

    with acting("officer") as ctx:
        found = participants.all_products(ctx, on=on)
    output.show({"products": found}, as_json=as_json)


def product_history(
    gtin: Annotated[str, typer.Argument(help="GTIN, 14 digits.")],
    as_json: output.Json = False,
) -> None:
    """Show every version of a product, and who recorded it.

    Example:
    ```sh
    kazyna mark product-history 04601234567893
    ```
    """
    from kazyna.services import participants

    with acting("officer") as ctx:
        _versions(participants.history_of_product(ctx, gtin), as_json=as_json)


def _versions(found: "tuple[Version, ...]", *, as_json: bool) -> None:
    rows = (
        {"from": each.valid_from, "revision": each.revision, "name": each.name,
         "ended": each.ended, "recorded on": each.recorded_on, "by": each.recorded_by,
         "facts": ", ".join(f"{name} {value}" for name, value in each.facts.items())}
        for each in found
    )  # fmt: skip
    output.show({"versions": found}, as_json=as_json, table=lambda _: output.listing(rows))
