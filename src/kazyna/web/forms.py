"""What forms send: fields that the pack names, and amounts as people write them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Request

from kazyna.core.errors import Finding, InputError
from kazyna.core.table import parse_decimal

FIELDS_MAX = 600
VALUE_MAX = 4_000


async def _fields(request: Request) -> Mapping[str, str]:
    """Read the text fields of a form, stripped; the last of a name counts."""
    async with request.form(max_files=0, max_fields=FIELDS_MAX, max_part_size=1 << 20) as form:
        return {
            name: value.strip()[:VALUE_MAX]
            for name, value in form.multi_items()
            if isinstance(value, str)
        }


Fields = Annotated[Mapping[str, str], Depends(_fields)]


async def _beside_file(request: Request) -> Mapping[str, str]:
    """Read the text fields of a form that brings a file, too; the route that takes it closes it."""
    form = await request.form()
    return {
        name: value.strip()[:VALUE_MAX]
        for name, value in form.multi_items()
        if isinstance(value, str)
    }


FieldsBesideFile = Annotated[Mapping[str, str], Depends(_beside_file)]


def under(fields: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the fields whose names begin so, without that beginning."""
    return {
        name.removeprefix(prefix): value
        for name, value in fields.items()
        if name.startswith(prefix)
    }


def pairs(text: str) -> dict[str, str]:
    """Read names and values on one line: `reason=loss; lot=A7`."""
    parts = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in parts if name.strip() and value}


def read_amount(text: str, column: str) -> Decimal:
    """Read an amount as people write it: thousands apart by spaces, commas or points, then cents.

    Money has at most two digits behind its sign, so three digits behind a comma are thousands:
    650,000 is never 650. Behind one point alone they may as well be a slip of the hand.

    Raises
    ------
    InputError
        When it is no number, or could be two.
    """
    plain = "".join(text.split())
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2}|\.\d{3})", plain):
        plain = plain.replace(".", "")
    elif re.fullmatch(r"\d{1,3}\.\d{3}", plain):
        reason = f"{text!r} may mean {plain.replace('.', '')} or {plain[:-1]}"
        expected = "thousands without a point, cents with two digits"
        raise InputError(Finding("form", reason, expected, column=column))
    return parse_decimal(plain.replace(",", "."), source="form", column=column)
