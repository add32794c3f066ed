"""`kazyna demo`: a real county from sales to paid bills, marked goods to the till, the portals."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
from contextlib import ExitStack
from socket import socket
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text as Line

from kazyna.cli import output
from kazyna.cli.progress import ProgressBars
from kazyna.cli.serve import PORT, PORTS_TRIED_MAX, Port, address_of, answer, listen
from kazyna.services.settings import Settings

if TYPE_CHECKING:
    from kazyna.services.demo import DemoSummary
    from kazyna.services.demo_goods import GoodsSummary
    from kazyna.services.demo_steps import DemoStep, DemoUser
    from kazyna.services.demo_town import TownSummary

HOST = "127.0.0.1"


def demo(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="End after the summary; do not serve the portals.")
    ] = False,
    port: Port = PORT,
    as_json: output.Json = False,
) -> None:
    """Value, tax and account a real county, follow marked goods to the till, serve the portals.

    The first chapter loads 21,613 real house sales of King County (Seattle), values every house as
    of 2015-05-31, issues the property tax of 2016 and records payments. The second is an invented
    Kyrgyz trade in its own database: an importer, a wholesaler, shops, and a smuggler who is found.
    The third, beside it, is an invented Kyrgyz register of homes, land and vehicles: two years of
    rolls, payments, arrears, a relief and objections. Owners, payments and traders are synthetic.
    The portals open on the next free ports. A demonstration that was stopped can be run again and
    ends in the same state.

    With a PostgreSQL server of one's own (KAZYNA_DATABASE_URL) only one country is told: that of
    the pack named by KAZYNA_PACK, `us_wa` or `kg`.

    Example:
    ```sh
    kazyna demo --no-serve --json
    ```
    """
    from dataclasses import replace

    from kazyna.services import demo_goods, demo_town
    from kazyna.services.context import open_installation
    from kazyna.services.demo import run_demo, settings_of_demo

    settings = Settings.read(os.environ)
    goods_alone = settings.pack == demo_goods.PACK
    chapters = 2 if not settings.database_url and not goods_alone else 1
    with ExitStack() as stack:
        doors: list[socket] = []
        for _ in range(0 if no_serve else chapters):
            first = doors[-1].getsockname()[1] + 1 if doors else port
            door = listen(HOST, first, ports_tried_max=PORTS_TRIED_MAX)
            doors.append(stack.enter_context(door))
        installations = []
        summary: DemoSummary | GoodsSummary
        with ProgressBars() as progress:
            progress("database")
            if not goods_alone:
                county = stack.enter_context(open_installation(settings_of_demo(settings)))
                installations.append(county)
                summary = told = run_demo(county, progress=progress)
            if goods_alone or chapters > 1:
                trade = stack.enter_context(
                    open_installation(demo_goods.settings_of_goods(settings))
                )
                installations.append(trade)
                goods = replace(
                    demo_goods.run_goods(trade, progress=progress),
                    town=demo_town.run_town(trade, progress=progress),
                )
                summary = goods if goods_alone else replace(told, goods=goods)
        output.show(summary, as_json=as_json, table=summary_tables)
        places = list(zip(installations, doors, strict=False))
        for installation, door in places:
            title = installation.pack.title.in_("en")
            output.say(f"The portal of {title}: {address_of(door, HOST)}")
        if places:
            answer(*places)


def summary_tables(summary: "DemoSummary | GoodsSummary") -> RenderableType:
    """Lay out the figures, the time of each step and the sign-in names."""
    from kazyna.services.demo_goods import GoodsSummary

    if isinstance(summary, GoodsSummary):
        return _goods_tables(summary)
    currency = summary.currency
    figures: dict[str, object] = {
        "properties": summary.properties,
        "sales": summary.sales,
        "median ratio": summary.median_ratio,
        "COD": f"{summary.cod:.2f} %",
        "PRD": summary.prd,
        "PRB": summary.prb,
        "prices inside their 90 % interval": f"{summary.coverage_90:.1%}",
        "values total": f"{summary.values_total:,} {currency}",
        "tax total": f"{summary.tax_total:,} {currency} on {summary.bills:,} bills",
        "paid": f"{summary.paid:,} {currency} in {summary.payments:,} payments",
    }
    county = _chapter("King County, Washington", figures, summary.steps, summary.users)
    if summary.goods is None:
        return county
    return Group(county, Line(), _goods_tables(summary.goods))


def _goods_tables(summary: "GoodsSummary") -> RenderableType:
    figures: dict[str, object] = {
        "participants": summary.participants,
        "codes ordered": summary.codes,
        "bottles imported": summary.introduced,
        "bottles sold": summary.sold,
        "alerts about clones and false codes": summary.alerts,
        "excise proposed": f"{summary.excise_proposed:,} {summary.currency}",
    }
    title = "Marked goods: an invented Kyrgyz trade"
    trade = _chapter(title, figures, summary.steps, summary.users)
    if summary.town is None:
        return trade
    return Group(trade, Line(), _town_tables(summary.town))


def _town_tables(town: "TownSummary") -> RenderableType:
    figures: dict[str, object] = {
        "objects": f"{town.objects}, of {town.without_holder} nobody knows the holder",
        "taxpayers": town.taxpayers,
        "charged": f"{town.charged:,} {town.currency} on {town.bills} bills",
        "paid": f"{town.paid:,} {town.currency}",
        "overdue, all taxes": f"{town.overdue:,} {town.currency}",
        "objections to bills": town.objections,
        "claims of relief": town.reliefs,
    }
    title = "Property and vehicle tax: an invented Kyrgyz register"
    return _chapter(title, figures, town.steps, town.users)


def _chapter(
    title: str,
    figures: "dict[str, object]",
    steps: "tuple[DemoStep, ...]",
    users: "tuple[DemoUser, ...]",
) -> RenderableType:
    taken = (
        {"step": step.name, "seconds": step.seconds, "": "done before" if step.done_before else ""}
        for step in steps
    )
    accounts = (
        {"sign in as": user.name, "password": user.password, "role": user.role} for user in users
    )
    return Group(
        Line(title, style="bold"),
        output.facts(figures),
        output.listing(taken),
        output.listing(accounts),
    )
