from decimal import Decimal

import pytest

from kazyna.core.errors import InputError
from kazyna.web.forms import read_amount


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("650,000", "650000"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("123 456,50", "123456.50"),
        ("123\u00a0456", "123456"),
        ("12,5", "12.5"),
        ("0.05", "0.05"),
        ("1234,56", "1234.56"),
        ("650000", "650000"),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: str, meant: str) -> None:
    assert read_amount(written, "value") == Decimal(meant)


@pytest.mark.parametrize(
    "written", ["much", "1,2,3", "1,23,456", "", "12,34.5", "650.000", "1.005"]
)
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(InputError):
        read_amount(written, "value")
