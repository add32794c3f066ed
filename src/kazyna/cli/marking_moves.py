"""Orders and documents of goods marking: `mark order`, `mark move` and what belongs to them."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import CodeValues, day, named
from kazyna.cli.progress import ProgressBars
from kazyna.cli.rounds import money

if TYPE_CHECKING:
    from kazyna.services.marking_orders import Order

Participant = Annotated[
    str | None,
    typer.Option("--for", metavar="PARTICIPANT", help="On whose behalf an officer does it."),
]
OrderNo = Annotated[int, typer.Argument(help="Number of the order.", min=1)]


def moment(text: str) -> datetime:
    """Read a time with its zone, or a day."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or (found.tzinfo is None and len(text) > len("2026-01-31")):
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-01-31T12:00+06:00")
    return found if found.tzinfo else found.astimezone()


def order(
    lines: Annotated[
        list[str], typer.Argument(metavar="GTIN:COUNT…", help="How many codes of which product.")
    ],
    *,
    document_id: Annotated[
        str, typer.Option("--id", help="Id of the order: placed once, however often it is sent.")
    ],
    template: Annotated[
        str | None, typer.Option(help="Code template; the first for the goods if not said.")
    ] = None,
    values: CodeValues = None,
    participant: Participant = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    r"""Order codes. Their fee is charged to the account; they are usable when it is paid.

    The keys are those of KAZYNA_KEYS. What --value gives stands in every code of the order: the
    printed price (8005), an expiry (17), a lot (10). With the number of a line before it, it
    stands in the codes of that line alone, such as --value 2:10=L8 for those of the second.

    Example:
    ```sh
    kazyna mark order 04601234567893:100000 --id 2026-17 --for 01234567890123
    kazyna mark order 04601234500012:5000 --id 2026-18 --value 17=281231 --value 10=L7
    kazyna mark order 04601234500012:5000 04601234500012:800 --id 2026-19 --value 17=281231 \
      --value 1:10=L7 --value 2:10=L8
    ```
    """
    from kazyna.services.marking_orders import NewOrder, OrderLine, place_order

    wanted = []
    for line, given in zip(lines, _values_of_lines(values or [], len(lines)), strict=True):
        gtin, _, count = line.partition(":")
        if not count.isascii() or not count.isdigit():
            raise typer.BadParameter(f"{line!r} is not GTIN:COUNT")
        wanted.append(OrderLine(gtin, int(count), template, given))
    with acting("officer", as_) as ctx:
        placed = place_order(ctx, NewOrder(document_id, tuple(wanted), participant))
    output.show(placed, as_json=as_json, table=_order_table)


def _values_of_lines(given: list[str], lines: int) -> list[dict[str, str]]:
    """Part NAME=VALUE, for every line, from LINE:NAME=VALUE."""
    pairs = named(given, "--value")
    shared = {name: value for name, value in pairs.items() if ":" not in name}
    own: dict[str, dict[str, str]] = {str(line): {} for line in range(1, lines + 1)}
    for name, value in pairs.items():
        line, colon, inner = name.partition(":")
        if colon and line not in own:
            raise typer.BadParameter(f"--value: {name!r} is of no line; there are {lines}")
        if colon:
            own[line][inner] = value
    return [shared | each for each in own.values()]


def orders(as_: As = "", as_json: output.Json = False) -> None:
    """List the orders, the latest first: of a participant, or all.

    Example:
    ```sh
    kazyna mark orders
    ```
    """
    from kazyna.services import marking_orders

    with acting("officer", as_) as ctx:
        found = marking_orders.orders(ctx)
    rows = (
        {"order": str(o.order_no), "id": o.document_id, "on": o.ordered_on, "codes": o.codes,
         "fee": o.fee, "due": o.due_on, "released": o.released_on, "cancelled": o.cancelled_on}
        for o in found
    )  # fmt: skip
    output.show({"orders": found}, as_json=as_json, table=lambda _: output.listing(rows))


def order_codes(
    order_no: OrderNo,
    *,
    out: Annotated[Path, typer.Option(help="File for the codes, a code a line.")],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Write the codes of an order that is paid; they are computed again, never stored.

    Example:
    ```sh
    kazyna mark order-codes 1 --out codes.txt
    ```
    """
    from kazyna.services.marking_orders import write_order_codes

    with acting("officer", as_) as ctx:
        output.show(write_order_codes(ctx, order_no, out), as_json=as_json)


def pay_fees(
    participant: Annotated[str, typer.Argument(help="Number of the participant.")],
    *,
    amount: Annotated[Decimal, typer.Option(parser=money, metavar="AMOUNT", help="Exact amount.")],
    received: Annotated[
        date, typer.Option("--on", parser=day, metavar="DATE", help="When the money came in.")
    ],
    key: Annotated[str, typer.Option(help="Key of the payment: posted once.")],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Post a payment of fees for codes; orders that are paid by it become usable.

    Example:
    ```sh
    kazyna mark pay-fees 01234567890123 --amount 50000 --on 2026-02-01 --key bank-17
    ```
    """
    from kazyna.services import marking_fees

    with acting("officer", as_) as ctx:
        paid = marking_fees.pay_fees(ctx, participant, amount=amount, received_on=received, key=key)
    output.show(paid, as_json=as_json)


def code_account(
    participant: Participant = None, *, as_: As = "", as_json: output.Json = False
) -> None:
    """Show what a participant has of codes, and what it owes for them.

    Example:
    ```sh
    kazyna mark account --for 01234567890123
    ```
    """
    from kazyna.services import marking_fees

    with acting("officer", as_) as ctx:
        output.show(marking_fees.code_account(ctx, participant), as_json=as_json)


def cancel_order(order_no: OrderNo, as_: As = "", as_json: output.Json = False) -> None:
    """Cancel an order whose fee is not paid; the charge is undone, its codes can never be used.

    Example:
    ```sh
    kazyna mark cancel-order 3
    ```
    """
    from kazyna.services import marking_orders

    with acting("officer", as_) as ctx:
        output.show(marking_orders.cancel_order(ctx, order_no), as_json=as_json, table=_order_table)


def expire(as_: As = "", as_json: output.Json = False) -> None:
    """Let codes expire that were not applied in time by the rules of the pack.

    Example:
    ```sh
    kazyna mark expire
    ```
    """
    from kazyna.services import code_batches

    with acting("officer", as_) as ctx:
        output.show(code_batches.expire_unused(ctx), as_json=as_json)


def move(
    kind: Annotated[
        str, typer.Argument(help="Operation of lifecycle.toml: apply, introduce, ship, sell…")
    ],
    lines: Annotated[
        Path,
        typer.Argument(
            help="A unit a line: code, SSCC, batch:first-last, lot:GTIN:LOT, document:ID; or CSV"
            " or Parquet with the columns code, parent, price, replaces."
        ),
    ],
    *,
    document_id: Annotated[
        str, typer.Option("--id", help="Id of the document: taken up once, however often sent.")
    ],
    at: Annotated[
        datetime, typer.Option(parser=moment, metavar="TIME", help="When it happened, with zone.")
    ],
    facility: Annotated[str | None, typer.Option(help="Where.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="PARTICIPANT", help="The other party.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="What the operation needs, NAME=VALUE; may be given again."),
    ] = None,
    participant: Participant = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    r"""Report what happened to marked units: one document, taken up whole or not at all.

    A package stands for all that is in it. Every line that is wrong is told with its reason, and
    nothing is changed. Sent again under its id, a document is answered as the first time.

    Example:
    ```sh
    kazyna mark move ship pallets.txt --id waybill-17 --at 2026-02-01T09:00+06:00 \
      --to 09876543210987 --for 01234567890123
    kazyna mark move withdraw broken.txt --id act-3 --at 2026-02-01 --set reason=damage \
      --for 01234567890123
    ```
    """
    from kazyna.services.marking_documents import Document, read_document_file, submit

    document = Document(
        kind=kind,
        document_id=document_id,
        happened_at=at,
        lines=read_document_file(lines),
        facility=facility,
        counterparty=to,
        attributes=named(set_ or [], "--set"),
        participant=participant,
    )
    with acting("officer", as_) as ctx:
        output.show(submit(ctx, document), as_json=as_json)


def documents(
    kind: Annotated[str | None, typer.Option(help="Only those of an operation.")] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """List the latest documents.

    Example:
    ```sh
    kazyna mark documents --kind ship
    ```
    """
    from kazyna.services import marking_documents

    with acting("officer", as_) as ctx:
        found = marking_documents.recent_documents(ctx, kind=kind)
    output.show({"documents": found}, as_json=as_json)


def state(
    codes: Annotated[
        list[str],
        typer.Argument(metavar="CODE…", help="Codes, SSCCs, or ranges such as 17:0-999."),
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(help="A table with a row a unit: CSV or Parquet.")
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Tell where units stand: their status, and in a table holder, lot, package and sales of each.

    Example:
    ```sh
    kazyna mark state 17:0-11999 --out units.parquet
    ```
    """
    from kazyna.services.code_states import write_states

    with acting("officer", as_) as ctx:
        output.show(write_states(ctx, codes, out), as_json=as_json)


def servers(as_: As = "", as_json: output.Json = False) -> None:
    """List the servers on which marked units are, and settle what a crash has left half done.

    Example:
    ```sh
    kazyna mark servers
    ```
    """
    from kazyna.services import marking_shards

    with acting("officer", as_) as ctx:
        marking_shards.recover(ctx)
        output.show(marking_shards.servers(ctx), as_json=as_json)


def move_buckets(
    buckets: Annotated[str, typer.Argument(help="Buckets, such as 7 or 0-2047; there are 4,096.")],
    *,
    to: Annotated[str, typer.Option("--to", help="A server of KAZYNA_SHARDS, or main.")],
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Move buckets of marked units to another server while documents go on.

    Example:
    ```sh
    export KAZYNA_SHARDS='second=postgresql://kazyna@db2/kazyna'
    kazyna mark move-buckets 0-2047 --to second
    ```
    """
    from kazyna.services import marking_shards

    first, _, last = buckets.partition("-")
    if not first.isdigit() or not (last or first).isdigit():
        raise typer.BadParameter(f"{buckets!r} is no bucket and no range of buckets")
    wanted = range(int(first), int(last or first) + 1)
    with acting("officer", as_) as ctx, ProgressBars() as progress:
        moved = marking_shards.move_buckets(ctx, wanted, to=to, progress=progress)
    output.show(moved, as_json=as_json)


def _order_table(order: "Order") -> RenderableType:
    single = {
        name.replace("_", " "): value for name, value in vars(order).items() if name != "batches"
    }
    single["order no"] = str(order.order_no)
    rows = ({**vars(batch), "batch": str(batch.batch)} for batch in order.batches)
    return Group(output.facts(single), output.listing(rows, title="Batches"))
