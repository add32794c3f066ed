"""Detection of fraud over millions of events, against a bare scan of the same file.

Run: python benchmarks/marking_detection.py [--codes N] [--seed N]

A simulated country of 5 million codes, about 34 million events, is written to Parquet. Printed for
the pass that all rules share and for each rule: seconds, events a second, and the ratio to a bare
scan that reads the columns of the rules; then the total, the peak memory of the process, and how
well each rule found what it should.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from kazyna.marking.detection import EVENTS, RULES, find, prepare, score
from kazyna.packs.detection import read_detection_rules
from kazyna.packs.pack import load_pack
from kazyna.services.detection import simulate_events
from kazyna.store import event_files

ON = date(2026, 7, 1)
SECONDS_MAX, MEMORY_GIB_MAX = 60, 4
SCAN = """
    SELECT sum(event_id), sum(code), max(happened_at), max(recorded_at), sum(lon), sum(lat),
           max(kind), max(participant), max(facility), max(device), max(counterparty), sum(parent),
           sum(price), max(lot), max(expires_on), max(verdict)
    FROM events
    """
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def line(name: str, seconds: float, events: int, scan: float) -> None:
    print(f"  {name:26} {seconds:7.2f} s {events / seconds / 1e6:8.2f} M events/s "
          f"{seconds / scan:7.2f} x scan")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codes", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    law = read_detection_rules(load_pack("kg"))
    limits = law.on(ON)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "events"
        made, seconds = timed(lambda: simulate_events(codes=asked.codes, seed=asked.seed, out=out))
        size = (out / event_files.EVENTS).stat().st_size / 2**30
        print(f"{made.events:,} events over {made.codes:,} codes simulated in {seconds:.0f} s "
              f"({made.events / seconds / 1e6:.2f} M/s), {size:.2f} GiB")  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        with event_files.opened_events(out, EVENTS) as computing:
            computing.execute("SET threads = 2")
            computing.execute(SCAN).fetchall()  # the file is in the system's cache for everyone
            _, scan = timed(lambda: computing.execute(SCAN).fetchall())
            line("bare scan", scan, made.events, scan)
            _, total = timed(
                lambda: prepare(computing, RULES, limits=limits, minimum_prices=law.minimum_prices)
            )
            line("all codes, shared", total, made.events, scan)
            found = []
            for rule in RULES:
                alerts, seconds = timed(lambda rule=rule: find(computing, rule, limits=limits))  # type: ignore[misc]
                line(rule.name, seconds, made.events, scan)
                found.append(alerts)
                total += seconds
        line("TOTAL", total, made.events, scan)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"  peak memory {peak:.2f} GiB (of the simulation before it: {before:.2f} GiB)")
        truth = event_files.read_truth(out)
        assert truth is not None
        scores = score(pa.concat_tables(found), truth, tuple(rule.name for rule in RULES))
    for each in scores:
        print(f"  {each.rule:26} {each.alerts:7} alerts, {each.false_alerts:4} false, "
              f"{each.found} of {each.expected} found")  # fmt: skip
    false = sum(each.false_alerts for each in scores)
    print(f"  false alerts: {false / made.events:.5%} of events; the bar is 0.05 %")
    print(f"  the bar: 20 M events over 5 M codes in {SECONDS_MAX} s below {MEMORY_GIB_MAX} GiB")


if __name__ == "__main__":
    main()
