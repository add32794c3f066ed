from http import HTTPStatus

from api.conftest import SignIn

ROLL = "/v1/rolls/property_tax/2017"


def test_doubts_are_listed_and_confirmed_once(sign_in: SignIn) -> None:
    officer = sign_in("officer")
    doubts = officer.get(f"{ROLL}/doubts").json()
    assert {doubt["parameter"] for doubt in doubts} == {"ceiling_rate", "rounding"}
    asked = {"ids": [doubt["id"] for doubt in doubts], "document": "RCW, official edition"}
    again = officer.post(f"{ROLL}/confirmations", json=asked).json()
    assert (again["confirmed"], again["before"]) == (0, 2)
    missing = officer.post(f"{ROLL}/confirmations", json=asked | {"ids": ["x"]})
    assert missing.status_code == HTTPStatus.NOT_FOUND
    refused = sign_in("taxpayer").post(f"{ROLL}/confirmations", json=asked)
    assert refused.status_code == HTTPStatus.FORBIDDEN
