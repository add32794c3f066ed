from decimal import Decimal
from http import HTTPStatus
from typing import Any

from api.conftest import SignIn


def changed(value: str, *, tax: str = "property_tax", name: str = "ceiling_rate") -> dict[str, Any]:
    return {"tax": tax, "changes": [{"parameter": name, "value": value}]}


def test_a_reform_of_the_register_is_simulated(sign_in: SignIn) -> None:
    officer = sign_in("officer")
    (rate,) = [
        each for each in officer.get("/v1/simulations/numbers").json()
        if each["name"] == "ceiling_rate"
    ]  # fmt: skip
    assert (rate["tax"], rate["value"]) == ("property_tax", "0.01")
    asked = changed("0.02") | {"neutral": "ceiling_rate"}
    found = officer.post("/v1/simulations", json=asked).json()
    whole = found["simulation"]["whole"]
    assert whole["losers"] == whole["objects"] > 1000
    assert Decimal(whole["reformed"]) > 1.9 * float(whole["base"])
    assert Decimal(found["neutral"]["value"]) == Decimal("0.01")
    zones = [group for group in found["simulation"]["groups"] if group["by"] == "zipcode"]
    assert sum(Decimal(zone["base"]) for zone in zones) == Decimal(whole["base"])


def test_only_staff_simulates_and_names_are_checked(sign_in: SignIn) -> None:
    assert (
        sign_in("taxpayer").post("/v1/simulations", json=changed("0.02")).status_code
        == HTTPStatus.FORBIDDEN
    )
    officer = sign_in("officer")
    missing = officer.post("/v1/simulations", json=changed("1", tax="x"))
    assert missing.status_code == HTTPStatus.NOT_FOUND
    wrong = officer.post("/v1/simulations", json=changed("1", name="x"))
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "no parameter 'x'" in wrong.text
