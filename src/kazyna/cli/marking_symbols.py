"""Symbols and labels of codes: `mark render`. No database is needed."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import Annotated, Literal

import typer

from kazyna.cli import output

LabelFormat = Literal["svg", "png", "pdf", "zpl", "zpl-native"]

CodesFile = Annotated[
    Path,
    typer.Argument(
        metavar="CODES",
        help="One code a line: an element string (separators as they are, or written <GS>), one in"
        " brackets, an SSCC as (00)…, or a Digital Link.",
        show_default=False,
    ),
]


def render(
    codes: CodesFile,
    *,
    label_format: Annotated[
        LabelFormat, typer.Option("--as", help="What to make.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option(help="Folder for svg and png; file for pdf and zpl.", show_default=False),
    ],
    module_mm: Annotated[
        float, typer.Option(min=0.1, max=5, help="Side of a module on paper, mm.")
    ] = 0.5,
    as_json: output.Json = False,
) -> None:
    r"""Print codes as symbols: pictures, label sheets, labels for thermal printers.

    Element strings become GS1 DataMatrix, SSCCs GS1-128, Digital Links QR codes. `zpl` sends the
    dots, so that every printer prints the same; `zpl-native` lets the printer encode, in a tenth
    of the bytes. Nothing is written unless every line is a code.

    Example:
    ```sh
    kazyna mark render codes.txt --as pdf --out labels.pdf
    ```
    """
    import os

    from kazyna.services.context import business_date
    from kazyna.services.marking_symbols import render_codes
    from kazyna.services.settings import Settings

    rendered = render_codes(
        codes,
        label_format=label_format,
        out=out,
        dated=business_date(Settings.read(os.environ)),
        module_mm=module_mm,
    )
    output.show(rendered, as_json=as_json)
