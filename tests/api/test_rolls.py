from http import HTTPStatus

from api.conftest import SignIn


def test_the_roll_is_listed_and_cannot_be_issued_twice(sign_in: SignIn) -> None:
    officer = sign_in("officer")
    (roll,) = officer.get("/v1/rolls").json()
    assert (roll["tax"], roll["year"]) == ("property_tax", 2016)
    again = officer.post("/v1/rolls/property_tax/2016")
    assert again.status_code == HTTPStatus.CONFLICT


def test_a_tax_that_the_pack_lacks_is_not_found(sign_in: SignIn) -> None:
    answer = sign_in("officer").post("/v1/rolls/window_tax/2016")
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_taxpayer_reads_and_prints_the_own_bills_only(sign_in: SignIn) -> None:
    taxpayer, officer = sign_in("taxpayer"), sign_in("officer")
    own = taxpayer.get("/v1/sessions/current").json()["taxpayer_id"]
    bills = taxpayer.get("/v1/bills/mine").json()
    assert {bill["taxpayer_id"] for bill in bills} == {own}
    printed = taxpayer.get(f"/v1/bills/{bills[0]['reference']}/pdf", params={"language": "ky"})
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")

    debts = officer.get("/v1/arrears", params={"limit": 50}).json()["largest"]
    other = next(debt["taxpayer_id"] for debt in debts if debt["taxpayer_id"] != own)
    statement = officer.get(f"/v1/taxpayers/{other}/statement").json()
    reference = bill_of(sign_in, statement[0]["lines"][0]["description"])
    assert officer.get(f"/v1/bills/{reference}/pdf").status_code == HTTPStatus.OK
    assert taxpayer.get(f"/v1/bills/{reference}/pdf").status_code == HTTPStatus.NOT_FOUND
    assert taxpayer.get(f"/v1/taxpayers/{other}/statement").status_code in {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    }


def bill_of(sign_in: SignIn, property_id: str) -> str:
    """Find the reference of the bill of a property that a line of a statement speaks of."""
    bills = sign_in("officer").get(f"/v1/properties/{property_id}/bills").json()
    reference: str = bills[0]["reference"]
    return reference
