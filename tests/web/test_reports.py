import httpx
import pytest


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Weak spots"), ("ru", "Слабые места"), ("ky", "Алсыз жерлер")]
)
def test_the_report_of_a_round_is_a_page(public: httpx.Client, language: str, word: str) -> None:
    page = public.get("/rounds/1/report", params={"lang": language})
    assert page.status_code == 200
    assert word in page.text
    assert page.text.count("<svg") >= 4
    assert 'style="' not in page.text, "the portal's policy allows no styles in elements"


def test_papers_are_downloaded(public: httpx.Client, property_id: str) -> None:
    for address in ("/rounds/1/report.pdf", f"/properties/{property_id}/notice.pdf"):
        answer = public.get(address)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")


def test_the_page_of_a_property_leads_to_its_notice(public: httpx.Client, property_id: str) -> None:
    page = public.get(f"/properties/{property_id}").text
    assert f'href="/properties/{property_id}/notice.pdf"' in page


def test_a_report_that_is_not_there_is_a_page_that_says_so(public: httpx.Client) -> None:
    assert public.get("/rounds/999/report").status_code == 404
    assert public.get("/rounds/one/report").status_code == 422
