"""What a check says of a code, by the lifecycle of the pack."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.marking.batch import Verdict
from kazyna.marking.verification import (
    OF_STATUS,
    REASON_NAMES,
    TEXTS,
    Seller,
    Standing,
    is_repeat,
    judge,
    judge_receipt,
    judge_sale,
)
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.packs.pack import load_pack

LIFECYCLE = read_lifecycle(load_pack("kg").folder)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SHOP = Seller("shop", ("retailer",))
ON_THE_SHELF = Standing("genuine", known=True, status="in_circulation", goods="footwear",
                        holder="shop")  # fmt: skip


def test_every_reason_has_words_in_all_languages() -> None:
    assert TEXTS.keys() == REASON_NAMES.keys()
    assert set(OF_STATUS) <= set(LIFECYCLE.statuses)
    for text in TEXTS.values():
        assert len({text.en, text.ru, text.ky}) == 3


def test_goods_on_the_shelf_are_sold() -> None:
    answer = judge_sale(ON_THE_SHELF, LIFECYCLE, NOW, SHOP)
    assert (answer.allowed, answer.finding, answer.reason) == (True, "genuine", "genuine")
    assert answer.status == LIFECYCLE.statuses["in_circulation"].label
    assert judge(ON_THE_SHELF, LIFECYCLE, NOW.date()) == answer


@pytest.mark.parametrize(
    ("change", "reason", "finding"),
    [
        ({"verdict": "malformed", "known": False}, "malformed", "unknown"),
        ({"verdict": "check_digit", "known": False}, "check_digit", "unknown"),
        ({"verdict": "wrong_tail", "known": False}, "wrong_tail", "false"),
        ({"verdict": "key_unknown", "known": False}, "key_unknown", "false"),
        ({"verdict": "key_revoked"}, "key_revoked", "false"),
        ({"verdict": "key_locked"}, "key_locked", "unknown"),
        ({"verdict": "foreign", "known": False}, "foreign", "unknown"),
        ({"known": False, "status": ""}, "not_registered", "unknown"),
        ({"status": "fee_unpaid"}, "fee_unpaid", "attention"),
        ({"status": "emitted"}, "not_applied", "attention"),
        ({"status": "applied"}, "not_introduced", "attention"),
        ({"status": "in_transit"}, "in_transit", "attention"),
        ({"status": "sold"}, "sold", "attention"),
        ({"status": "withdrawn"}, "withdrawn", "attention"),
        ({"status": "packed"}, "package", "attention"),
        ({"hold": "recalled"}, "held_back", "attention"),
        ({"hold": "blocked", "status": "sold"}, "held_back", "attention"),
        ({"expires_on": date(2026, 11, 26)}, "expired", "attention"),
        ({"holder": "another"}, "wrong_owner", "attention"),
        ({"holder": None}, "wrong_owner", "attention"),
    ],
)
def test_each_refusal_has_its_reason(change: dict[str, object], reason: str, finding: str) -> None:
    standing = replace(ON_THE_SHELF, **change)  # type: ignore[arg-type]
    answer = judge_sale(standing, LIFECYCLE, NOW, SHOP)
    assert (answer.allowed, answer.reason, answer.finding) == (False, reason, finding)
    shown = judge(standing, LIFECYCLE, NOW.date())
    if reason == "wrong_owner":  # a shopper does not ask whose goods they are
        assert shown.allowed
    else:
        assert shown.reason == reason


def test_the_day_of_expiry_is_still_good() -> None:
    standing = replace(ON_THE_SHELF, expires_on=NOW.date())
    assert judge_sale(standing, LIFECYCLE, NOW, SHOP).allowed


def test_a_code_of_another_state_that_is_registered_is_sold() -> None:
    assert judge_sale(replace(ON_THE_SHELF, verdict="foreign"), LIFECYCLE, NOW, SHOP).allowed


def test_who_may_not_sell_is_refused() -> None:
    keeper = Seller("shop", ("export_operator",))
    assert judge_sale(ON_THE_SHELF, LIFECYCLE, NOW, keeper).reason == "not_for_sale"
    before = datetime(2019, 1, 1, tzinfo=UTC)
    assert judge_sale(ON_THE_SHELF, LIFECYCLE, before, SHOP).reason == "not_for_sale"


@pytest.mark.parametrize(
    ("minutes", "seller", "reason"),
    [(1, "shop", "sold_just_now"), (4, "shop", "sold_just_now"), (6, "shop", "sold"),
     (1, "other", "sold")],
)  # fmt: skip
def test_a_cashier_who_scans_again_raises_no_alarm(minutes: int, seller: str, reason: str) -> None:
    sold = replace(
        ON_THE_SHELF,
        status="sold",
        first_sold_at=NOW - timedelta(minutes=minutes),
        first_seller=seller,
    )
    answer = judge_sale(sold, LIFECYCLE, NOW, SHOP)
    assert (answer.reason, answer.allowed) == (reason, False)
    assert is_repeat([NOW], NOW + timedelta(minutes=minutes)) == (minutes < 6)


def test_a_receipt_sells_no_code_twice() -> None:
    answers = judge_receipt(
        [("a", ON_THE_SHELF), ("b", ON_THE_SHELF), ("a", ON_THE_SHELF)], LIFECYCLE, NOW, SHOP
    )
    assert [answer.allowed for answer in answers] == [True, True, False]
    assert answers[2].reason == "twice_in_receipt"


@given(
    verdict=st.sampled_from([verdict.name.lower() for verdict in Verdict]),
    known=st.booleans(),
    status=st.sampled_from([*LIFECYCLE.statuses, "of another pack", ""]),
    hold=st.sampled_from([None, "blocked", "recalled"]),
    holder=st.sampled_from([None, "shop", "other"]),
)
def test_only_genuine_goods_of_the_seller_are_sold(
    verdict: str, known: bool, status: str, hold: str | None, holder: str | None
) -> None:
    standing = Standing(verdict, known, status, hold, "footwear", holder=holder)
    answer = judge_sale(standing, LIFECYCLE, NOW, SHOP)
    assert answer.allowed == (
        verdict in ("genuine", "foreign")
        and known
        and status in ("in_circulation", "returned")
        and hold is None
        and holder == "shop"
    )
    assert answer.allowed == (answer.reason == "genuine")
