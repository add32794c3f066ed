"""The public check in a real browser: by camera, by picture, typed, and without a network."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from api.conftest import served
from conftest import make_staff
from end_to_end.conftest import ARGUMENTS, AXE, CHROMIUM, PATIENCE_MS, PHONE, WIDE
from end_to_end.test_every_page import VIOLATIONS
from kazyna.core.text import LANGUAGES, Language
from kazyna.marking.symbol import symbol
from kazyna.marking.symbol_datamatrix import datamatrix
from kazyna.marking.symbol_drawing import png
from kazyna.services import offline_kits
from services.marking_world import World
from services.shelf import Shelf, stock

pytestmark = pytest.mark.browser

FRAME = (640, 480)
OFFICER_PASSWORD = "a long password"


@pytest.fixture
def signed(shop_world: World, tmp_path: Path) -> Shelf:
    return stock(shop_world, tmp_path, template="eaeu_88")


@pytest.fixture
def address(shop_world: World, signed: Shelf) -> Iterator[str]:
    shop_world.send("officer", "block", signed.codes[5], reason="test")
    offline_kits._kits.clear()
    with served(shop_world.installation) as address:
        yield address


@pytest.fixture
def own_page(browser: Browser) -> Iterator[Page]:
    """Open a page on which requests may fail: there is no network for a part of the test."""
    context = browser.new_context(viewport=PHONE, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def opened(page: Page, address: str, language: Language = "en") -> None:
    page.goto(f"{address}/verify?lang={language}")
    page.wait_for_selector("#verify[data-ready]")


def typed(page: Page, code: str) -> str:
    page.get_by_role("textbox").fill(code.replace("\x1d", "<GS>"))
    page.locator("[data-part=form] button").click()
    page.wait_for_function("() => !document.querySelector('[data-part=state]').textContent")
    result = page.locator("[data-part=result]")
    expect(result).to_be_visible()
    return result.get_attribute("data-finding") or ""


def camera_film(code: str, path: Path) -> Path:
    """Write what a camera sees that is held over a pack: a film of still frames (YUV4MPEG2)."""
    width, height = FRAME
    dots = np.kron(1 - np.pad(datamatrix(code), 3), np.ones((7, 7), dtype=np.uint8)) * 200 + 30
    luma = np.full((height, width), 230, dtype=np.uint8)
    top, left = (height - dots.shape[0]) // 2, (width - dots.shape[1]) // 2
    luma[top : top + dots.shape[0], left : left + dots.shape[1]] = dots
    frame = b"FRAME\n" + luma.tobytes() + bytes([128]) * (width * height // 2)
    path.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % FRAME + frame * 10)
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_every_language_and_width(
    page: Page, address: str, signed: Shelf, language: Language
) -> None:
    opened(page, address, language)
    assert typed(page, signed.codes[0]) == "genuine"
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(VIOLATIONS) == []


def test_typed_codes_are_asked_of_the_register(page: Page, address: str, signed: Shelf) -> None:
    opened(page, address)
    assert typed(page, signed.codes[0]) == "genuine"
    assert "footwear" in page.locator("[data-part=result]").inner_text()
    assert typed(page, signed.unused[0]) == "attention"
    assert typed(page, signed.codes[1][:-6] + "AAAA==") == "false"
    assert typed(page, "hello") == "unknown"


def test_it_works_without_a_script(browser: Browser, address: str, signed: Shelf) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/verify")
    page.get_by_label("Or type the code").fill(signed.codes[0].replace("\x1d", "<GS>"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("The code is genuine")).to_be_visible()
    context.close()


def test_a_picture_is_read(page: Page, address: str, signed: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "pack.png"
    path.write_bytes(png(symbol(signed.codes[2])))
    opened(page, address)
    page.locator("[data-part=picture]").set_input_files(path)
    result = page.locator("[data-part=result]")
    expect(result).to_have_attribute("data-finding", "genuine", timeout=PATIENCE_MS)


def test_the_camera_scans(browser: Browser, address: str, signed: Shelf, tmp_path: Path) -> None:
    film = camera_film(signed.codes[3], tmp_path / "pack.y4m")
    with_camera = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            *ARGUMENTS,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    page = with_camera.new_page(viewport=PHONE, permissions=["camera"])
    page.set_default_timeout(PATIENCE_MS)
    opened(page, address)
    page.get_by_role("button", name="Scan with the camera").click()
    result = page.locator("[data-part=result]")
    expect(result).to_have_attribute("data-finding", "genuine", timeout=PATIENCE_MS)
    expect(page.locator("video")).to_be_hidden()  # the camera is let go
    with_camera.close()


def test_without_a_network_signatures_and_recalls_are_known(
    own_page: Page, shop_world: World, signed: Shelf, tmp_path: Path
) -> None:
    """The page was open once; then the server is gone."""
    tagged = stock(shop_world, tmp_path)
    shop_world.send("officer", "block", signed.codes[5], reason="test")
    offline_kits._kits.clear()
    page, forged = own_page, signed.codes[1][:-6] + "AAAA=="
    page.clock.set_fixed_time(datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC))
    with ExitStack() as online:
        address = online.enter_context(served(shop_world.installation))
        opened(page, address)
        page.wait_for_selector("#verify[data-kept]")
    page.reload()
    page.wait_for_selector("#verify[data-ready]")
    assert typed(page, signed.codes[0]) == "genuine"
    shown = page.locator("[data-part=result]").inner_text()
    assert "cannot be known without a network" in shown
    assert "Checked without a network" in shown
    assert typed(page, signed.codes[5]) == "attention"
    assert typed(page, forged) == "false"
    assert typed(page, tagged.codes[0]) == "unknown"
    assert typed(page, f"(01){'0' * 13}1(21)4abc") == "unknown"


def test_an_inspector_blocks_goods(page: Page, address: str, signed: Shelf) -> None:
    make_staff(signed.world.ctx("officer"), "inspector", password=OFFICER_PASSWORD)
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill("inspector")
    page.get_by_label("Password").fill(OFFICER_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto(f"{address}/office/codes")
    page.get_by_label("Code, as scanned or typed").fill(signed.codes[7].replace("\x1d", "<GS>"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("cell", name="shop").first).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(VIOLATIONS) == []
    page.get_by_label("Reason").fill("no papers")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("The goods are blocked.")).to_be_visible()
    page.get_by_label("What was seen, and where").fill("Dordoi market, row 4")
    page.get_by_role("button", name="Send the finding").click()
    expect(page.get_by_text("The finding is reported.")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
