import pytest
from playwright.sync_api import Page

from conftest import OFFICER
from end_to_end.conftest import AXE, PHONE, WIDE, sign_in, visit
from kazyna.core.text import LANGUAGES, Language
from kazyna.services import cadastre, ledger
from kazyna.services.context import Installation

pytestmark = pytest.mark.browser

LETTERS = """() => [...document.fonts].some(face => face.status == 'loaded'
    && face.family.includes('Golos') && face.unicodeRange.toUpperCase().includes('U+460-52F'))"""
"""The face with the letters that Kyrgyz adds to the Russian alphabet is in use."""
VIOLATIONS = """async () => (await axe.run()).violations.map(
    v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`)"""


@pytest.fixture(scope="session")
def pages(shared_demo: Installation) -> dict[str, tuple[str, ...]]:
    """List the pages by who sees them."""
    house = cadastre.search(shared_demo.context(), "1", limit=1)[0].property_id
    debtor = ledger.arrears(shared_demo.context(OFFICER), limit=1).largest[0].taxpayer_id
    with shared_demo.context(OFFICER).transaction() as tx:
        owned = tx.value("SELECT property_id FROM holdings WHERE taxpayer_id = %s", (debtor,))
    return {
        "": (
            "/",
            "/properties?q=1",
            f"/properties/{house}",
            "/rounds/latest",
            "/rounds",
            "/rounds/1",
            "/rounds/comparison?before=1&after=1",
            "/about",
            "/sign-in",
        ),
        "officer": (
            "/office",
            f"/office/taxpayers/{debtor}",
            f"/properties/{house}",
            "/office/performance",
            "/office/ratio-study",
            "/office/gap",
            "/office/forecast",
        ),
        "valuer": ("/office", "/rounds", "/rounds/1", "/objections", "/objections/3"),
        "taxpayer": ("/my", f"/properties/{owned}", f"/properties/{owned}/objection"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["", "officer", "valuer", "taxpayer"], ids=lambda r: r or "public")
def test_a_page_is_whole_in_every_language_and_width(
    page: Page, address: str, pages: dict[str, tuple[str, ...]], role: str, language: Language
) -> None:
    if role:
        sign_in(page, address, role)
    for path in pages[role]:
        page.set_viewport_size(WIDE)
        visit(page, f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert too_wide <= 0, path
            if language == "ky":
                page.evaluate("document.fonts.ready.then(() => true)")
                assert page.evaluate(LETTERS), path
                page.evaluate(AXE.read_text(encoding="utf-8"))
                assert page.evaluate(VIOLATIONS) == [], path
