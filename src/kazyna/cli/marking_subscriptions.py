"""Saved queries of EPCIS events and subscriptions: `mark save-query`, `mark subscribe` and more."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import datetime
from typing import Annotated

import typer

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import named
from kazyna.cli.marking_moves import moment

QueryName = Annotated[str, typer.Argument(metavar="QUERY", help="Name of the saved query.")]


def save_query(
    name: QueryName,
    *,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="PARAMETER=VALUE",
            help="A query parameter of EPCIS, several values apart by |. May be repeated.",
        ),
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Keep a query of EPCIS events under a name.

    Example:
    ```sh
    kazyna mark save-query shipped --where EQ_bizStep=shipping --where EQ_action=OBSERVE
    ```
    """
    from kazyna.services.epcis_saved_queries import save_query

    with acting("officer", as_) as ctx:
        output.show(save_query(ctx, name, named(where or [], "--where")), as_json=as_json)


def queries(*, as_: As = "", as_json: output.Json = False) -> None:
    """List the saved queries with their subscriptions.

    Example:
    ```sh
    kazyna mark queries
    ```
    """
    from kazyna.services.epcis_subscriptions import queries_with_subscriptions

    with acting("officer", as_) as ctx:
        found = queries_with_subscriptions(ctx)
    rows = [
        {
            "query": each.query.name,
            "subscription": one.subscription_id if one else None,
            "sent to": one.dest if one else None,
            "when": _when(one.schedule) if one else None,
            "last sent": one.last_notified_at if one else None,
            "last error": one.last_error if one else None,
        }
        for each in found
        for one in each.subscriptions or (None,)
    ]
    output.show({"queries": found}, as_json=as_json, table=lambda _: output.listing(rows))


def forget_query(name: QueryName, *, as_: As = "", as_json: output.Json = False) -> None:
    """Forget a saved query and end its subscriptions.

    Example:
    ```sh
    kazyna mark forget-query shipped
    ```
    """
    from kazyna.services.epcis_saved_queries import delete_query

    with acting("officer", as_) as ctx:
        delete_query(ctx, name)
    output.show({"forgotten": name}, as_json=as_json)


def subscribe(
    name: QueryName,
    *,
    to: Annotated[str, typer.Option(help="Address; one that KAZYNA_WEBHOOKS allows.")],
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUES",
            help="Schedule in UTC: second, minute, hour, dayOfMonth, month, dayOfWeek, such as "
            "hour=1 or minute=0,[30-35]. Without one events are sent as they come.",
        ),
    ] = None,
    token: Annotated[str | None, typer.Option(help="Signs what is sent (HMAC-SHA256).")] = None,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Send by the schedule also when nothing is new.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="From when; from now if not said."),
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """Have the events that a saved query finds sent to an address, by `kazyna serve`.

    Example:
    ```sh
    kazyna mark subscribe shipped --to https://partner.example/events --at hour=1 --at minute=5
    ```
    """
    from kazyna.services.epcis_subscriptions import NewSubscription, subscribe

    new = NewSubscription(
        to,
        token,
        stream=not at,
        schedule=named(at, "--at") if at else None,
        report_if_empty=if_empty,
        initial_record_time=since,
    )
    with acting("officer", as_) as ctx:
        output.show(subscribe(ctx, name, new), as_json=as_json)


def unsubscribe(
    name: QueryName,
    subscription: Annotated[str, typer.Argument(help="Id of the subscription.")],
    *,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    """End a subscription.

    Example:
    ```sh
    kazyna mark unsubscribe shipped 0b54fd9c-7d0b-4f0a-8d5c-1d5a3c2a9f10
    ```
    """
    from kazyna.services.epcis_subscriptions import unsubscribe

    with acting("officer", as_) as ctx:
        unsubscribe(ctx, name, subscription)
    output.show({"ended": subscription}, as_json=as_json)


def _when(schedule: object) -> str:
    return "as they come" if schedule is None else str(schedule)
