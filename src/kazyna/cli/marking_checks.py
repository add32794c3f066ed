"""`kazyna mark check` and `kit`: codes checked against the register, or by a kit without it."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.core.errors import Finding, InputError

if TYPE_CHECKING:
    from kazyna.services.offline_kits import MadeKit, OfflineChecks
    from kazyna.services.verification import CheckedCode

SEPARATOR, SHOWN_SEPARATOR = "\x1d", "<GS>"

Given = Annotated[
    list[str],
    typer.Argument(
        metavar="CODE…", help="Codes in any form; <GS> is the separator.", show_default=False
    ),
]


def check(
    codes: Given,
    *,
    kit: Annotated[
        Path | None, typer.Option("--kit", help="Check by this offline kit, without a database.")
    ] = None,
    trust: Annotated[
        list[str] | None,
        typer.Option(help="Public key whose kits are believed, in hexadecimal; may be repeated."),
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> int:
    r"""Tell what codes are: genuine or forged, of which product, whether they may be on sale.

    With --kit neither a database nor a network is needed: the file's signature is checked first,
    by a key that you trust. The exit code is 1 when the goods of a code may not be on sale.

    Example:
    ```sh
    kazyna mark check '(01)04601234567893(21)4abc'
    ```
    """
    texts = [code.replace(SHOWN_SEPARATOR, SEPARATOR) for code in codes]
    if kit is not None:
        return _by_kit(kit, texts, trust or [], as_json=as_json)
    from kazyna.services.verification import check_codes

    with acting("officer", as_) as ctx:
        answers = check_codes(ctx, texts)
    output.show({"answers": answers}, as_json=as_json, table=_answers)
    return output.DONE if all(answer.allowed for answer in answers) else output.FAILED


def kit(
    out: Annotated[Path, typer.Option(help="File for the kit.", show_default=False)],
    *,
    gtin: Annotated[
        list[str] | None,
        typer.Option(help="Product whose codes are listed; may be repeated. None: no lists."),
    ] = None,
    as_: As = "",
    as_json: output.Json = False,
) -> None:
    r"""Write a signed kit with which codes are checked for 72 hours without a network.

    It has the public keys, the products, what is blocked or recalled, and lists of the codes of
    the products that are named; a participant's own stock is always listed. No secret key is in
    it. Who uses it must trust the public key that is printed.

    Example:
    ```sh
    kazyna mark kit --gtin 04601234567893 --out shop.kit
    ```
    """
    from kazyna.services.offline_kits import write_kit_file

    with acting("officer", as_) as ctx:
        output.show(write_kit_file(ctx, out, gtin or ()), as_json=as_json, table=_kit_facts)


def _by_kit(kit: Path, texts: list[str], trust: list[str], *, as_json: bool) -> int:
    from kazyna.services.offline_kits import check_with_kit

    if not trust:
        expected = "the public key of the office, as `kazyna mark kit` prints it"
        raise InputError(Finding("--trust", "no key is trusted", expected))
    found = check_with_kit(kit, texts, trusted=trust)
    output.show(found, as_json=as_json, table=_offline)
    return output.DONE if found.allowed == found.codes else output.FAILED


def _answers(found: "dict[str, tuple[CheckedCode, ...]]") -> RenderableType:
    rows = (
        {
            "code": answer.code.replace(SEPARATOR, SHOWN_SEPARATOR),
            "finding": answer.finding,
            "may be sold": answer.allowed,
            "why": answer.text.en,
            "product": answer.product,
        }
        for answer in found["answers"]
    )
    return output.listing(rows, title="Checked against the register")


def _offline(found: "OfflineChecks") -> RenderableType:
    rows = (
        {
            "code": text.replace(SEPARATOR, SHOWN_SEPARATOR),
            "may be sold": answer.allowed,
            "proof": answer.proof,
            "why": answer.text.en,
            "product": answer.product,
        }
        for text, answer in found.answers
    )
    return output.listing(rows, title=f"Checked without a network, as of {found.made_at:%F %R} UTC")


def _kit_facts(made: "MadeKit") -> RenderableType:
    return output.facts({name.replace("_", " "): value for name, value in vars(made).items()})
