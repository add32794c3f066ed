import re
from decimal import Decimal

import httpx

MONEY = re.compile(r"^-?\d+\.\d\d$")


def first_property(public: httpx.Client) -> str:
    found = public.get("/v1/properties", params={"text": "1", "limit": 1}).json()
    number: str = found[0]["property_id"]
    return number


def test_anyone_sees_the_cadastre_at_a_glance(public: httpx.Client) -> None:
    overview = public.get("/v1/overview").json()
    assert overview["properties"] > 1000
    assert overview["valuation_date"] == "2015-05-31"
    assert MONEY.match(overview["total_value"])


def test_search_keeps_to_the_limit(public: httpx.Client) -> None:
    assert len(public.get("/v1/properties", params={"text": "1", "limit": 3}).json()) == 3
    assert public.get("/v1/properties", params={"text": "no such number"}).json() == []


def test_the_reasons_of_a_value_add_up_to_it(public: httpx.Client) -> None:
    card = public.get(f"/v1/properties/{first_property(public)}").json()
    valuation = card["valuation"]
    amounts = [valuation["base"], *(reason["amount"] for reason in valuation["reasons"])]
    assert sum(map(Decimal, amounts)) == Decimal(valuation["value"])


def test_the_tax_of_a_property_is_shown_without_its_owner(public: httpx.Client) -> None:
    (preview,) = public.get(f"/v1/properties/{first_property(public)}/tax").json()
    assert Decimal(preview["amount"]) == round(Decimal(preview["assessed_value"]) / 100, 2)
    assert preview["steps"][0]["law"].endswith("art. VII § 2")
    assert "taxpayer_id" not in preview


def test_the_public_sees_no_bills(public: httpx.Client) -> None:
    assert public.get(f"/v1/properties/{first_property(public)}/bills").json() == []
