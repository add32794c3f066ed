from http import HTTPStatus

import httpx
import pytest

from kazyna.services.demo_steps import PASSWORD
from kazyna.web.visit import session_name
from web.conftest import SignIn

SESSION = session_name("us_wa")

OFFICER = {"name": "officer", "password": PASSWORD}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_session_is_a_cookie_that_no_script_and_no_other_site_can_use(
    public: httpx.Client, scheme: str
) -> None:
    answer = public.post("/sign-in", data=OFFICER, headers={"X-Forwarded-Proto": scheme})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert ("Secure" in cookie) == (scheme == "https")


@pytest.mark.parametrize("name", ["officer", "nobody"])
def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(
    public: httpx.Client, name: str
) -> None:
    answer = public.post("/sign-in", data={"name": name, "password": "wrong"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "The name or the password is wrong." in answer.text
    assert not public.cookies


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/office/taxpayers/T0000001", "/office/taxpayers/T0000001"),
        ("", "/office"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("evil", "/"),
    ],
)
def test_after_signing_in_one_stays_in_the_portal(
    public: httpx.Client, wanted: str, target: str
) -> None:
    answer = public.post("/sign-in", data=OFFICER | {"next": wanted})
    assert (answer.status_code, answer.headers["location"]) == (HTTPStatus.SEE_OTHER, target)


def test_who_must_sign_in_comes_back_afterwards(public: httpx.Client) -> None:
    answer = public.get("/office")
    assert answer.headers["location"] == "/sign-in?next=/office"
    assert 'value="/office"' in public.get("/sign-in?next=/office").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(sign_in: SignIn, headers: dict[str, str]) -> None:
    officer = sign_in("officer")
    refused = officer.post("/sign-out", headers=headers)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert officer.get("/office").status_code == HTTPStatus.OK


def test_signing_out_ends_the_session_for_good(sign_in: SignIn) -> None:
    officer = sign_in("officer")
    token = officer.cookies[SESSION]
    assert officer.post("/sign-out").headers["location"] == "/"
    assert SESSION not in officer.cookies
    officer.cookies.set(SESSION, token)
    assert officer.get("/office").status_code == HTTPStatus.SEE_OTHER


def test_an_unknown_session_is_the_public(public: httpx.Client) -> None:
    public.cookies.set(SESSION, "no such token")
    assert public.get("/").status_code == HTTPStatus.OK
