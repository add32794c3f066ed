"""Single online checks over HTTP at a fixed rate, beside a bare endpoint of the same server.

Run: python benchmarks/marking_check.py [--rate N] [--seconds N] [--codes N] [--forged SHARE]

`kazyna serve` on the loopback answers `GET /v1/codes/check` from a real PostgreSQL in which the
codes stand in circulation. Requests are sent when their time has come, whether or not earlier ones
are answered (open loop), and a latency counts from that time: a server that falls behind cannot
hide it. Server, database and sender share the machine. The bare endpoint is `/healthz`, which
touches nothing; the ratio says what the check itself costs. Beside the latencies, which a busy
machine spoils, stands the processor time of the server (without PostgreSQL's) for a request.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from urllib.parse import quote

import numpy as np
import uvicorn

from kazyna.cli.serve import answer, listen
from kazyna.services import marking_fees, marking_orders, participants
from kazyna.services.context import Actor, open_installation
from kazyna.services.marking_documents import Document, lines_of, submit
from kazyna.services.marking_keys import NewKey, Unlocking, make_key
from kazyna.services.marking_orders import NewOrder, OrderLine
from kazyna.services.settings import Settings
from kazyna.store import server as postgres

GTIN, PASSWORD, TODAY = "04601234567893", "a long password", date(2026, 3, 2)
CONNECTIONS = 64
WARM_SECONDS = 3
P95_MS_MAX = 50


def settings_in(folder: Path) -> Settings:
    """Return the settings of an installation in a folder of its own."""
    return Settings.read(
        {
            "KAZYNA_DATA": str(folder),
            "KAZYNA_PACK": "kg",
            "KAZYNA_TODAY": TODAY.isoformat(),
            "KAZYNA_KEYS": str(folder / "codes.keys"),
            "KAZYNA_KEYS_PASSWORD": PASSWORD,
            "KAZYNA_PUBLIC_CHECKS": "0",
        }
    )


def prepare(folder: Path, codes: int) -> list[str]:
    """Bring codes into circulation; return them."""
    since = date(2024, 1, 1)
    make_key(folder / "codes.keys", NewKey("K001", "tag", "*", since), Unlocking(PASSWORD))
    with open_installation(settings_in(folder)) as opened:
        officer = opened.context(Actor("benchmark", "officer"))
        maker = participants.register_participant(
            officer,
            participants.NewParticipant(
                "maker", "Maker", ("manufacturer",), taxpayer_id="T1", valid_from=since
            ),
        )
        participants.register_product(
            officer,
            participants.NewProduct(
                GTIN, "Boots", "footwear", participant_id="maker", valid_from=since
            ),
        )
        ctx = opened.context(Actor("maker", "participant", participant_no=maker.participant_no))
        placed = marking_orders.place_order(ctx, NewOrder("order", (OrderLine(GTIN, codes),)))
        marking_fees.pay_fees(officer, "maker", amount=placed.fee, received_on=TODAY, key="payment")
        whole = f"{placed.batches[0].batch}:0-{codes - 1}"
        for kind in ("apply", "introduce"):
            moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
            submit(ctx, Document(kind, f"{kind}-1", moment, lines_of([whole])))
        out = folder / "codes.txt"
        marking_orders.write_order_codes(ctx, placed.order_no, out)
        return out.read_text().rstrip("\n").split("\n")


def serve(folder: str, port: int) -> None:
    """Answer until stopped, as `kazyna serve` does."""
    with listen("127.0.0.1", port) as door, open_installation(settings_in(Path(folder))) as opened:
        answer((opened, door))


class Connection(asyncio.Protocol):
    """A connection that asks one question after the other."""

    def __init__(self, sender: "Sender") -> None:
        self._sender = sender
        self._got = b""
        self._question = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, question: int, path: str) -> None:
        """Send one request."""
        self._question, self._got = question, b""
        self._transport.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Tell the sender once an answer is whole."""
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._sender.failed(head.decode())
        elif len(body) == int(head.partition(b"content-length: ")[2].partition(b"\r")[0]):
            self._sender.answered(self, self._question)


