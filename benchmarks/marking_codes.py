"""Codes issued, parsed and verified, on one core, beside the usual Python ways.

Run: python benchmarks/marking_codes.py [--codes N]

The codes are those of the EAEU: GTIN, serial of 13, key of 4, tag of 44 characters, 85 in all.
Issuing is a serial by permutation and a tag of two AES-CMACs for each; the peer draws a serial
with `secrets` and makes a tag with HMAC-SHA256, code by code. Verifying a batch is reading every
place and character, the check digit and the tag; with the trace the serial also leads back to
batch and index. A single code is read in any GS1 form and checked by the dictionary; the peer is
`biip`, where it is installed, with the same scan. Times are of the processor, so that other work
on the machine does not count.
"""

import argparse
import base64
import hashlib
import hmac
import importlib
import importlib.util
import secrets
import time
from collections import deque
from collections.abc import Callable
from datetime import date

import numpy as np

from kazyna.marking.batch import Verdict, issue_codes, verify_codes
from kazyna.marking.code_reading import judge_of
from kazyna.marking.gs1 import Message, read
from kazyna.marking.keys import KeyRegistry, KeySecrets, new_key
from kazyna.packs.codes import read_code_rules
from kazyna.packs.pack import load_pack

ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
GTIN, TODAY = "04601234567893", date(2026, 11, 27)
SINGLE_CALLS = 20_000


def rate(count: int, work: Callable[[], object], rounds: int = 5) -> float:
    """Return how many a second of processor time, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def naive(count: int) -> list[str]:
    """Draw serials and make tags the usual way."""
    secret = secrets.token_bytes(32)
    codes = []
    for _ in range(count):
        serial = "4" + "".join(secrets.choice(ALPHABET) for _ in range(12))
        text = f"01{GTIN}21{serial}\x1d91K001"
        tag = hmac.new(secret, text.encode(), hashlib.sha256).digest()
        codes.append(f"{text}\x1d92{base64.b64encode(tag).decode()}")
    return codes


def batch(count: int) -> tuple[list[str], KeyRegistry]:
    """Measure issuing and verifying by the batch; return some codes and their key."""
    rules = read_code_rules(load_pack("kg").folder)
    template = rules.template("eaeu_44")
    drawn = KeySecrets(secrets.token_bytes(32), secrets.token_bytes(32))
    key = new_key("K001", "tag", goods="*", issues_from=date(2026, 1, 1), secrets=drawn)
    keys = KeyRegistry().added(key)
    indices = np.arange(count, dtype=np.uint64)

    def issue() -> np.ndarray:
        return issue_codes(template, key, gtin=GTIN, issuer="4", batch=1, indices=indices)

    codes = issue()
    spoilt = codes.copy()
    spoilt[::1000] = np.char.replace(codes[::1000], b"91K001", b"91K00l")
    found = verify_codes(spoilt, template, keys, on=TODAY)
    assert (found.verdict[1::1000] == Verdict.GENUINE).all()
    assert (found.verdict[::1000] != Verdict.GENUINE).all()
    assert (found.index[1::1000] == indices[1::1000]).all()

    ours, peer = rate(count, issue), rate(5_000, lambda: naive(5_000))
    print(f"issue, batch                          {ours:12,.0f} codes/s")
    print(f"secrets + HMAC, one by one            {peer:12,.0f} codes/s: ours {ours / peer:,.0f} x")
    for name, trace in (("", False), (" + trace", True)):
        verified = rate(
            count,
            lambda t=trace: verify_codes(codes, template, keys, on=TODAY, trace=t),  # type: ignore[misc]
        )
        label = f"parse + check digit + tag{name}"
        print(f"{label:37} {verified:12,.0f} codes/s")
    return [code.decode() for code in codes[:1000].tolist()], keys


def single(codes: list[str], keys: KeyRegistry) -> None:
    """Measure codes that come one by one."""
    rules = read_code_rules(load_pack("kg").folder)
    template, judge = rules.template("eaeu_44"), judge_of(keys, TODAY)
    scans = [f"]d2{code}" for code in codes] * (SINGLE_CALLS // len(codes))
    first = read(scans[0])
    assert isinstance(first, Message)
    assert first.gtin == GTIN

    def verify() -> None:
        for scan in scans:
            parts = template.match(scan)
            assert parts is not None
            assert judge(template, parts)

    ours = rate(len(scans), lambda: deque(map(read, scans), maxlen=0))
    print(f"parse, any GS1 form, single           {ours:12,.0f} codes/s")
    print(f"parse + check digit + tag, single     {rate(len(scans), verify):12,.0f} codes/s")
    if importlib.util.find_spec("biip") is None:
        print("biip is not installed: no comparison")
        return
    biip = importlib.import_module("biip")
    assert biip.parse(scans[0]).gtin.as_gtin_14() == GTIN
    peer = rate(500, lambda: deque(map(biip.parse, scans[:500]), maxlen=0))
    print(f"biip, single                          {peer:12,.0f} codes/s: ours {ours / peer:,.0f} x")


def main(count: int) -> None:
    print(f"{count:,} codes of 85 characters")
    single(*batch(count))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, default=500_000)
    main(parser.parse_args().codes)
