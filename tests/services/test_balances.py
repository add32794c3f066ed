"""The mass balance of the log, over services, HTTP and the page; prices in the log."""

from datetime import date
from decimal import Decimal

import httpx
import pytest

from api.conftest import served
from conftest import make_staff
from kazyna.services import alerts, participants, users
from kazyna.services.balances import BalanceFilter, balance_sheet
from kazyna.services.demo_steps import PASSWORD
from kazyna.services.detection import detect_in_log
from kazyna.services.marking_documents import lines_of
from services.marking_world import TODAY, World
from web.conftest import sign_in_at

CIGARETTES = "04601234500043"
ORDERED, APPLIED, SHIPPED, SOLD = 100, 80, 60, 20


@pytest.fixture(scope="module")
def world(shop_world: World) -> World:
    """Let a maker supply a shop that sells; one code is spoilt, one pack is seized."""
    officer = shop_world.ctx("officer")
    participants.register_product(
        officer,
        participants.NewProduct(
            CIGARETTES, "cigarettes", "milk",
            {"excise_goods": "cigarettes_and_heated_tobacco_sticks_1000",
             "excise_quantity": Decimal("0.02")},
            participant_id="maker", valid_from=date(2024, 1, 1),
        ),
    )  # fmt: skip
    batch = shop_world.order("maker", CIGARETTES, ORDERED)
    send = shop_world.send
    send("maker", "apply", f"{batch}:0-{APPLIED - 1}", lot="L1")
    send("maker", "introduce", f"{batch}:0-{APPLIED - 1}")
    send("maker", "remark", lines=lines_of([f"{batch}:99"], replaces=[f"{batch}:0"]), reason="torn")
    send("maker", "ship", f"{batch}:1-{SHIPPED - 1}", f"{batch}:99", counterparty="shop")
    send("shop", "accept", f"{batch}:1-{SHIPPED - 2}", f"{batch}:99")
    send("shop", "refuse", f"{batch}:{SHIPPED - 1}")
    codes = [f"{batch}:{index}" for index in range(1, SOLD)] + [f"{batch}:99"]
    prices = [13_000] * (SOLD - 1) + [9_950]
    send("shop", "sell", lines=lines_of(codes, price=prices), document_id="receipts")
    send("officer", "seize", f"{batch}:30", reason="seized")
    make_staff(officer, "clerk")
    users.create_user(
        officer, name="trader", password=PASSWORD, role="participant", participant_id="shop"
    )
    return shop_world


def test_the_log_balances_to_what_is_in_stock(world: World) -> None:
    sheet = balance_sheet(world.ctx("officer"), BalanceFilter(gtin=CIGARETTES))
    assert sheet.differences == ()
    rows = {(row.participant, row.lot): row for row in sheet.rows}
    maker, shop = rows["maker", "L1"], rows["shop", "L1"]
    assert rows["maker", None].ordered == ORDERED
    assert (maker.applied, maker.introduced, maker.shipped) == (APPLIED, APPLIED, SHIPPED)
    assert (maker.given_back, maker.stock) == (1, APPLIED - SHIPPED + 1)
    assert (shop.received, shop.sold, shop.withdrawn) == (SHIPPED - 1, SOLD, 1)
    assert shop.stock == SHIPPED - 1 - SOLD - 1
    (whole,) = balance_sheet(world.ctx("officer"), BalanceFilter(participant="maker")).rows
    assert (whole.ordered, whole.lot, whole.stock) == (ORDERED, None, maker.stock)
    before = balance_sheet(world.ctx("officer"), BalanceFilter(month=date(2026, 2, 1)))
    assert (before.rows, before.month) == ((), None)


def test_prices_of_receipts_reach_the_rules(world: World) -> None:
    found = detect_in_log(world.ctx("officer"))
    assert {each.rule: each.alerts for each in found.rules if each.alerts} == {
        "price_out_of_bounds": 1
    }, "a code put in the place of a spoilt one is no fraud"
    (alert,) = alerts.list_alerts(world.ctx("officer"))
    assert "99.50" in alert.reason.en
    assert "120.00" in alert.reason.en


def test_the_balance_over_http_and_on_its_page(world: World) -> None:
    batch = world.order("maker", CIGARETTES, 5)
    with world.ctx("officer").transaction() as tx:  # as if more had been applied than ordered
        tx.execute(
            """
            INSERT INTO marking_events
            SELECT recorded_at, document_no, line + 100, 'apply', biz_step, disposition,
                   happened_at, participant_no, facility_no, counterparty_no, gtin, lot_no,
                   batch, first_index + 10000, last_index + 10026, 31
            FROM marking_events WHERE kind = 'order' AND batch = %s
            """,
            (batch,),
        )
    with served(world.installation) as address:
        with httpx.Client(base_url=address, timeout=60) as asked:
            token = asked.post("/v1/sessions", json={"name": "clerk", "password": PASSWORD}).json()
            asked.headers["Authorization"] = f"Bearer {token['token']}"
            answer = asked.get("/v1/marking/balance", params={"gtin": CIGARETTES}).json()
            (difference,) = answer["differences"]
            assert (difference["difference"], difference["units"]) == (
                "applied more than ordered", APPLIED + 31 - ORDERED - 5,
            )  # fmt: skip
            assert answer["totals"]["ordered"] == ORDERED + 5
            assert asked.get("/v1/marking/balance", params={"month": "March"}).status_code == 422
        with sign_in_at(address, "clerk") as office:
            page = office.get("/office/balances", params={"month": f"{TODAY:%Y-%m}"}).text
            assert "More codes applied than ordered" in page
            assert page.count('class="bar"') >= 5
            assert "/office/documents?owner=maker" in page
            lots = office.get("/office/balances", params={"gtin": CIGARETTES, "lang": "ru"}).text
            assert "Товарный баланс" in lots
            assert "L1" in lots
        with sign_in_at(address, "trader") as trader:
            assert trader.get("/office/balances").status_code == 403
