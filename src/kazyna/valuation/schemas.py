"""The tables that the valuation engine takes and gives, column by column.

Beside the columns named here a table may carry any number of characteristics; `columns.ColumnMap`
says which column of the caller's table plays which part.
"""

from datetime import date
from decimal import Decimal

from kazyna.core.schema import Column, Schema

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 1, 1)
PRICE_MAX = 10**15
"""Values many times as high still fit into whole cents of 64 bits."""

PLACE = (
    Column(
        "lon",
        "number",
        "where the property is: longitude, WGS 84",
        unit="degrees east",
        required=False,
        minimum=-180,
        maximum=180,
    ),
    Column(
        "lat",
        "number",
        "where the property is: latitude, WGS 84",
        unit="degrees north",
        required=False,
        minimum=-90,
        maximum=90,
    ),
)

SALES = Schema(
    "sales",
    (
        Column("id", "text", "the property sold; one property may be sold more than once"),
        Column(
            "price",
            "number",
            "what was paid, in whole currency units",
            minimum=Decimal("0.01"),
            maximum=PRICE_MAX,
        ),
        Column("date", "date", "the day of the sale", minimum=FIRST_DAY, maximum=LAST_DAY),
        *PLACE,
    ),
)
"""Dated market evidence; one row is one sale."""

PROPERTIES = Schema("properties", (Column("id", "text", "the property", unique=True), *PLACE))
"""What is to be valued; one row is one property."""

VALUES = Schema(
    "values",
    (
        Column("id", "text", "the property", unique=True),
        Column("value", "decimal", "the estimated market value", unit="currency units"),
        Column("low", "decimal", "the lower end of the 90 % interval", unit="currency units"),
        Column("high", "decimal", "the upper end of the 90 % interval", unit="currency units"),
        Column("base", "decimal", "the value of a typical sold property", unit="currency units"),
        Column("confidence", "number", "how far the value may be leant on", minimum=0, maximum=1),
    ),
)
"""What the model says; the lists `reasons` and `comparables` stand beside these columns."""
