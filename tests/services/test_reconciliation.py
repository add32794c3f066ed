"""Marked goods against declarations: differences to the document, two officers to charge them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from kazyna.core.errors import Conflict, Forbidden, InputError
from kazyna.services import declarations, ledger, participants, proposals, reconciliation
from kazyna.services.context import Actor, Context
from kazyna.services.marking_documents import lines_of
from kazyna.store.connection import Database
from services.marking_world import World, make_world

BEER, CIGARETTES = "04601234500036", "04601234500043"
TOBACCO = "cigarettes_and_heated_tobacco_sticks_1000"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 20)
BOTTLES, PACKS, SOLD = 2_000, 1_000, 600
EXCISE_OF_BEER = BOTTLES * Decimal("0.5") * 20
"""2,000 bottles of half a litre at 20 som a litre, by the draft rates of 2026."""
EXCISE_OF_TOBACCO = PACKS * Decimal("0.02") * 3_250
"""1,000 packs of 20 at 3,250 som a thousand, by law 78 of 2023."""
LEAST_VAT = (SOLD * Decimal(120) * Decimal("0.12") / Decimal("1.12")).quantize(Decimal("0.01"))
"""600 packs at 120 som at least, 12 % inside the price."""


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """Let a maker introduce beer and cigarettes in March, and a shop sell some."""
    with Database(database_url) as database:
        made = make_world(database_url, tmp_path)(database)
        for gtin, goods, kind, quantity in (
            (BEER, "beer", "beer", "0.5"),
            (CIGARETTES, "milk", TOBACCO, "0.02"),
        ):
            participants.register_product(
                made.ctx("officer"),
                participants.NewProduct(
                    gtin, goods, goods,
                    {"excise_goods": kind, "excise_quantity": Decimal(quantity)},
                    participant_id="maker", valid_from=date(2024, 1, 1),
                ),
            )  # fmt: skip
        beer = f"{made.order('maker', BEER, BOTTLES)}:0-{BOTTLES - 1}"
        packs = made.order("maker", CIGARETTES, PACKS)
        every = f"{packs}:0-{PACKS - 1}"
        for kind, number in (("apply", 1), ("introduce", 2)):
            made.send("maker", kind, beer, document_id=f"beer-{number}")
            made.send("maker", kind, every, document_id=f"packs-{number}")
        made.send("maker", "ship", every, counterparty="shop")
        made.send("shop", "accept", every)
        made.send("shop", "sell", f"{packs}:0-{SOLD - 1}", document_id="receipts")
        yield made


def officer(world: World, name: str = "officer") -> Context:
    return replace(world.installation.context(Actor(name, "officer")), today=APRIL)


def declare(ctx: Context, goods: str, quantity: str) -> None:
    lines = pa.table(
        {
            "taxpayer_id": ["T-maker"],
            "excise_goods": [goods],
            "excise_quantity": pa.array([Decimal(quantity)], pa.decimal128(18, 3)),
        }
    )
    declarations.file(ctx, lines, tax="excise", month=MARCH)


def test_every_difference_traces_to_its_documents(world: World) -> None:
    ctx = officer(world)
    declare(ctx, "beer", "400")
    found = reconciliation.reconcile(ctx, month=MARCH)
    excise, vat = found.differences
    assert (excise.taxpayer_id, excise.tax) == ("T-maker", "excise")
    assert excise.expected == EXCISE_OF_BEER + EXCISE_OF_TOBACCO
    assert excise.declared == 400 * 20
    assert excise.difference == excise.expected - excise.declared
    by_goods = {each.goods: each for each in excise.goods}
    (document,) = by_goods["beer"].documents
    assert (document.document_id, document.units) == ("beer-2", BOTTLES)
    assert document.quantity == 1_000
    assert by_goods["beer"].declared_quantity == 400
    assert by_goods[TOBACCO].declared_quantity == 0
    assert len(excise.declaration_ids) == 1
    assert (vat.taxpayer_id, vat.expected) == ("T-shop", LEAST_VAT)
    assert vat.declared == 0
    assert vat.goods[0].documents[0].document_id == "receipts"
    assert found.difference == excise.difference + vat.difference


def test_an_honest_declaration_leaves_no_difference(world: World) -> None:
    ctx = officer(world)
    lines = pa.table(
        {
            "taxpayer_id": ["T-maker"] * 2,
            "excise_goods": ["beer", TOBACCO],
            "excise_quantity": pa.array([Decimal(1_000), Decimal(20)], pa.decimal128(18, 3)),
        }
    )
    declarations.file(ctx, lines, tax="excise", month=MARCH)
    supply = pa.table(
        {
            "taxpayer_id": ["T-shop"],
            "supply": pa.array([Decimal(SOLD * 130)], pa.decimal128(18, 2)),
            "input_vat": pa.array([Decimal(0)], pa.decimal128(18, 2)),
        }
    )
    declarations.file(ctx, supply, tax="vat", month=MARCH)
    found = reconciliation.reconcile(ctx, month=MARCH)
    assert [each.difference for each in found.differences if each.tax == "excise"] == [0]
    assert all(each.difference <= 0 for each in found.differences)
    assert proposals.propose(ctx, month=MARCH).created == ()


def test_tax_on_sales_is_by_the_receipts_and_less_what_came_back(world: World) -> None:
    cheap = Decimal(100)
    batch = world.order("maker", BEER, 10)
    every = f"{batch}:0-9"
    for kind in ("apply", "introduce"):
        world.send("maker", kind, every)
    world.send("maker", "ship", every, counterparty="shop")
    world.send("shop", "accept", every)
    prices = [10_000, 10_000, 25_050]
    receipt = lines_of([f"{batch}:{index}" for index in range(3)], price=prices)
    world.send("shop", "sell", lines=receipt, document_id="priced")
    world.send("shop", "sell", f"{batch}:3", document_id="unpriced")
    world.send("shop", "return", f"{batch}:1", reason="torn", document_id="came back")
    vat = next(each for each in reconciliation.reconcile(officer(world), month=MARCH).differences
               if each.tax == "vat")  # fmt: skip
    found = {(each.goods, each.basis): each for each in vat.goods}
    exact = found["beer", "receipts"]
    assert (exact.units, [each.document_id for each in exact.documents]) == (
        2, ["came back", "priced"],
    )  # fmt: skip
    assert [each.paid for each in exact.documents] == [-cheap, cheap + cheap + Decimal("250.50")]
    inside = Decimal("0.12") / Decimal("1.12")
    assert exact.expected == ((cheap + Decimal("250.50")) * inside).quantize(Decimal("0.01"))
    assert found[TOBACCO, "least_price"].expected == LEAST_VAT
    nothing = found["beer", "no_price"]
    assert (nothing.units, nothing.expected) == (1, Decimal(0))
    assert vat.at_least
    assert vat.expected == exact.expected + LEAST_VAT


def test_a_second_officer_confirms_and_it_is_charged_once(world: World) -> None:
    first, second = officer(world), officer(world, "second")
    proposed = proposals.propose(first, month=MARCH)
    again = proposals.propose(first, month=MARCH)
    assert (len(proposed.created), again.created, again.unchanged) == (2, (), 2)
    excise = next(each for each in proposed.created if each.tax == "excise")
    with pytest.raises(Conflict, match="second officer"):
        proposals.confirm_proposal(first, excise.proposal_id)
    confirmed = proposals.confirm_proposal(second, excise.proposal_id, note="compared")
    assert (confirmed.status, confirmed.decided_by) == ("confirmed", "second")
    with pytest.raises(Conflict, match="decided already"):
        proposals.confirm_proposal(second, excise.proposal_id)
    accounts = ledger.statement(second, taxpayer_id="T-maker")
    assert {each.account: each.balance for each in accounts}[
        "receivable:excise:T-maker"
    ] == EXCISE_OF_BEER + EXCISE_OF_TOBACCO
    after = reconciliation.reconcile(first, month=MARCH)
    maker = next(each for each in after.differences if each.tax == "excise")
    assert maker.assessed == excise.amount
    assert maker.difference == 0


def test_what_is_refused_is_not_charged(world: World) -> None:
    first, second = officer(world), officer(world, "second")
    vat = next(each for each in proposals.propose(first, month=MARCH).created if each.tax == "vat")
    with pytest.raises(InputError, match="no reason"):
        proposals.refuse_proposal(second, vat.proposal_id, note=" ")
    refused = proposals.refuse_proposal(second, vat.proposal_id, note="the shop is exempt")
    assert (refused.status, refused.note) == ("refused", "the shop is exempt")
    open_ones = [each for each in proposals.list_proposals(first) if each.status == "proposed"]
    assert [each.tax for each in open_ones] == ["excise"]


def test_a_proposal_that_no_longer_holds_is_refused_before_another(world: World) -> None:
    ctx = officer(world)
    proposals.propose(ctx, month=MARCH)
    declare(ctx, "beer", "400")
    with pytest.raises(Conflict, match="refuse it first"):
        proposals.propose(ctx, month=MARCH)


def test_only_officers_and_only_of_months_that_are_over(world: World) -> None:
    early = replace(officer(world), today=date(2026, 3, 31))
    with pytest.raises(InputError, match="not over"):
        proposals.propose(early, month=MARCH)
    with pytest.raises(InputError, match="below nought"):
        proposals.propose(officer(world), month=MARCH, tolerance=Decimal(-1))
    auditor = replace(world.installation.context(Actor("a", "auditor")), today=APRIL)
    assert reconciliation.reconcile(auditor, month=MARCH).differences
    with pytest.raises(Forbidden):
        proposals.propose(auditor, month=MARCH)
    with pytest.raises(Forbidden):
        reconciliation.reconcile(world.ctx("maker"), month=MARCH)
