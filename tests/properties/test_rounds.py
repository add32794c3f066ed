"""The life of a round under any sequence of steps by any person, against a model of the rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kazyna.core.errors import Conflict, Forbidden
from kazyna.services import overrides, round_files, rounds
from kazyna.services.context import Actor, Context, Installation

PEOPLE = ("ann", "bob", "eve")
START = date(2016, 1, 1)
NEXT = {
    "draft": "freeze",
    "frozen": "publish",
    "published": "open_objections",
    "objections": "approve",
    "approved": "enforce",
}
people = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """Takes steps with a real round and keeps in plain fields what should have come of them."""

    town: Installation
    clone_round: Callable[[], int]

    @initialize()
    def begin(self) -> None:
        self.number = type(self).clone_round()
        self.status = "draft"
        self.history = ["draft"]
        self.hands: set[str] = set()
        self.pending: dict[int, str] = {}
        self.by_hand: dict[str, Decimal] = {}
        self.today = START

    def ctx(self, name: str) -> Context:
        return replace(self.town.context(Actor(name, "valuer")), today=self.today)

    def step(self, name: str, work: Callable[[Context], object], source: str, target: str) -> None:
        if self.status != source:
            with pytest.raises(Conflict):
                work(self.ctx(name))
            return
        work(self.ctx(name))
        self.status = target
        self.history.append(target)
        if target in {"frozen", "published"}:
            self.hands.add(name)

    @rule(name=people, later=st.booleans())
    def advance(self, name: str, later: bool) -> None:
        self.today += timedelta(days=11 * later)
        self.take(NEXT.get(self.status, "publish"), name)

    @rule(name=people, step=st.sampled_from(sorted(set(NEXT.values()))))
    def stray(self, name: str, step: str) -> None:
        self.take(step, name)

    def take(self, step: str, name: str) -> None:
        getattr(self, step)(name)

    def freeze(self, name: str) -> None:
        def work(ctx: Context) -> object:
            return round_files.freeze_round(ctx, self.number)

        if "frozen" in self.history:
            work(self.ctx(name))  # finds the folder, changes nothing
        else:
            self.step(name, work, "draft", "frozen")

    def publish(self, name: str) -> None:
        self.step(name, lambda ctx: rounds.publish_round(ctx, self.number), "frozen", "published")

    def open_objections(self, name: str) -> None:
        last = self.today + timedelta(days=10)
        self.step(
            name,
            lambda ctx: rounds.open_objections(ctx, self.number, closes_on=last),
            "published",
            "objections",
        )

    def approve(self, name: str) -> None:
        closes_on = rounds.find_round(self.ctx(name), self.number).closes_on
        ended = closes_on is not None and self.today > closes_on
        if self.status == "objections" and ended and not self.pending and name not in self.hands:
            rounds.approve_round(self.ctx(name), self.number)
            self.status = "approved"
            self.history.append("approved")
        else:
            with pytest.raises((Conflict, Forbidden)):
                rounds.approve_round(self.ctx(name), self.number)

    def enforce(self, name: str) -> None:
        self.step(name, lambda ctx: rounds.enforce_round(ctx, self.number), "approved", "in_force")

    @rule(name=people, house=st.sampled_from(["h001", "h002"]), value=st.integers(1, 10**7))
    def propose(self, name: str, house: str, value: int) -> None:
        def work() -> overrides.Override:
            return overrides.propose_override(
                self.ctx(name), self.number, house,
                value=Decimal(value), reason="r", evidence="e",
            )  # fmt: skip

        waits = {number for number, of in self.pending.items() if of.split(":")[1] == house}
        if self.status not in overrides.OPEN or waits:
            with pytest.raises(Conflict):
                work()
        elif self.by_hand.get(house) != value:
            proposed = work()
            self.pending[proposed.override_id] = f"{name}:{house}:{value}"

    @rule(name=people, confirm=st.booleans())
    def sign(self, name: str, confirm: bool) -> None:
        if not self.pending:
            return
        number, said = sorted(self.pending.items())[0]
        proposer, house, value = said.split(":")
        decide = overrides.confirm_override if confirm else overrides.refuse_override
        if name == proposer:
            with pytest.raises(Forbidden):
                decide(self.ctx(name), number, note="n")
            return
        decide(self.ctx(name), number, note="n")
        del self.pending[number]
        if confirm:
            self.by_hand[house] = Decimal(value)

    @invariant()
    def the_register_agrees(self) -> None:
        ctx = self.ctx("ann")
        state = rounds.state(ctx, self.number)
        assert [event.status for event in state.events] == self.history
        assert state.status == self.status
        assert (state.manifest_hash is not None) == ("frozen" in self.history)
        assert rounds.find_round(ctx, self.number).set_by_hand == len(self.by_hand)
        seen = {line.round_id for line in rounds.all_rounds(self.town.context())}
        assert (self.number in seen) == (self.status in rounds.PUBLIC)

    def teardown(self) -> None:
        """Make room: of one date only one round can be published."""
        ctx = self.ctx("ann")
        if self.status in {"draft", "frozen", "published", "objections"}:
            rounds.withdraw_round(ctx, self.number, note="end")
        elif self.status in {"approved", "in_force"}:
            with self.town.database.administration() as tx:
                tx.execute(
                    "UPDATE rounds SET status = 'superseded' WHERE round_id = %s", (self.number,)
                )


@pytest.fixture
def life(town: Installation) -> type[Life]:
    def clone_round() -> int:
        """Copy the town's draft with its values and its hold-out: faster than to value again."""
        with town.database.administration() as tx:
            tx.execute("SELECT set_config('kazyna.actor', 'ann', true)")
            number: int = tx.value(
                "INSERT INTO rounds (valuation_date, status, pack, pack_hash, data_hash,"
                " code_version, seed, properties, total_value, report) SELECT valuation_date,"
                " 'draft', pack, pack_hash, data_hash, code_version, seed, properties, total_value,"
                " report FROM rounds WHERE round_id = 1 RETURNING round_id"
            )
            tx.execute(
                "INSERT INTO values SELECT %s, property_id, value, low, high, base, per_m2,"
                " reasons, comparables FROM values WHERE round_id = 1",
                (number,),
            )
            tx.execute(
                "INSERT INTO round_events (round_id, to_status, happened_on)"
                " VALUES (%s, 'draft', '2016-01-01')",
                (number,),
            )
        return number

    Life.town = town
    Life.clone_round = staticmethod(clone_round)
    return Life


def test_a_round_keeps_its_rules(life: type[Life]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=18,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