class Sender:
    """Keeps connections open and sends requests when their time has come.

    It shares the processors with the server, so it does as little as can be for a request.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: deque[Connection] = deque()
        self._late: deque[int] = deque()
        self._paths: list[str] = []
        self._times = np.zeros(0)

    async def open(self) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            made = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self._port)
            self._free.append(made[1])

    def answered(self, connection: Connection, question: int) -> None:
        """Note the time of an answer; the connection asks what waits for one."""
        self._times[question] = time.perf_counter()
        self._left -= 1
        if self._late:
            question = self._late.popleft()
            connection.ask(question, self._paths[question])
        else:
            self._free.append(connection)
        if not self._left:
            self._all.set_result(None)

    def failed(self, head: str) -> None:
        """End with what the server has said."""
        self._all.set_exception(RuntimeError(head))

    async def at_rate(self, paths: list[str], rate: int) -> tuple[np.ndarray, float]:
        """Send requests at a rate; return latencies in milliseconds and answers a second."""
        self._paths, self._left = paths, len(paths)
        self._times = np.zeros(len(paths))
        self._all = asyncio.get_running_loop().create_future()
        start = time.perf_counter() + 0.05
        due = start + np.arange(len(paths)) / rate
        for question, moment in enumerate(due.tolist()):
            wait = moment - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            if self._free:
                self._free.popleft().ask(question, paths[question])
            else:
                self._late.append(question)
        await self._all
        return (self._times - due) * 1000, len(paths) / (self._times.max() - start)


def cpu_seconds(process: int) -> float:
    """Return the processor time that a process has taken (Linux)."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


async def measure(
    port: int, server: int, kinds: dict[str, list[str]], rate: int
) -> dict[str, float]:
    """Measure each kind of request at the rate; return the medians."""
    sender = Sender(port)
    await sender.open()
    medians = {}
    for name, paths in kinds.items():
        await sender.at_rate(paths[: rate * WARM_SECONDS], rate)
        before = cpu_seconds(server)
        latencies, done = await sender.at_rate(paths, rate)
        busy = (cpu_seconds(server) - before) / len(paths) * 1e6
        p50, p95, p99 = np.percentile(latencies, [50, 95, 99])
        medians[name] = p50
        verdict = "" if name == "bare endpoint" else f"  (bar {P95_MS_MAX} ms at p95)"
        told = (
            f"p50 {p50:7.2f}   p95 {p95:7.2f}   p99 {p99:7.2f} ms, {busy:4.0f} us of the processor"
        )
        print(f"{name:28} {done:7,.0f}/s   {told}{verdict}")
    return medians


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    for _ in range(3_000):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def main(rate: int, seconds: int, codes: int, forged: float) -> None:
    draw = np.random.default_rng(1)
    with tempfile.TemporaryDirectory(prefix="kazyna-check-") as name:
        folder = Path(name)
        given = prepare(folder, codes)
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]
        # A program of its own: the bundled PostgreSQL stops with the last one that uses it.
        server = subprocess.Popen([sys.executable, __file__, "--serve", name, "--port", str(port)])
        try:
            wait_for(port)
            count = rate * seconds
            chosen = [given[row] for row in draw.integers(0, len(given), count)]
            false = [code[:-6] + "AAAAA=" for code in chosen]
            mixed = np.where(draw.random(count) < forged, false, chosen).tolist()
            kinds = {
                "bare endpoint": ["/healthz"] * count,
                "check, genuine": [f"/v1/codes/check?code={quote(code)}" for code in chosen],
                "check, forged": [f"/v1/codes/check?code={quote(code)}" for code in false],
                f"check, {forged:.0%} forged": [
                    f"/v1/codes/check?code={quote(code)}" for code in mixed
                ],
            }
            print(f"{codes:,} codes, {rate:,} requests/s for {seconds} s, Python {sys.version[:6]}")
            loop = uvicorn.Config(print).get_loop_factory()  # as the server's
            with asyncio.Runner(loop_factory=loop) as runner:
                medians = runner.run(measure(port, server.pid, kinds, rate))
            ratio = medians["check, genuine"] / medians["bare endpoint"]
            print(f"a check takes {ratio:.1f} times as long as the bare endpoint (medians)")
        finally:
            server.send_signal(signal.SIGINT)  # as Ctrl-C: what it opened is closed
            server.wait()
            postgres.stop(folder)  # before its folder goes, which is how it would be found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--codes", type=int, default=100_000)
    parser.add_argument("--forged", type=float, default=0.05)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.port)
        sys.exit()
    main(arguments.rate, arguments.seconds, arguments.codes, arguments.forged)
