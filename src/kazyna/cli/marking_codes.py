"""Codes in files: `mark parse`, `keygen`, `keys`, `revoke`, `issue`, `verify`. No database."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer
from rich.console import Group, RenderableType

from kazyna.cli import output
from kazyna.cli.arguments import CodeValues, day, named, secret
from kazyna.cli.progress import ProgressBars

if TYPE_CHECKING:
    from kazyna.services.marking_codes import IssuedCodes, ReadCode, VerifiedCodes
    from kazyna.services.marking_keys import Keys, Unlocking

PASSWORD, PIN = "KAZYNA_KEYS_PASSWORD", "KAZYNA_HSM_PIN"
STDIN = "-"

Codes = Annotated[
    str, typer.Argument(metavar="[CODES]", help="A file with a code a line; `-` is stdin.")
]
PackName = Annotated[str, typer.Option("--pack", help="Whose code templates are meant.")]
On = Annotated[
    date | None,
    typer.Option("--on", parser=day, metavar="DATE", help="Day; today where it is not said."),
]
KeyFile = Annotated[Path, typer.Option("--keys", help="The key file.", show_default=False)]
KeyArgument = Annotated[Path, typer.Argument(metavar="KEYS", help="The key file.")]
Hsm = Annotated[
    Path | None,
    typer.Option(
        help=f"PKCS#11 library of a hardware module; its PIN is asked, or taken from {PIN}."
    ),
]
Token = Annotated[str, typer.Option(help="Label of the token in the hardware module.")]
TailKind = Literal["tag", "signature", "short_tag"]


def parse(
    codes: Codes = STDIN,
    *,
    pack: PackName = "kg",
    on: On = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Let identifiers stand without those they need.")
    ] = False,
    as_json: output.Json = False,
) -> None:
    r"""Read GS1 codes in any form, a code a line; write what each says as a line of JSON.

    Scanner data with a symbology identifier (`]d2…`), elements with FNC1 as GS or as a caret,
    bracketed elements and GS1 Digital Links are read. A code that is not valid gets the position
    and the reason; what a scanner spoils (a lost separator, a Cyrillic keyboard, a cut-off end) is
    named, and mended where one code alone can have been meant. With --json all results come as one
    object.

    Example:
    ```sh
    echo '(01)04601234567893(21)4abc' | kazyna mark parse
    ```
    """
    from kazyna.services.marking_codes import json_line, parse_codes

    with _opened(codes) as file:
        found = parse_codes(
            file, source=codes, pack=pack, on=on or business_day(), associations=not alone
        )
        if as_json:
            output.show(_counted(tuple(found)), as_json=True)
            return
        for code in found:
            sys.stdout.write(json_line(code).decode())


def _counted(codes: "tuple[ReadCode, ...]") -> dict[str, object]:
    valid = sum(code.valid for code in codes)
    return {"codes": len(codes), "valid": valid, "invalid": len(codes) - valid, "read": codes}


def keygen(
    keys: KeyArgument,
    *,
    key_id: Annotated[str, typer.Option("--id", help="Four characters; stands in AI 91.")],
    tail: Annotated[
        TailKind,
        typer.Option(
            help="tag: 44 characters, checked online; signature: 88, by anyone; short_tag: 4."
        ),
    ] = "tag",
    goods: Annotated[str, typer.Option(help="Group of goods; * is every group.")] = "*",
    issues_from: Annotated[
        date | None,
        typer.Option("--from", parser=day, metavar="DATE", help="First day on which it issues."),
    ] = None,
    replaces: Annotated[str, typer.Option(help="Key that issues no more from that day.")] = "",
    hsm: Hsm = None,
    token: Token = "kazyna",  # noqa: S107 (a label)
    as_json: output.Json = False,
) -> None:
    r"""Make a key for codes and add it to a key file; its two secrets are drawn at random.

    The secrets are encrypted under a password (scrypt, AES-256-GCM), which is asked or taken from
    the variable KAZYNA_KEYS_PASSWORD; with --hsm they are made inside a hardware module and stay
    there. With --replaces an older key issues no more from the day on which this one begins; codes
    of both go on verifying.

    Example:
    ```sh
    kazyna mark keygen codes.keys --id K001 --tail signature --goods footwear
    kazyna mark keygen codes.keys --id K002 --tail signature --goods footwear --replaces K001
    ```
    """
    from kazyna.services.marking_keys import NewKey, make_key

    wanted = NewKey(key_id, tail, goods, issues_from or business_day(), replaces)
    unlocking = _unlocking(hsm, token, password=hsm is None, confirm=not keys.exists())
    output.show(make_key(keys, wanted, unlocking), as_json=as_json, table=_key_table)


def keys_of(keys: KeyArgument, *, as_json: output.Json = False) -> None:
    r"""List the keys of a file: what they make, since when, and which are revoked.

    Example:
    ```sh
    kazyna mark keys codes.keys
    ```
    """
    from kazyna.services.marking_keys import list_keys

    output.show(list_keys(keys), as_json=as_json, table=_key_table)


def revoke(
    keys: KeyArgument,
    *,
    key_id: Annotated[str, typer.Option("--id", help="The key.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the key.")],
    on: On = None,
    as_json: output.Json = False,
) -> None:
    r"""Refuse all codes of a key from a day on. This cannot be undone.

    Example:
    ```sh
    kazyna mark revoke codes.keys --id K001 --reason 'the laptop with the key was stolen'
    ```
    """
    from kazyna.services.marking_keys import revoke_key

    changed = revoke_key(keys, key_id, on=on or business_day(), reason=reason)
    output.show(changed, as_json=as_json, table=_key_table)


def issue(
    *,
    template: Annotated[str, typer.Option(help="Code template of the pack, such as eaeu_44.")],
    gtin: Annotated[str, typer.Option(help="The product, 14 digits.")],
    batch: Annotated[int, typer.Option(min=0, help="Number of the batch, used once.")],
    count: Annotated[int, typer.Option(min=1, help="How many codes.")],
    keys: KeyFile,
    out: Annotated[Path, typer.Option(help="File for the codes, a code a line.")],
    first: Annotated[int, typer.Option(min=0, help="Index of the first code.")] = 0,
    goods: Annotated[str, typer.Option(help="Group of goods, where the template has many.")] = "",
    values: CodeValues = None,
    pack: PackName = "kg",
    on: On = None,
    hsm: Hsm = None,
    token: Token = "kazyna",  # noqa: S107 (a label)
    as_json: output.Json = False,
) -> None:
    r"""Issue the codes of a batch: unguessable serials, each with its tail.

    A serial is a keyed permutation of the batch's number and the code's index, so no two are
    equal and none needs to be stored. The same batch issued twice gives the same codes. What
    --value gives (a printed price, an expiry, a lot) stands in all of them and is sealed by the
    tail as all else.

    Example:
    ```sh
    kazyna mark issue --template eaeu_44 --gtin 04601234567893 --batch 1 --count 1000000 \
      --keys codes.keys --out codes.txt
    kazyna mark issue --template tobacco_block --gtin 04601234567893 --batch 2 --count 1000 \
      --value 8005=013000 --keys codes.keys --out blocks.txt
    ```
    """
    from kazyna.services.marking_codes import Issue, issue_to_file
    from kazyna.services.marking_keys import KeyFile

    with ProgressBars() as progress:
        issued = issue_to_file(
            Issue(template, gtin, batch, count, first, goods, named(values or [], "--value")),
            pack=pack,
            on=on or business_day(),
            keys=KeyFile(keys, _unlocking(hsm, token, password=hsm is None)),
            out=out,
            progress=progress,
        )

    def table(issued: "IssuedCodes") -> RenderableType:
        return output.facts({name.replace("_", " "): value for name, value in vars(issued).items()})

    output.show(issued, as_json=as_json, table=table)


def verify(
    codes: Codes = STDIN,
    *,
    keys: KeyFile,
    out: Annotated[
        Path | None, typer.Option(help="File for the verdict on every code, a line of JSON each.")
    ] = None,
    public_only: Annotated[
        bool, typer.Option("--public-only", help="Check signatures only; no password is asked.")
    ] = False,
    pack: PackName = "kg",
    on: On = None,
    hsm: Hsm = None,
    token: Token = "kazyna",  # noqa: S107 (a label)
    as_json: output.Json = False,
) -> int:
    r"""Verify codes, a code a line: form, check digit, key, tail; then batch and index.

    A code is genuine, or the verdict says why not: malformed, check_digit, foreign (of another
    state), key_unknown, key_locked, key_revoked, wrong_tail. What a scanner spoilt is mended when
    the tail proves what was meant. The exit code is 1 when a code is not genuine.

    Example:
    ```sh
    kazyna mark verify scans.txt --keys codes.keys --out verdicts.jsonl
    ```
    """
    from kazyna.services.marking_codes import verify_file
    from kazyna.services.marking_keys import KeyFile

    with _opened(codes) as file, ProgressBars() as progress:
        verified = verify_file(
            file,
            source=codes,
            pack=pack,
            on=on or business_day(),
            keys=KeyFile(keys, _unlocking(hsm, token, password=not public_only and hsm is None)),
            out=out,
            progress=progress,
        )
    output.show(verified, as_json=as_json, table=_verdict_table)
    return output.DONE if verified.genuine == verified.codes else output.FAILED


def _verdict_table(verified: "VerifiedCodes") -> RenderableType:
    counts = output.facts(
        {
            "codes": verified.codes,
            **{name.replace("_", " "): count for name, count in verified.verdicts.items()},
            "mended": verified.repaired,
            "written": verified.file,
        }
    )
    if not verified.refused:
        return counts
    rows = (
        {
            "line": code.line,
            "verdict": code.verdict,
            "template": code.template,
            "reason": code.reason or ", ".join(code.scanner_faults) or None,
        }
        for code in verified.refused
    )
    return Group(counts, output.listing(rows, title="Not genuine, the first of them"))


def _key_table(keys: "Keys") -> RenderableType:
    rows = (
        {
            "key": key.key_id,
            "makes": key.tail,
            "goods": key.goods,
            "issues from": key.issues_from,
            "until": key.issues_until,
            "revoked": key.revoked_on,
            "secrets": key.secrets,
        }
        for key in keys.keys
    )
    return output.listing(rows, title=keys.file)


@contextmanager
def _opened(codes: str) -> Iterator[BinaryIO]:
    from kazyna.services.marking_codes import open_codes

    if codes == STDIN:
        yield sys.stdin.buffer
        return
    with open_codes(Path(codes)) as file:
        yield file


def _unlocking(
    hsm: Path | None, token: str, *, password: bool, confirm: bool = False
) -> "Unlocking":
    """Ask for what opens the secrets, where the environment does not tell."""
    from kazyna.services.marking_keys import HsmPlace, Unlocking

    if not password and hsm is None:
        return Unlocking()
    given = os.environ.get(PASSWORD, "")
    if password:
        given = secret("Password of the key file", PASSWORD, confirm=confirm)
    if hsm is None:
        return Unlocking(given)
    return Unlocking(given, HsmPlace(hsm, token, secret("PIN of the module", PIN)))


def business_day() -> date:
    """Return the day on which the office works."""
    from kazyna.services.context import business_date
    from kazyna.services.settings import Settings

    return business_date(Settings.read(os.environ))
