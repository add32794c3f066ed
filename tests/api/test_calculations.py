from http import HTTPStatus

import pytest

from api.conftest import Client

THERE = "/v1/taxes/property_tax"


def test_anybody_reckons_a_tax_from_its_facts(public: Client) -> None:
    (asked,) = public.get(f"{THERE}/questions").json()
    assert (asked["name"], asked["unit"], asked["usual"]) == ("value", "USD", "")
    found = public.post(f"{THERE}/calculation", json={"facts": {"value": "420011.00"}}).json()
    assert (found["amount"], found["currency"]) == ("4200.11", "USD")
    assert found["steps"][-1]["value"] == found["amount"]


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({}, "the value is missing"),
        ({"value": "a house"}, "'a house' cannot be read"),
        ({"value": "0.001"}, "more than 2 decimal places"),
        ({"value": "-1"}, "too small"),
        ({"value": "1", "valu": "1"}, "no rule asks for it"),
    ],
)
def test_a_fact_that_cannot_be_is_named(public: Client, facts: dict[str, str], named: str) -> None:
    answer = public.post(f"{THERE}/calculation", json={"facts": facts})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert named in answer.text


def test_an_unknown_tax_and_a_day_before_the_law_are_refused(public: Client) -> None:
    assert public.get("/v1/taxes/window/questions").status_code == HTTPStatus.NOT_FOUND
    early = {"on": "1900-01-01", "facts": {"value": "1"}}
    answer = public.post(f"{THERE}/calculation", json=early)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "1972-11-07" in answer.text
