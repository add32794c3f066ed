from html import unescape
from http import HTTPStatus

import httpx
import pytest

from conftest import OFFICER
from kazyna.core.text import LANGUAGES, Language
from kazyna.services import cadastre, ledger, round_studies, rounds
from kazyna.services.context import Installation
from kazyna.web.language import Writer
from web.conftest import SignIn

PUBLIC_PAGES = ("/", "/properties", "/properties?q=1", "/rounds/latest", "/about", "/sign-in")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_public_page_speaks_its_language_and_loads_nothing_foreign(
    public: httpx.Client, path: str, language: Language
) -> None:
    answer = public.get(path, params={**httpx.URL(path).params, "lang": language})
    assert answer.status_code == HTTPStatus.OK
    assert f'<html lang="{language}">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_property_page_shows_what_the_register_says(
    public: httpx.Client, shared_demo: Installation, property_id: str, language: Language
) -> None:
    card = cadastre.find_property(shared_demo.context(), property_id)
    assert card.valuation is not None
    write = Writer(language, "USD")
    page = unescape(public.get(f"/properties/{property_id}", params={"lang": language}).text)
    for amount in (card.valuation.value, card.valuation.low, card.valuation.high):
        assert write.whole_money(amount) in page
    for reason in card.valuation.reasons[:10]:
        assert write.text(reason.label) in page
        assert write.signed_money(reason.amount) in page
    for sale in card.valuation.comparables:
        assert f'href="/properties/{sale.property_id}"' in page
    assert write.money(card.valuation.value / 100) in page  # the tax: one per cent


def test_the_first_page_gives_the_totals(public: httpx.Client, shared_demo: Installation) -> None:
    overview = cadastre.overview(shared_demo.context())
    assert overview.total_value is not None
    page = public.get("/", params={"lang": "en"}).text
    write = Writer("en", "USD")
    assert write.number(overview.properties) in page
    assert write.short_money(overview.total_value) in page


def test_the_ratio_study_is_shown_with_its_statistics(
    public: httpx.Client, shared_demo: Installation
) -> None:
    round_ = rounds.latest(shared_demo.context())
    assert round_ is not None
    page = public.get("/rounds/latest", params={"lang": "ru"}).text
    write = Writer("ru", "USD")
    assert write.number(round_.study.median_ratio.value, 3) in page
    assert write.number(round_.study.prb.value, 3) in page
    assert page.count('class="chart"') == 7
    found = round_studies.study_of_round(shared_demo.context(), round_.round_id)
    assert write.number(found.study.mki.value, 4) in page
    assert "98103" in page


def test_the_study_is_repeated_by_any_characteristic(public: httpx.Client) -> None:
    page = public.get("/rounds/latest", params={"by": "condition"}).text
    assert '<option value="condition" selected>' in page
    assert "98103" not in page
    refused = public.get("/rounds/latest", params={"by": "colour"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_search_marks_what_was_typed(public: httpx.Client, property_id: str) -> None:
    part = property_id[2:6]
    page = public.get("/properties", params={"q": part}).text
    assert f"<mark>{part}</mark>" in page
    assert public.get("/properties", params={"q": "no such"}).text.count('class="results"') == 0


def test_what_is_typed_is_text_and_not_a_page(public: httpx.Client) -> None:
    page = public.get("/properties", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/properties/no-such", HTTPStatus.NOT_FOUND),
        ("/no-such-page", HTTPStatus.NOT_FOUND),
        ("/properties?limit=0", HTTPStatus.UNPROCESSABLE_ENTITY),
        ("/tiles/3/9/0.mvt", HTTPStatus.NOT_FOUND),
    ],
)
def test_a_refusal_is_a_page_in_the_visitors_language(
    public: httpx.Client, path: str, status: HTTPStatus
) -> None:
    answer = public.get(path, headers={"Accept-Language": "ky,ru;q=0.5"})
    assert answer.status_code == status
    assert '<html lang="ky">' in answer.text
    assert "Картага" in answer.text
    assert "content-security-policy" in answer.headers


def test_an_empty_installation_says_what_is_missing(empty: httpx.Client) -> None:
    for path in ("/", "/rounds", "/rounds/latest"):
        page = empty.get(path).text
        assert "No property is valued here yet" in page
        assert 'href="/rounds/latest"' not in page  # the menu offers nothing that is empty
        assert "kazyna cadastre load" not in page  # that is for those who can
    assert empty.get("/properties", params={"q": "1"}).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("officer", "/office", HTTPStatus.OK),
        ("auditor", "/office", HTTPStatus.OK),
        ("valuer", "/office", HTTPStatus.OK),
        ("taxpayer", "/office", HTTPStatus.FORBIDDEN),
        ("valuer", "/office/taxpayers/T0000001", HTTPStatus.FORBIDDEN),
        ("taxpayer", "/office/taxpayers/T0000001", HTTPStatus.FORBIDDEN),
        ("taxpayer", "/my", HTTPStatus.OK),
        ("officer", "/my", HTTPStatus.FORBIDDEN),
        ("officer", "/office/taxpayers/no-such", HTTPStatus.NOT_FOUND),
    ],
)
def test_each_role_sees_its_own_pages(
    sign_in: SignIn, name: str, path: str, status: HTTPStatus
) -> None:
    assert sign_in(name).get(path).status_code == status


def test_only_the_office_and_the_owner_see_who_owns(
    public: httpx.Client, sign_in: SignIn, shared_demo: Installation
) -> None:
    taxpayer = sign_in("taxpayer")
    debt = ledger.arrears(shared_demo.context(OFFICER), limit=1).largest[0]
    mine = taxpayer.get("/my", params={"lang": "en"}).text
    assert debt.taxpayer_name in mine
    assert Writer("en", "USD").money(debt.balance) in mine
    house = mine.split('href="/properties/')[1].split('"')[0]
    assert debt.taxpayer_name not in public.get(f"/properties/{house}").text
    assert debt.taxpayer_name in taxpayer.get(f"/properties/{house}").text
    assert debt.taxpayer_name in sign_in("officer").get(f"/properties/{house}").text
    assert 'name="reference"' not in sign_in("auditor").get("/office").text


def test_a_bill_is_printed_for_whom_it_concerns(public: httpx.Client, sign_in: SignIn) -> None:
    taxpayer = sign_in("taxpayer")
    address = taxpayer.get("/my").text.split('href="/bills/')[1].split('"')[0]
    assert address in taxpayer.get(f"/bills/{address}").text
    printed = taxpayer.get(f"/bills/{address}.pdf")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.headers["cache-control"] == "no-store"
    assert printed.content.startswith(b"%PDF")
    assert public.get(f"/bills/{address}").headers["location"].startswith("/sign-in?next=/bills/")
    assert taxpayer.get("/bills/RF00.pdf").status_code == HTTPStatus.NOT_FOUND


def test_static_files_are_kept_for_good_under_an_address_that_changes(public: httpx.Client) -> None:
    address = public.get("/about").text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "?v=" in address
    answer = public.get(address)
    assert answer.status_code == HTTPStatus.OK
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    missing = public.get("/static/no-such.js")
    assert missing.status_code == HTTPStatus.NOT_FOUND
    assert missing.headers["cache-control"] == "no-store"
