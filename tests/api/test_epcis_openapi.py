"""Requests to the EPCIS interface that nobody thought of, against its own description."""

from api.test_epcis import address, office  # noqa: F401 (fixtures)
from api.test_openapi import ask_everything


def test_the_public_gets_what_is_described(address: str) -> None:  # noqa: F811
    assert ask_everything(address, {}, path="/epcis/openapi.json") > 40


def test_an_officer_gets_what_is_described(address: str, office: object) -> None:  # noqa: F811
    token = office.headers["Authorization"]  # type: ignore[attr-defined]
    asked = ask_everything(address, {"Authorization": token}, path="/epcis/openapi.json")
    assert asked > 40
