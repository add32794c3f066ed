from http import HTTPStatus

import httpx


def test_anyone_may_read_the_whole_study_of_a_round(public: httpx.Client) -> None:
    round_id = public.get("/v1/rounds/latest").json()["round_id"]
    answer = public.get(f"/v1/rounds/{round_id}/ratio-study", params={"by": "condition"})
    assert answer.status_code == HTTPStatus.OK
    found = answer.json()
    study = found["study"]
    assert study["cod"]["low"] < study["cod"]["value"] < study["cod"]["high"]
    assert {verdict["statistic"] for verdict in study["verdicts"]} >= {"cod", "prd", "prb", "mki"}
    assert study["trimmed"]["study"]["n"] <= study["n"]
    assert sum(part["n"] for _, part in study["strata"]) == study["n"]


def test_an_unknown_round_or_characteristic_is_refused(public: httpx.Client) -> None:
    assert public.get("/v1/rounds/999999/ratio-study").status_code == HTTPStatus.NOT_FOUND
    round_id = public.get("/v1/rounds/latest").json()["round_id"]
    refused = public.get(f"/v1/rounds/{round_id}/ratio-study", params={"by": "colour"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "zipcode" in refused.json()["findings"][0]["expected"]
