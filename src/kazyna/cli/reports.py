"""Papers on a valuation: the report of a round, and an owner's notice."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import Annotated

import typer

from kazyna.cli import output
from kazyna.cli.acting import acting
from kazyna.core.errors import NotFound
from kazyna.core.text import Language

In = Annotated[Language, typer.Option("--language", help="Language of the paper.")]


def report(
    round_id: Annotated[
        int | None,
        typer.Argument(
            metavar="[ROUND]", help="Number of the round; the latest published without one."
        ),
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option(help="File to write: .pdf to sign, .html to read.", show_default=False)
    ],
    language: In = "en",
    as_json: output.Json = False,
) -> None:
    """Write the valuation report of a round: what a head of agency signs.

    Method in words, evidence, price index, models and their weights, quality on sales that the
    model had not seen, by group and place, equity, intervals, maps, weak spots with the properties
    to inspect first, sources, and the hashes from which anyone gets the same values. The report of
    a valuation of files is written by `kazyna value --report`.

    Example:
    ```sh
    kazyna report --out report.pdf --language ru
    ```
    """
    from kazyna.services import reports, rounds

    with acting("valuer") as ctx:
        if round_id is None:
            latest = rounds.latest(ctx)
            if latest is None:
                raise NotFound("No valuation round is published.")
            round_id = latest.round_id
        written = reports.write_round_report(ctx, round_id, out, language=language)
    output.show(written, as_json=as_json)


def notice(
    property_id: Annotated[
        str, typer.Argument(metavar="ID", help="Cadastral number.", show_default=False)
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(help="PDF to write; without it the notice is only shown.")
    ] = None,
    language: In = "en",
    as_json: output.Json = False,
) -> None:
    """Tell the owner of a property its published value, the reasons, and how to object.

    One page: the value and its 90 % interval, the reasons in words and in money that add up to it
    exactly, comparable sales brought to the property, what would change the value, and until when
    and by which law it can be objected to.

    Example:
    ```sh
    kazyna notice 1200019 --language ky --out notice.pdf
    ```
    """
    from kazyna.services import notices

    with acting("valuer") as ctx:
        if out is None:
            output.show(notices.notice_of(ctx, property_id), as_json=as_json)
            return
        written = notices.write_notice(ctx, property_id, out, language=language)
    output.show(written, as_json=as_json)
