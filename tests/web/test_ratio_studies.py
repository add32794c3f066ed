"""A file of values and prices is studied on a page of the office, and over HTTP."""

from collections.abc import Callable, Iterator
from html import unescape
from http import HTTPStatus

import httpx
import numpy as np
import pytest

from api.conftest import served, signed_in
from conftest import OFFICER, installed, make_staff
from web.conftest import sign_in_at

HERE = "/office/ratio-study"
TOLD = {"estimate": "value", "price": "price", "lang": "en"}


def sold(sales: int) -> str:
    """Sales with values a tenth off, as a spreadsheet of the region writes them."""
    random = np.random.default_rng(4)
    price = random.uniform(30_000, 90_000, sales).round()
    value = (price * random.normal(1, 0.1, sales)).round(2)
    rows = [
        f"{value[at]:.2f};$ {price[at]:,.0f};{'north' if at % 2 else 'south'};"
        f"2024-{at % 12 + 1:02d}-15;{74.5 + at / 1000};{42.8 + at % 7 / 100}".replace(",", " ")
        for at in range(sales)
    ]
    return "\n".join(["value;price;district;sold;x;y", *rows])


@pytest.fixture(scope="module")
def office(
    module_clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Serve an office without any property, with a valuer."""
    folder = tmp_path_factory.mktemp("office")
    with installed(module_clone(empty_template), folder) as opened:
        make_staff(opened.context(OFFICER), "valuer", "valuer")
        with served(opened) as address:
            yield address


@pytest.fixture
def valuer(office: str) -> Iterator[httpx.Client]:
    """Sign the valuer in."""
    with sign_in_at(office, "valuer") as client:
        yield client


def test_a_file_is_studied_as_a_page_as_a_page_to_keep_and_as_json(valuer: httpx.Client) -> None:
    asked = unescape(valuer.get(HERE, params={"lang": "en"}).text)
    assert "Houses and flats, older or mixed areas" in asked
    told = TOLD | {"by": "district", "sold_on": "sold", "lon": "x", "lat": "y"}
    file = {"file": ("продажи.csv", sold(120).encode())}
    page = unescape(valuer.post(HERE, data=told, files=file).text)
    for shown in ("продажи.csv", "Sales: 120", "COD, %", "north", "south", "<svg", "Trend of"):
        assert shown in page
    kept = valuer.post(HERE, data=told | {"as": "file"}, files=file)
    assert "attachment" in kept.headers["content-disposition"]
    assert kept.text.startswith("<!doctype html>")
    study = valuer.post(HERE, data=told | {"as": "json"}, files=file).json()
    assert study["n"] == 120
    assert [label for label, _ in study["strata"]] == ["north", "south"]


def test_what_cannot_be_studied_is_said_by_row_on_the_same_page(valuer: httpx.Client) -> None:
    wrong = b"value,price\n100,90\n-3,80\n120,soon\n110,\n"
    refused = valuer.post(HERE, data=TOLD, files={"file": ("a.csv", wrong)})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    said = unescape(refused.text)
    assert "a.csv, row 2, column value: -3 is no estimate" in said
    assert "a.csv, row 3, column price: 'soon' is no amount" in said
    assert "a.csv, row 4, column price: the price is missing" in said
    assert 'value="value"' in refused.text  # what was asked still stands in the form
    missing = valuer.post(HERE, data=TOLD, files={"file": ("a.csv", b"a,b\n1,2\n")})
    assert "expected one of a, b" in unescape(missing.text)
    kind = valuer.post(HERE, data=TOLD, files={"file": ("a.exe", b"a,b\n1,2\n")})
    assert "unknown kind of file '.exe'" in unescape(kind.text)
    few = valuer.post(HERE, data=TOLD, files={"file": ("a.csv", b"value,price\n1,2\n2,2\n")})
    assert "Fewer than five sales say nothing." in few.text


def test_a_table_is_studied_over_http_and_by_nobody_without_a_role(office: str) -> None:
    asked = {"estimate": "value", "price": "price", "trim": "iqr3"}
    csv = {"content-type": "text/csv"}
    refused = httpx.post(f"{office}/v1/ratio-studies", params=asked, content=sold(9), headers=csv)
    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    with signed_in(office, "valuer") as valuer:
        answer = valuer.post("/v1/ratio-studies", params=asked, content=sold(60), headers=csv)
        assert answer.json()["n"] == 60
        rows = "value,price\n1,0\n"
        wrong = valuer.post("/v1/ratio-studies", params=asked, content=rows, headers=csv)
        assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert wrong.json()["findings"][0]["row"] == 1
