"""How often one caller may ask: a bucket of tokens for each, filled again by the minute."""

from collections import OrderedDict
from threading import Lock
from time import monotonic

from kazyna.core.errors import TooMany

CALLERS_MAX = 100_000
MINUTE = 60.0


class Limiter:
    """Counts what callers ask for; who was quiet longest is forgotten first."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str, wanted: int, *, a_minute: int) -> None:
        """Take so many tokens of a caller.

        Raises
        ------
        TooMany
            When it has not as many left; then none is taken.
        """
        now = monotonic()
        with self._lock:
            left = self._filled(self._left.pop(caller, None), now, a_minute)
            enough = wanted <= left
            self._left[caller] = (left - wanted if enough else left, now)
            while len(self._left) > CALLERS_MAX:
                self._left.popitem(last=False)
        if not enough:
            raise TooMany(f"{a_minute} codes a minute are checked for one address; ask later.")

    def left(self, caller: str, *, a_minute: int) -> int:
        """Return how many whole tokens a caller has."""
        with self._lock:
            return int(self._filled(self._left.get(caller), monotonic(), a_minute))

    @staticmethod
    def _filled(known: tuple[float, float] | None, now: float, a_minute: int) -> float:
        left, at = known or (float(a_minute), now)
        return min(float(a_minute), left + (now - at) * a_minute / MINUTE)
