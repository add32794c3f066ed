"""What docs/methods/bad-input-of-taxes.md says of the portal: refused in words, nothing kept."""

from collections.abc import Callable, Iterator
from html import unescape
from http import HTTPStatus

import httpx
import pytest

from api.conftest import served
from kazyna.services.context import Installation
from kazyna.store.connection import Database
from services.kyrgyz_office import issue_cars, open_cars
from web.conftest import sign_in_at

DEED = {"on": "2026-01-01", "document": "deed"}


@pytest.fixture(scope="module")
def office(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Installation]:
    with Database(module_clone(empty_template)) as database:
        installation = open_cars(database)
        issue_cars(installation)
        yield installation


@pytest.fixture(scope="module")
def officer(office: Installation) -> Iterator[httpx.Client]:
    with served(office) as address, sign_in_at(address, "officer") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("objects/V1/changes", DEED | {"is:engine_cm3": "-4"}, "-4 is too small"),
        ("objects/V1/changes", DEED | {"is:vehicle_class": "ufo"}, "'ufo' is not known"),
        (
            "objects/V1/transfers",
            DEED | {"taxpayer:1": "T1", "share:1": "0.6", "taxpayer:2": "T2", "share:2": "0.6"},
            "exceed the whole: V1 on 2026-01-01: 1.2",
        ),
        ("objects/V1/transfers", DEED | {"taxpayer:1": "T1", "share:1": "all"}, "is no share"),
        ("rolls", {"tax": "nothing", "year": "2026"}, "has no tax 'nothing'"),
        ("simulation", {"tax": "vehicle", "new:nothing": "1"}, "the law has no such number"),
        ("simulation", {"tax": "vehicle", "new:book_value_rate": "much"}, "is not a number"),
        ("payments", {"reference": "RF65000200000001"}, "amount: it is missing"),
        (
            "payments",
            {"reference": "RF65000200000001", "amount": "12 USD", "received_on": "2026-07-01",
             "key": "one"},
            "'12USD' is not a number",
        ),
    ],
)  # fmt: skip
def test_a_form_says_what_is_wrong(
    officer: httpx.Client, path: str, fields: dict[str, str], said: str
) -> None:
    answer = officer.post(f"/office/{path}", data=fields)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in unescape(answer.text)


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("bank/files", "Номер документа;Дата;Сумма\n7;01.07.2026;10,", "line 2 does not end"),
        ("bank/files", "<Document><BkToCstmrStmt>", "july.csv: "),
        (
            "bank/files",
            "Номер документа;Дата;Сумма;Валюта\n7;01.07.2026;10,00;USD\n",
            "row 1, column currency: the currency is 'USD'; expected KGS",
        ),
        (
            "councils",
            "place,parameter,keys,from,to,value,document,source\nbishkek,rat,,,,8,d,\n",
            "row 1, column parameter: councils do not decide 'rat'",
        ),
    ],
)
def test_a_file_is_refused_by_row_and_column(
    officer: httpx.Client, path: str, content: str, said: str
) -> None:
    answer = officer.post(f"/office/{path}", files={"file": ("july.csv", content.encode())})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in unescape(answer.text)


def test_nothing_was_kept_of_what_was_refused(officer: httpx.Client) -> None:
    assert "No file is imported yet" in officer.get("/office/bank?lang=en").text
    assert "No decision is recorded" in officer.get("/office/councils?lang=en").text
    shown = officer.get("/office/objects/V1?lang=en").text
    assert "2,000" in shown
    assert "Bermet" not in shown
