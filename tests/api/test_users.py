from http import HTTPStatus

import httpx

from api.conftest import signed_in
from kazyna.services.demo_steps import PASSWORD


def test_a_session_ends_when_its_holder_signs_out(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        given = {"name": "auditor", "password": PASSWORD}
        token = client.post("/v1/sessions", json=given).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/v1/sessions/current").json()["role"] == "auditor"
        assert client.delete("/v1/sessions/current").status_code == HTTPStatus.NO_CONTENT
        ended = client.get("/v1/sessions/current")
    assert ended.status_code == HTTPStatus.UNAUTHORIZED
    assert ended.headers["www-authenticate"] == "Bearer"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(public: httpx.Client) -> None:
    answers = [
        public.post("/v1/sessions", json={"name": name, "password": "wrong password"})
        for name in ("officer", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [HTTPStatus.FORBIDDEN] * 2
    assert answers[0].json() == answers[1].json()


def test_without_a_token_the_caller_is_the_public(public: httpx.Client) -> None:
    assert public.get("/v1/sessions/current").json()["role"] == "public"


def test_administrators_make_list_and_end_accounts_of_the_office(office: httpx.Client) -> None:
    new = {"name": "second-officer", "password": "a long password", "role": "officer"}
    assert office.post("/v1/users", json=new).status_code == HTTPStatus.FORBIDDEN
    with signed_in(str(office.base_url), "administrator") as administrator:
        assert administrator.post("/v1/users", json=new).status_code == HTTPStatus.CREATED
        short = administrator.post("/v1/users", json=new | {"password": "short"})
        assert short.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert short.json()["findings"][0]["column"] == "password"
        given = {"name": new["name"], "password": new["password"]}
        session = office.post("/v1/sessions", json=given)
        bearer = {"Authorization": f"Bearer {session.json()['token']}"}
        other = {"old": new["password"], "new": "another password"}
        changed = office.put("/v1/users/me/password", json=other, headers=bearer)
        assert changed.status_code == HTTPStatus.NO_CONTENT
        assert office.post("/v1/sessions", json=given).status_code == HTTPStatus.FORBIDDEN
        there = f"/v1/users/{new['name']}"
        assert administrator.delete(there).status_code == HTTPStatus.NO_CONTENT
        assert administrator.delete(there).status_code == HTTPStatus.NOT_FOUND
        listed = {each["name"]: each["ended_at"] for each in administrator.get("/v1/users").json()}
        assert listed[new["name"]] is not None
        assert "taxpayer" not in listed
        kinds = [each["kind"] for each in administrator.get("/v1/users/changes").json()[:3]]
        assert kinds == ["ended", "password", "made"]
