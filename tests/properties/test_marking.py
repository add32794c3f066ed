"""Marked goods under any order of documents and any number of hands: one owner, one first sale."""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kazyna.core.errors import InputError, KazynaError
from kazyna.marking.gs1 import compute_check_digit
from kazyna.services import code_states
from kazyna.services.marking_documents import (
    Document,
    SubmittedDocument,
    lines_of,
    submit_each,
)
from kazyna.store.connection import Database
from services.marking_world import NOON, SHOES, World, make_world

UNITS, HANDS = 12, 64
PEOPLE = ("maker", "wholesaler", "shop", "shop2")
BOXES = ("00046012340000000017", "00046012340000000024")


@pytest.fixture(scope="module")
def world(
    module_clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    url = module_clone(empty_template)
    with Database(url) as database:
        yield make_world(url, tmp_path_factory.mktemp("marking"))(database)


def introduced(world: World, units: int) -> int:
    batch = world.order("maker", SHOES, units)
    for kind in ("apply", "introduce"):
        world.send("maker", kind, f"{batch}:0-{units - 1}")
    return batch


def at_once(work: Callable[[int], object]) -> list[str]:
    """Let all hands begin together; tell of each `done`, or why not."""
    start, told = Barrier(HANDS), [""] * HANDS

    def one(hand: int) -> None:
        start.wait()
        try:
            work(hand)
        except InputError as error:
            told[hand] = str(error)
        else:
            told[hand] = "done"

    hands = [Thread(target=one, args=(hand,)) for hand in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert all(told), "a hand failed in another way"
    return told


def test_sixty_four_hands_leave_one_owner(world: World) -> None:
    """Two shops are sent the same units at once; then one takes them and the sender calls back."""
    batch = introduced(world, 4)
    shops = ("shop", "shop2")

    def ship(hand: int) -> None:
        to = shops[hand // 4 % 2]
        world.send("maker", "ship", f"{batch}:{hand % 4}", counterparty=to)

    won = [hand for hand, told in enumerate(at_once(ship)) if told == "done"]
    assert sorted(hand % 4 for hand in won) == [0, 1, 2, 3]
    to = {hand % 4: shops[hand // 4 % 2] for hand in won}

    def answer(hand: int) -> None:
        unit, takes = hand % 4, hand // 4 % 2
        name, kind = (to[unit], "accept") if takes else ("maker", "cancel_shipment")
        world.send(name, kind, f"{batch}:{unit}")

    won = [hand for hand, told in enumerate(at_once(answer)) if told == "done"]
    assert sorted(hand % 4 for hand in won) == [0, 1, 2, 3]
    taken = {hand % 4 for hand in won if hand // 4 % 2}
    found = code_states.look_up(world.ctx("officer"), [f"{batch}:0-3"])
    assert found["holder"].to_pylist() == [to[n] if n in taken else "maker" for n in range(4)]
    assert found["consignee"].to_pylist() == [None] * 4


def test_sixty_four_hands_sell_one_unit_once(world: World) -> None:
    batch = introduced(world, 4)
    done = at_once(
        lambda hand: world.send(
            "maker", "sell", f"{batch}:{hand % 4}", document_id=f"receipt-{hand}"
        )
    )
    assert done.count("done") == 4
    assert sum("is sold" in each for each in done) == HANDS - 4
    found = code_states.look_up(world.ctx("officer"), [f"{batch}:0-3"])
    assert found["sales"].to_pylist() == [1] * 4


class Goods(RuleBasedStateMachine):
    """Documents in any order, right and wrong, beside a model that a child could check."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.batch = introduced(self.world, UNITS)
        self.owner = ["maker"] * UNITS
        self.coming: list[str | None] = [None] * UNITS
        self.sold = [0] * UNITS
        self.gone = [False] * UNITS
        self.held = [False] * UNITS

    units = st.lists(st.integers(0, UNITS - 1), min_size=1, max_size=6, unique=True)
    people = st.sampled_from(PEOPLE)

    def send(self, name: str, kind: str, units: list[int], **more: str) -> bool:
        """Send a document; it is taken up whole, or told line by line."""
        try:
            done = self.world.send(name, kind, *(f"{self.batch}:{n}" for n in units), **more)
        except InputError:
            return False
        assert done.units == len(units)
        return True

    def has(self, name: str, n: int) -> bool:
        """Tell whether somebody may pass a unit on."""
        free = not self.coming[n] and not self.gone[n] and not self.held[n]
        return self.owner[n] == name and free

    @rule(units=units, free=st.booleans())
    def hold_back(self, units: list[int], free: bool) -> None:
        """What is held back stands still and comes back to where it stood."""
        may = all(self.held[n] if free else not self.held[n] and not self.gone[n] for n in units)
        assert self.send("officer", "unblock" if free else "block", units, reason="why") == may
        for n in units if may else ():
            self.held[n] = not free

    @rule(name=people, to=people, units=units)
    def ship(self, name: str, to: str, units: list[int]) -> None:
        may = name != to and all(self.has(name, n) for n in units)
        assert self.send(name, "ship", units, counterparty=to) == may
        for n in units if may else ():
            self.coming[n] = to

    @rule(name=people, units=units, whole=st.booleans())
    def answer(self, name: str, units: list[int], whole: bool) -> None:
        may = all(self.coming[n] == name and not self.held[n] for n in units)
        assert self.send(name, "accept" if whole else "refuse", units) == may
        for n in units if may else ():
            self.owner[n] = name if whole else self.owner[n]
            self.coming[n] = None

    @rule(name=st.sampled_from(PEOPLE), units=units)
    def sell(self, name: str, units: list[int]) -> None:
        may = all(self.has(name, n) for n in units)
        assert self.send(name, "sell", units) == may
        for n in units if may else ():
            self.sold[n] += 1
            self.gone[n] = True

    @rule(name=people, units=units)
    def bring_back(self, name: str, units: list[int]) -> None:
        may = all(self.owner[n] == name and self.gone[n] for n in units)
        assert self.send(name, "return", units, reason="back") == may
        for n in units if may else ():
            self.gone[n] = False

    @rule(name=people, units=units, box=st.sampled_from(BOXES))
    def pack_and_unpack(self, name: str, units: list[int], box: str) -> None:
        """What is packed and taken apart again stands as it stood."""
        lines = lines_of([f"{self.batch}:{n}" for n in units], parent=[f"{box}"] * len(units))
        try:
            self.world.send(name, "aggregate", lines=lines)
            self.world.send(name, "disaggregate", box)
        except KazynaError:
            return

    @invariant()
    def each_unit_has_one_owner_and_one_first_sale(self) -> None:
        found = code_states.look_up(
            self.world.ctx("officer"), [f"{self.batch}:{n}" for n in range(UNITS)]
        )
        assert found["holder"].to_pylist() == self.owner
        assert found["consignee"].to_pylist() == self.coming
        assert [n or 0 for n in found["sales"].to_pylist()] == self.sold
        assert [status == "sold" for status in found["status"].to_pylist()] == self.gone


def test_any_order_of_documents(world: World) -> None:
    Goods.world = world
    run_state_machine_as_test(
        Goods,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


KINDS = ("sell", "return", "withdraw", "aggregate")
REPORTS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sets(st.integers(0, 3), min_size=1, max_size=2)),
    min_size=2,
    max_size=6,
)


def reports(batch: int, told: list[tuple[str, set[int]]]) -> list[Document]:
    """Write documents as captured events are; each packing has a package of its own."""
    documents = []
    for number, (kind, units) in enumerate(told):
        digits = f"0460123{batch % 10**7:07d}{number:03d}"
        box = f"00{digits}{compute_check_digit(digits)}"
        codes = [f"{batch}:{unit}" for unit in sorted(units)]
        packed = [box] * len(codes) if kind == "aggregate" else None
        reason = {"return": {"reason": "refund"}, "withdraw": {"reason": "damage"}}
        documents.append(
            Document(
                kind, f"{batch}-{number}", NOON, lines_of(codes, parent=packed),
                attributes=reason.get(kind, {}), event_hash=f"{batch}-{number}",
            )
        )  # fmt: skip
    return documents


@settings(max_examples=15, deadline=None)
@given(told=REPORTS)
def test_documents_taken_up_together_do_what_they_do_one_by_one(
    world: World, told: list[tuple[str, set[int]]]
) -> None:
    outcomes = []
    for together in (True, False):
        batch = introduced(world, 4)
        documents, ctx = reports(batch, told), world.ctx("maker")
        each = [submit_each(ctx, part) for part in ([documents] if together else zip(documents))]
        taken = [isinstance(one, SubmittedDocument) for part in each for one in part]
        states = code_states.look_up(world.ctx("officer"), [f"{batch}:0-3"]).to_pylist()
        columns = ("status", "parent", "first_document", "sales")
        told_of = [[str(row[name]).replace(str(batch), "") for name in columns] for row in states]
        outcomes.append((taken, [[row[0], row[1][-4:-1], *row[2:]] for row in told_of]))
    assert outcomes[0] == outcomes[1]
