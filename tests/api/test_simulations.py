from decimal import Decimal
from http import HTTPStatus

from api.conftest import SignIn

RATE = {"tax": "property_tax", "parameter": "ceiling_rate"}


def test_a_reform_of_the_register_is_simulated(sign_in: SignIn) -> None:
    officer = sign_in("officer")
    (rate,) = [
        each for each in officer.get("/v1/simulations/numbers").json()
        if each["name"] == "ceiling_rate"
    ]  # fmt: skip
    assert (rate["tax"], rate["value"]) == ("property_tax", "0.01")
    asked = {**RATE, "value": "0.02", "neutral": "ceiling_rate"}
    found = officer.post("/v1/simulations", json=asked).json()
    whole = found["simulation"]["whole"]
    assert whole["losers"] == whole["objects"] > 1000
    assert Decimal(whole["reformed"]) > 1.9 * float(whole["base"])
    assert Decimal(found["neutral"]["value"]) == Decimal("0.01")
    zones = [group for group in found["simulation"]["groups"] if group["by"] == "zipcode"]
    assert sum(Decimal(zone["base"]) for zone in zones) == Decimal(whole["base"])


def test_only_staff_simulates_and_names_are_checked(sign_in: SignIn) -> None:
    assert (
        sign_in("taxpayer").post("/v1/simulations", json={**RATE, "value": "0.02"}).status_code
        == HTTPStatus.FORBIDDEN
    )
    officer = sign_in("officer")
    missing = officer.post("/v1/simulations", json={**RATE, "tax": "x", "value": "1"})
    assert missing.status_code == HTTPStatus.NOT_FOUND
    wrong = officer.post("/v1/simulations", json={**RATE, "parameter": "x", "value": "1"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "no parameter 'x'" in wrong.text
