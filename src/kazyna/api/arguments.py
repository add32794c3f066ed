"""Arguments that several endpoints take, with their limits."""

from datetime import date
from typing import Annotated, ClassVar

from fastapi import Header, Path
from pydantic import ConfigDict, Field

PREFIX = "/v1"
"""Of every path. It stands in each router: by a router's own paths requests are counted."""
LINE = r"^[^\x00-\x1f\x7f]+$"
"""One line of text: what a number or a name can be; PostgreSQL has no character zero."""
ENTRY_MAX = 2**63 - 1
WHOLE_MAX = 2**53
"""Whole numbers above it are not exact in every program that reads JSON."""
MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"

PropertyId = Annotated[
    str, Path(min_length=1, max_length=64, pattern=LINE, description="Cadastral number.")
]
TaxpayerId = Annotated[
    str, Path(min_length=1, max_length=64, pattern=LINE, description="Number of the taxpayer.")
]
Reference = Annotated[
    str, Path(min_length=1, max_length=64, pattern=LINE, description="Reference of the bill.")
]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)]
Paragraph = Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"^[^\x00]*$")]
Amount = Annotated[
    str,
    Field(
        pattern=r"^\d{1,15}(\.\d{1,4})?$",
        description="Exact amount as text, such as 125.50: never a binary float.",
        examples=["125.50"],
    ),
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Given by the caller: the same key is posted once, however often it is sent.",
    ),
]


class Strict:
    """What a request says: a name that nobody reads is refused, as it may be a typing error."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


def first_day(month: str) -> date:
    """Read a month as its first day; its form is checked already."""
    return date.fromisoformat(f"{month}-01")
