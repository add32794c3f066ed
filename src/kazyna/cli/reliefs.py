"""Reliefs from tax: `relief claim`, `grant`, `refuse`, `end`, `list`."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from datetime import date
from typing import Annotated

import typer

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import day

app = typer.Typer(help="Reliefs from tax: claimed, granted, ended.", no_args_is_help=True)

Claim = Annotated[int, typer.Argument(metavar="CLAIM", help="Its number.", show_default=False)]
Document = Annotated[str, typer.Option(help="By which document.", show_default=False)]


@app.command("claim")
def claim(
    taxpayer: Annotated[str, typer.Argument(help="Number of the taxpayer.", show_default=False)],
    object_id: Annotated[
        str, typer.Argument(metavar="OBJECT", help="Number of the object.", show_default=False)
    ],
    relief: Annotated[
        str, typer.Argument(metavar="RELIEF=VALUE", help="What is claimed.", show_default=False)
    ],
    *,
    since: Annotated[
        date, typer.Option(parser=day, metavar="DATE", help="First day.", show_default=False)
    ],
    evidence: Annotated[str, typer.Option(help="What shows it.", show_default=False)],
    name: As = "",
    as_json: output.Json = False,
) -> None:
    """Claim a relief for an object, at the counter.

    Example:
    ```sh
    kazyna relief claim T1 5-01-02-0003 relief_category=pensioner --since 2026-01-01 \
      --evidence "pension certificate 77"
    ```
    """
    from kazyna.services import reliefs

    of, _, value = relief.partition("=")
    new = reliefs.NewRelief(object_id, of, value, since, evidence, taxpayer_id=taxpayer)
    with acting("officer", name) as ctx:
        output.show(reliefs.claim_relief(ctx, new), as_json=as_json)


@app.command("grant")
def grant(
    number: Claim, *, document: Document, name: As = "", as_json: output.Json = False
) -> None:
    """Grant a claim: it counts in every roll drafted or corrected from now on.

    Example:
    ```sh
    kazyna relief grant 12 --document "order 5"
    ```
    """
    from kazyna.services import reliefs

    with acting("officer", name) as ctx:
        output.show(reliefs.grant_relief(ctx, number, document=document), as_json=as_json)


@app.command("refuse")
def refuse(
    number: Claim, *, document: Document, name: As = "", as_json: output.Json = False
) -> None:
    """Refuse a claim.

    Example:
    ```sh
    kazyna relief refuse 12 --document "no such certificate"
    ```
    """
    from kazyna.services import reliefs

    with acting("officer", name) as ctx:
        output.show(reliefs.refuse_relief(ctx, number, document=document), as_json=as_json)


@app.command("end")
def end(
    number: Claim,
    *,
    on: Annotated[
        date, typer.Option(parser=day, metavar="DATE", help="First day without.",
                           show_default=False)
    ],
    document: Document,
    name: As = "",
    as_json: output.Json = False,
) -> None:  # fmt: skip
    """End a relief that was granted.

    Example:
    ```sh
    kazyna relief end 12 --on 2027-01-01 --document "order 9"
    ```
    """
    from kazyna.services import reliefs

    with acting("officer", name) as ctx:
        output.show(reliefs.end_relief(ctx, number, on=on, document=document), as_json=as_json)


@app.command("list")
def listed(*, name: As = "", as_json: output.Json = False) -> None:
    """List claims, those that wait first.

    Example:
    ```sh
    kazyna relief list
    ```
    """
    from kazyna.services import reliefs

    with acting("officer", name) as ctx:
        output.show({"claims": reliefs.claims(ctx)}, as_json=as_json)
