from http import HTTPStatus

from web.conftest import SignIn


def test_an_officer_sees_what_is_doubtful_and_who_vouched(sign_in: SignIn) -> None:
    page = sign_in("officer").get("/office/law", params={"tax": "property_tax", "year": 2017})
    assert page.status_code == HTTPStatus.OK
    assert "The official text was not seen" in page.text
    assert "nothing is binding" in page.text
    assert "<h1>Сомнительные" in sign_in("officer").get("/office/law?lang=ru").text
    assert sign_in("taxpayer").get("/office/law").status_code == HTTPStatus.FORBIDDEN


def test_a_value_is_confirmed_on_the_page(sign_in: SignIn) -> None:
    form = {"tax": "property_tax", "year": "2017", "ids": "us_wa/property_tax/nothing@1900-01-01",
            "document": "RCW"}  # fmt: skip
    answer = sign_in("officer").post("/office/law", data=form)
    assert answer.status_code == HTTPStatus.NOT_FOUND
