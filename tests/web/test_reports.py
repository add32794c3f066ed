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


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "would be about"), ("ru", "стоимость была бы"), ("ky", "нарк")],
)
def test_the_page_of_a_property_says_its_reasons_in_words_and_what_would_change(
    public: httpx.Client, property_id: str, language: str, word: str
) -> None:
    page = public.get(f"/properties/{property_id}", params={"lang": language}).text
    heading = {"en": "What would change the value", "ru": "Что изменило бы стоимость",
               "ky": "Наркты эмне өзгөртмөк"}[language]  # fmt: skip
    assert heading in page
    assert word in page.split(heading)[1].split("</ul>")[0]


def test_the_page_of_a_round_leads_to_its_report(public: httpx.Client) -> None:
    page = public.get("/rounds/1").text
    assert 'href="/rounds/1/report"' in page
    assert 'href="/rounds/1/worklist"' not in page  # for the office


def test_a_report_that_is_not_there_is_a_page_that_says_so(public: httpx.Client) -> None:
    assert public.get("/rounds/999/report").status_code == 404
    assert public.get("/rounds/one/report").status_code == 422
