from http import HTTPStatus

from api.conftest import Client

HOLDER = {"share": "1", "taxpayer_id": "T0000002"}


def test_an_object_is_transferred_and_asked_as_known_then(office: Client) -> None:
    mine = office.get("/v1/taxpayers/T0000001/holdings").json()
    held = f"/v1/objects/{mine[0]['property_id']}"
    new = {"on": "2016-06-15", "document": "deed 12", "holders": [HOLDER]}
    done = office.post(f"{held}/transfers", json=new)
    assert (done.status_code, done.json()["holders"][0]["share"]) == (HTTPStatus.CREATED, "1")
    now = office.get(held).json()
    assert now["holdings"][-1]["taxpayer_id"] == "T0000002"
    assert now["changes"][0]["document"] == "deed 12"
    then = office.get(held, params={"known_on": "2000-01-01"})
    assert then.status_code == HTTPStatus.NOT_FOUND
    over = new | {"holders": [HOLDER, HOLDER | {"taxpayer_id": "T0000003"}]}
    assert office.post(f"{held}/transfers", json=over).status_code == HTTPStatus.CONFLICT
    change = {"valid_from": "2016-01-01", "document": "survey", "changed": {"colour": "red"}}
    assert office.post(f"{held}/changes", json=change).status_code == HTTPStatus.CONFLICT
    assert office.get("/v1/objects/coverage").json()[0]["kind"] == "property"
