from collections.abc import Callable, Iterator
from http import HTTPStatus

import httpx
import pytest

from api.conftest import served
from conftest import make_staff
from kazyna.services.demo_steps import PASSWORD
from kazyna.store.connection import Database
from services.kyrgyz_office import open_cars
from web.conftest import sign_in_at

HERE = "/office/accounts"


@pytest.fixture(scope="module")
def address(module_clone: Callable[[str], str], empty_template: str) -> Iterator[str]:
    with Database(module_clone(empty_template)) as database:
        office = open_cars(database)
        make_staff(office.context(), "chief", "administrator")
        with served(office) as found:
            yield found


def test_an_administrator_makes_and_ends_accounts_of_the_office(address: str) -> None:
    with sign_in_at(address, "chief") as chief:
        assert chief.get("/").text.count(HERE) == 1
        assert "akmal" not in chief.get(HERE).text
        new = {"name": "new", "password": PASSWORD, "role": "valuer"}
        assert chief.post(HERE, data=new).is_redirect
        with sign_in_at(address, "new") as valuer:
            assert valuer.get(HERE).status_code == HTTPStatus.FORBIDDEN
        short = chief.post(HERE, data=new | {"password": "short"})
        assert short.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "5 characters" in short.text
        king = chief.post(HERE, data=new | {"role": "king"})
        assert king.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert chief.post(f"{HERE}/end", data={"name": "new"}).is_redirect
        page = chief.get(HERE, params={"lang": "ru"}).text
        assert "прекращено" in page
        assert chief.get("/office").status_code == HTTPStatus.FORBIDDEN


def test_an_officer_makes_accounts_of_taxpayers_only(address: str) -> None:
    with sign_in_at(address, "officer") as officer:
        page = officer.get(HERE).text
        assert 'value="taxpayer"' in page
        assert 'value="officer"' not in page
        new = {"name": "bermet", "password": PASSWORD, "role": "taxpayer", "acts_for": "T2"}
        assert officer.post(HERE, data=new).is_redirect
        nobody = officer.post(HERE, data=new | {"acts_for": "T9"})
        assert "No taxpayer has the number" in nobody.text
        second = officer.post(HERE, data=new | {"role": "officer"})
        assert second.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "administrator" in second.text
        other = officer.post(f"{HERE}/end", data={"name": "head"})
        assert other.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_everybody_changes_the_own_password(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as public:
        assert public.get("/password").headers["location"].startswith("/sign-in")
    with sign_in_at(address, "akmal") as own:
        assert "Afterwards you sign in anew" in own.get("/password").text
        wrong = own.post("/password", data={"old": "no", "new": "long-enough-now"})
        assert "The name or the password is wrong." in wrong.text
        done = own.post("/password", data={"old": PASSWORD, "new": "long-enough-now"})
        assert done.headers["location"] == "/sign-in"
        assert own.get("/my").is_redirect
