"""A country of marked goods: honest trade with its noise, frauds, and the truth about them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.marking.simulator.frauds import Part, tell_frauds
from kazyna.marking.simulator.layers import BATCH, PART_BATCHES, table_of
from kazyna.marking.simulator.lives import honest_layers, make_lives
from kazyna.marking.simulator.world import make_world

__all__ = ["BATCH", "Simulated", "participants", "simulate"]


@dataclass(frozen=True)
class Simulated:
    """One part of a simulation."""

    events: pa.Table
    """As `EVENTS` of detection says, in the order of the reports of the part."""
    truth: pa.Table
    """As `TRUTH` of detection says."""


def simulate(
    codes: int, seed: int, *, frauds: bool = True, progress: Progress = silent
) -> Iterator[Simulated]:
    """Simulate half a year of marked goods, part by part.

    Parameters
    ----------
    codes
        How many codes are ordered; whole batches of a thousand.
    seed
        The same seed tells the same story, event by event.
    frauds
        Without them all is honest.
    progress
        Told of each part.

    Yields
    ------
    Simulated
        Parts with codes of their own.

    Raises
    ------
    InputError
        When there is not even one batch.
    """
    batches = codes // BATCH
    if batches < 1:
        reason = f"{codes} codes are less than a batch"
        raise InputError(Finding("simulation", reason, f"{BATCH} codes or more", column="codes"))
    world = make_world(codes, seed)
    parts = -(-batches // PART_BATCHES)
    first_event = 1
    for number in range(parts):
        random = np.random.default_rng([seed, number + 1])
        size = min(PART_BATCHES, batches - number * PART_BATCHES)
        lives = make_lives(world, number, size, random)
        told, truth = tell_frauds(Part(number, world, lives, random))
        if not frauds:
            told.making[:], told.selling[:] = False, False
            told.layers.clear()
            truth = truth.slice(0, 0)
        left_out = {"making": told.making, "selling": told.selling}
        layers = honest_layers(world, lives, random, left_out=left_out) + told.layers
        events = table_of(layers, lives.codes, world, first_event=first_event)
        first_event += events.num_rows
        yield Simulated(events, truth)
        progress("events", number + 1, parts)


def participants(codes: int, seed: int) -> pa.Table:
    """Return the register of participants of a simulation, with their places.

    Parameters
    ----------
    codes, seed
        As of the simulation.
    """
    return make_world(codes, seed).table()
