"""Pages of taxes in Kyrgyz, in a real browser: whole at any width, and open to every reader."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from api.conftest import served
from end_to_end.conftest import AXE, PHONE, WIDE, sign_in, visit
from end_to_end.test_every_page import VIOLATIONS
from kazyna.store.connection import Database
from services.kyrgyz_office import issue_cars, open_cars

pytestmark = pytest.mark.browser

PAGES = {
    "officer": (
        "/office/rolls", "/office/rolls/vehicle/2026", "/office/rolls/vehicle/2026/comparison",
        "/office/reliefs", "/office/bill-objections", "/office/declarations",
        "/office/register?q=v", "/office/objects/V3",
    ),
    "akmal": (
        "/my", "/my/objects", "/my/forecast", "/my/declarations?tax=excise", "/my/objections",
        "/my/reliefs",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def cars(module_clone: Callable[[str], str], empty_template: str) -> Iterator[str]:
    """Serve a small Kyrgyz office that has issued a roll."""
    with Database(module_clone(empty_template)) as database:
        office = open_cars(database)
        issue_cars(office)
        with served(office) as address:
            yield address


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_taxes_are_whole(page: Page, cars: str, name: str) -> None:
    sign_in(page, cars, name)
    for path in PAGES[name]:
        visit(page, f"{cars}{path}{'&' if '?' in path else '?'}lang=ky")
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(VIOLATIONS) == [], path
        page.set_viewport_size(WIDE)


def test_a_taxpayer_objects_to_a_bill_and_reads_the_answer(page: Page, cars: str) -> None:
    sign_in(page, cars, "akmal")
    page.get_by_role("link", name="Objections", exact=True).click()
    page.get_by_role("link", name="Vehicle tax 2026: V1").click()
    page.get_by_label("What do you owe").fill("1200")
    page.get_by_label("Which fact or figure is wrong").fill("The engine has 1,600 cm3.")
    page.get_by_role("button", name="Send the objection").click()
    expect(page.get_by_role("heading", name="Objection to a bill")).to_be_visible()
    own = page.url
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, cars, "officer")
    page.goto(own)
    page.get_by_label("Engine").fill("1600")
    page.get_by_label("Reason").fill("Seen at the inspection.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("KGS\N{NO-BREAK SPACE}1,200.00").first).to_be_visible()
    expect(page.get_by_text("upheld").first).to_be_visible()
