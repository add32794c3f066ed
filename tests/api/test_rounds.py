from http import HTTPStatus

import httpx

from api.conftest import SignIn


def test_the_ratio_study_stands_on_its_sales(public: httpx.Client) -> None:
    latest = public.get("/v1/rounds/latest").json()
    path = f"/v1/rounds/{latest['round_id']}/study"
    points = public.get(path, params={"limit": 5000}).json()
    assert len(points) == latest["study"]["sales"]
    assert public.get(path, params={"limit": 2, "offset": 3}).json() == points[3:5]


def test_a_date_is_valued_once(sign_in: SignIn) -> None:
    answer = sign_in("valuer").post("/v1/rounds", json={"valuation_date": "2015-05-31"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "published already" in answer.json()["detail"]


def test_only_valuers_publish(sign_in: SignIn) -> None:
    answer = sign_in("officer").post("/v1/rounds", json={"valuation_date": "2015-05-31"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
