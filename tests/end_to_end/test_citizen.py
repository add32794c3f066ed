import re

import pytest
from playwright.sync_api import Browser, Page, expect

from end_to_end.conftest import DRAWN, PHONE, sign_in, visit

pytestmark = pytest.mark.browser


def test_a_citizen_finds_a_house_and_reads_why_it_is_worth_that(page: Page, address: str) -> None:
    visit(page, address)
    page.get_by_label("Property number").press_sequentially("10")
    found = page.locator(".results a")
    expect(found).to_have_count(6)
    number = found.first.locator("strong").inner_text()
    found.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Property {number}")
    expect(page.get_by_role("heading", name="Why this value")).to_be_visible()
    expect(page.get_by_role("heading", name="Property tax")).to_be_visible()

    page.get_by_role("link", name="Кыр").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Объект {number}")
    page.wait_for_function(DRAWN)
    page.locator(".pin-comparable").first.click(force=True)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(f"Объект {number}")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Объект \d+"))


def test_the_map_tells_and_opens_the_property_under_the_pointer(page: Page, address: str) -> None:
    visit(page, address)
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    popup = page.locator(".maplibregl-popup")
    places = [
        (box["x"] + box["width"] * (0.5 + 0.02 * i), box["y"] + box["height"] * (0.3 + 0.04 * j))
        for i in range(15)
        for j in range(11)
    ]
    for x, y in places:
        page.mouse.move(x, y)
        page.wait_for_timeout(100)
        if popup.count():
            break
    expect(popup).to_contain_text("per m²")
    number = popup.inner_text().split("№ ")[1]
    page.mouse.click(x, y)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Property {number}")
    page.wait_for_function(DRAWN)


def test_without_scripts_the_portal_still_answers(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Property number").fill("10")
    page.get_by_role("button", name="Search").click()
    page.locator(".results a").first.click()
    expect(page.get_by_role("heading", name="Why this value")).to_be_visible()
    expect(page.get_by_role("table", name="Why this value")).to_be_visible()
    context.close()


def test_a_keyboard_reaches_the_content_first(page: Page, address: str) -> None:
    page.goto(f"{address}/about")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


def test_a_taxpayer_sees_the_bill_and_prints_it(page: Page, address: str) -> None:
    sign_in(page, address, "taxpayer")
    expect(page.get_by_role("heading", name="My taxes")).to_be_visible()
    expect(page.get_by_text("overdue since")).to_be_visible()
    link = page.get_by_role("link", name=re.compile("^PDF")).first.get_attribute("href")
    printed = page.request.get(f"{address}{link}")
    assert printed.body().startswith(b"%PDF")
