"""A table declared once: the name, type, unit, limits and meaning of each column.

The declaration checks the input, writes the reference documentation and tells a person what was
expected, so the three cannot disagree.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import pyarrow as pa

ColumnType = Literal["text", "integer", "number", "decimal", "date", "moment", "boolean"]

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "decimal": pa.decimal128(38, 6),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """One column: what it is called, what it means, and what is accepted in it."""

    name: str
    type: ColumnType
    meaning: str
    unit: str | None = None
    required: bool = True
    """A required column must be there and have a value in every row."""
    unique: bool = False
    minimum: Decimal | int | date | None = None
    maximum: Decimal | int | date | None = None
    allowed: tuple[str, ...] | None = None

    @property
    def expected(self) -> str:
        """What is accepted, in words."""
        words: str = {
            "text": "text",
            "integer": "a whole number",
            "number": "a number",
            "decimal": "an exact decimal number",
            "date": "a date such as 2015-05-31",
            "moment": "a moment in UTC such as 2015-05-31 12:00:00",
            "boolean": "true or false",
        }[self.type]
        if self.allowed:
            words = "one of " + ", ".join(self.allowed)
        if self.minimum is not None and self.maximum is not None:
            words += f" from {self.minimum} to {self.maximum}"
        elif self.minimum is not None:
            words += f" not below {self.minimum}"
        elif self.maximum is not None:
            words += f" not above {self.maximum}"
        return words + (f" ({self.unit})" if self.unit else "")


@dataclass(frozen=True)
class Schema:
    """A named table and its columns; other columns may stand beside them."""

    name: str
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
