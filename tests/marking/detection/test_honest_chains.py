"""Invariants: honest chains of any shape raise nothing; a fraud in any of them raises its own.

A run of all rules takes as long for many chains as for one, so an example is a handful of them.
"""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kazyna.marking.detection import unit_number, unit_text
from marking.detection.chains import CODE, OWNERS, World, alerts_of

HOPS = st.lists(st.sampled_from(sorted(set(OWNERS) - {"factory"})), max_size=4)


@st.composite
def honest_chains(draw: st.DrawFn) -> tuple[World, str, float]:
    """Draw a chain of any length with noise; return it with its last place and hour."""
    world, place, hour = World(), "factory", draw(st.floats(0, 48))
    world.tell("apply", place, hour)
    hour += draw(st.floats(0, 24))
    world.tell("introduce", place, hour)
    for target in draw(HOPS):
        hour += draw(st.floats(1, 48))
        if draw(st.booleans()):
            parent = unit_number(900, len(world.rows))
            world.tell("aggregate", place, hour, parent=parent)
            world.tell("disaggregate", place, hour + 0.5, parent=parent)
            hour += 1
        world.tell("ship", place, hour, counterparty=OWNERS[target])
        if draw(st.booleans()):
            world.tell("refuse", target, hour + 20)
            world.tell("ship", place, hour + 40, counterparty=OWNERS[target])
            hour += 40
        hour += draw(st.floats(12, 60))
        world.tell("accept", target, hour)
        place = target
    hour += draw(st.floats(1, 100))
    for minutes in draw(st.lists(st.floats(0, 20), max_size=2)):
        world.tell("sell", place, hour + minutes / 60)
    world.tell("sell", place, hour)
    world.tell("scan", None, hour + 1, device="phone", lon=80.0, lat=40.0, verdict="genuine")
    if draw(st.booleans()):
        world.tell("return", place, hour + 30)
        world.tell("sell", place, hour + 60)
        hour += 60
    late = timedelta(days=draw(st.integers(0, 10)))
    for row in world.rows:
        row["recorded_at"] += late
    return world, place, hour


few = settings(max_examples=6, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Not made smaller on a failure: each step of that runs all rules again."""

CHAINS = st.lists(honest_chains(), min_size=8, max_size=12)


def together(worlds: list[World]) -> World:
    """Put worlds of one code each into one world, each with a code of its own."""
    whole = World()
    for number, world in enumerate(worlds):
        for row in world.rows:
            parent = row["parent"] and row["parent"] + 1_000 * number
            event = {"event_id": len(whole.rows) + 1, "code": CODE + number, "parent": parent}
            whole.rows.append(row | event)
    return whole


@few
@given(CHAINS)
def test_honest_chains_raise_nothing(chains: list[tuple[World, str, float]]) -> None:
    assert alerts_of(together([world for world, _, _ in chains])) == []


def _copy_far_away(world: World, place: str, hour: float) -> None:
    other = "shop in Karakol" if place == "shop in Osh" else "shop in Osh"
    world.tell("sell", other, hour + 0.25)


def _sold_by_a_stranger(world: World, place: str, hour: float) -> None:
    world.tell("return", place, hour + 24)
    world.tell("sell", place, hour + 90, participant="stranger", facility="a stall")


FRAUDS: dict[str, Callable[[World, str, float], object]] = {
    "duplicate_sale": lambda world, place, hour: world.tell("sell", place, hour + 48),
    "impossible_speed": _copy_far_away,
    "wrong_owner": _sold_by_a_stranger,
    "sale_after_recall": lambda world, place, hour: (
        world.tell("recall", None, hour + 1, code=None),
        world.tell("return", place, hour + 30),
        world.tell("sell", place, hour + 90),
    ),
    "sale_after_withdrawal": lambda world, place, hour: (
        world.tell("return", place, hour + 20),
        world.tell("withdraw", place, hour + 30, reason="damaged"),
        world.tell("sell", place, hour + 90),
    ),
    "two_parents": lambda world, place, hour: (
        world.tell("aggregate", place, hour + 1, parent=unit_number(901, 1)),
        world.tell("aggregate", place, hour + 2, parent=unit_number(901, 2)),
    ),
}


@few
@given(CHAINS, st.data())
def test_a_fraud_raises_its_own(
    chains: list[tuple[World, str, float]], data: st.DataObject
) -> None:
    wanted = set()
    for number, (world, place, hour) in enumerate(chains):
        fraud = data.draw(st.sampled_from(sorted(FRAUDS)))
        FRAUDS[fraud](world, place, hour)
        wanted.add((fraud, unit_text(CODE + number)))
    found = alerts_of(together([world for world, _, _ in chains]))
    assert wanted <= {(alert["rule"], alert["subject"]) for alert in found}
