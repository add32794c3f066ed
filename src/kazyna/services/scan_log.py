"""The log of scans: gathered in memory and written by the hundred, so that no check waits for it.

A scan is written at most a second after the check; a program that is killed loses that second.
Scans that a database does not take, because it is down, wait and are tried again; a scan that it
refuses for itself is told to the program's log and left out, so that it holds up no other.
Nothing that tells who a person is goes in: of those who do not sign in, a device is a number drawn
from the address with a salt that lives for a day and is never stored.
"""

import logging
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from secrets import token_bytes
from threading import Condition, Lock, Thread
from time import monotonic
from weakref import WeakKeyDictionary

from kazyna.core.errors import InputError
from kazyna.marking.verification import REPEAT_SECONDS
from kazyna.store import scans
from kazyna.store.connection import Acting, Database
from kazyna.store.scans import NewScan

WAITING_MAX = 100_000
"""More are dropped, the oldest first: a database that is down must not fill the memory."""
WRITTEN_AT_ONCE = 5_000
GATHER_SECONDS = 0.25
RETRY_SECONDS = 5.0
"""After a failure; a database that is down is not asked four times a second."""
RECENT_MAX = 50_000
ACTING = Acting("verifier", "scans")
Waiting = tuple[float, "Scan", bool]
"""A scan, when it was made by the program's clock, and whether it repeats another."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scan:
    """One scan, as the check that answered it knows it."""

    purpose: str
    verdict: str
    reason: str
    text: str
    gtin: str | None = None
    batch: int | None = None
    index: int | None = None
    device: str | None = None
    participant_no: int | None = None
    facility_no: int | None = None
    lon: float | None = None
    lat: float | None = None


class ScanLog:
    """Scans that wait to be written, and the thread that writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Waiting] = deque(maxlen=WAITING_MAX)
        self._recent: OrderedDict[tuple[str, bytes], float] = OrderedDict()
        self._lock = Condition()
        self._writing = Lock()
        self._thread: Thread | None = None
        self._closed = False

    def add(self, given: Sequence[Scan]) -> None:
        """Take scans up; they are written soon."""
        now = monotonic()
        with self._lock:
            self._waiting.extend((now, scan, self._is_repeat(scan, now)) for scan in given)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="scan-log", daemon=True)
                self._thread.start()
            self._lock.notify()

    def flush(self) -> None:
        """Write all that waits; what cannot be written now waits on."""
        with self._writing:
            while taken := self._take():
                try:
                    self._write(taken)
                except Exception:
                    self._put_back(taken)
                    raise

    def _write(self, taken: list[Waiting]) -> None:
        """Write scans and take them off the list; those refused for themselves are left out."""
        now = monotonic()
        parts = [list(taken)]
        while parts:
            part = parts.pop()
            rows = [_row(scan, now - at, repeat=repeat) for at, scan, repeat in part]
            try:
                with self._database.acting(ACTING) as tx:
                    scans.insert_scans(tx, rows)
            except InputError as error:
                if len(part) == 1:
                    log.error("a scan was left out: %s", error)  # noqa: TRY400 (no trace of use)
                else:
                    # Halves, until the one at fault stands alone: the others are written.
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                    continue
            del taken[: len(part)]

    def _take(self) -> list[Waiting]:
        with self._lock:
            count = min(len(self._waiting), WRITTEN_AT_ONCE)
            return [self._waiting.popleft() for _ in range(count)]

    def _put_back(self, taken: list[Waiting]) -> None:
        """Let scans wait on before those that came since, as far as there is room."""
        with self._lock:
            room = WAITING_MAX - len(self._waiting)
            self._waiting.extendleft(reversed(taken[max(len(taken) - room, 0) :]))

    def _run(self) -> None:
        """Write what has gathered, for as long as the program runs."""
        pause = GATHER_SECONDS
        while not (self._closed or self._database.closed):
            with self._lock:
                self._lock.wait_for(lambda: bool(self._waiting) or self._closed)
                self._lock.wait_for(lambda: self._closed, pause)
            pause = GATHER_SECONDS if self._try_to_flush() else RETRY_SECONDS

    def close(self) -> None:
        """Write the rest and let the thread end."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._try_to_flush()

    def _try_to_flush(self) -> bool:
        try:
            self.flush()
        except Exception:  # a log that fails must not stop the checks
            log.exception("scans were not written; %d wait", len(self._waiting))
            return False
        return True

    def _is_repeat(self, scan: Scan, now: float) -> bool:
        """Tell whether the device has read the same within minutes, and remember that it has."""
        if scan.device is None:
            return False
        key = (scan.device, _digest(scan.text))
        before = self._recent.pop(key, None)
        self._recent[key] = now
        while len(self._recent) > RECENT_MAX:
            self._recent.popitem(last=False)
        return before is not None and now - before <= REPEAT_SECONDS


_logs: WeakKeyDictionary[Database, ScanLog] = WeakKeyDictionary()
_salt = token_bytes(16)


def scan_log(database: Database) -> ScanLog:
    """Return the log of a database."""
    found = _logs.get(database)
    if found is None:
        found = _logs.setdefault(database, ScanLog(database))
    return found


def device_of_address(address: str, day: str) -> str:
    """Return what stands for the address of somebody who does not sign in, for a day."""
    return "web:" + blake2b(f"{day} {address}".encode(), key=_salt, digest_size=8).hexdigest()


def _row(scan: Scan, seconds_ago: float, *, repeat: bool) -> NewScan:
    return NewScan(
        seconds_ago=seconds_ago,
        purpose=scan.purpose,
        verdict=scan.verdict,
        reason=scan.reason,
        gtin=int(scan.gtin) if scan.gtin else None,
        batch=scan.batch,
        index=scan.index,
        code_hash=_digest(scan.text) if scan.batch is None else None,
        device=scan.device,
        participant_no=scan.participant_no,
        facility_no=scan.facility_no,
        lon=scan.lon,
        lat=scan.lat,
        repeat=repeat,
    )


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()[:16]


def close_log(database: Database) -> None:
    """Write what waits for a database that is about to be closed."""
    found = _logs.pop(database, None)
    if found is not None:
        found.close()
