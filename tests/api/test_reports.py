from decimal import Decimal

from api.conftest import Client


def _number(public: Client) -> str:
    found = public.get("/v1/properties", params={"text": "1", "limit": 1}).json()
    return str(found[0]["property_id"])


def test_anyone_may_read_a_notice(public: Client) -> None:
    notice = public.get(f"/v1/properties/{_number(public)}/notice").json()
    total = Decimal(notice["base"]) + sum(Decimal(each["amount"]) for each in notice["reasons"])
    assert total == Decimal(notice["value"])


def test_papers_are_pdf(public: Client) -> None:
    round_id = public.get("/v1/rounds/latest").json()["round_id"]
    for address in (
        f"/v1/properties/{_number(public)}/notice/pdf?language=ru",
        f"/v1/rounds/{round_id}/report/pdf?language=ky",
    ):
        answer = public.get(address, timeout=60)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")


def test_what_is_not_there_is_not_found(public: Client) -> None:
    assert public.get("/v1/properties/nowhere/notice").status_code == 404
    assert public.get("/v1/rounds/999/report/pdf").status_code == 404
