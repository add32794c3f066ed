"""What a rule of detection is: a query for evidence, its limits, and words for what it found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kazyna.core.text import Text

Severity = Literal["low", "medium", "high", "critical"]
SubjectKind = Literal["code", "package", "lot", "device", "participant"]
Limits = Mapping[str, Decimal]
"""Values of the limits of one rule by their names."""


@dataclass(frozen=True)
class Limit:
    """A number that decides; packs may set another from a day on."""

    name: str
    value: Decimal
    """Where a pack says nothing."""
    unit: str
    meaning: Text


@dataclass(frozen=True)
class Rule:
    """One rule.

    Two queries keep it fast: its suspicion clears almost every code in one pass that all rules
    share, and its finding looks closely at the events of those that are left.
    """

    name: str
    title: Text
    severity: Severity
    subject_kind: SubjectKind
    reason: Text
    """What was found; `{name}` stands for a column of the finding."""
    limits: tuple[Limit, ...]
    finding: Callable[[Limits], str]
    """A query with the columns `key`, `code`, `gtin`, `lot`, `participant`, `facility`, `device`,
    `happened_at`, `evidence` (numbers of events) and those that the reason names; and `subject`
    where that is no code. It reads `suspects`, the events of suspected codes with a column for
    each rule, or `events`, all of them; `as_of` holds the moment up to which reports have come in.
    """
    suspicion: Callable[[Limits], str] | None = None
    """A condition on the facts of a code (see `suspects.py`); of a rule about codes."""

    def limits_with(self, given: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Return the value of each limit: as given, or the rule's own."""
        return {limit.name: given.get(limit.name, limit.value) for limit in self.limits}


CLOCK_HOURS = Limit(
    "clock_hours",
    Decimal(24),
    "hours",
    Text(
        "So far the moments of two reports may be apart",
        "Настолько могут расходиться моменты двух отчётов",
        "Эки отчеттун убактысы ушунчага айырмаланышы мүмкүн",
    ),
)
LATE_DAYS = Limit(
    "late_days",
    Decimal(14),
    "days",
    Text(
        "So long a report may be late",
        "Настолько может запоздать отчёт",
        "Отчет ушунчага кечигиши мүмкүн",
    ),
)


def interval(limits: Limits, name: str, unit: Literal["minutes", "hours", "days"]) -> str:
    """Write a limit as a span of time of DuckDB."""
    seconds = limits[name] * {"minutes": 60, "hours": 3_600, "days": 86_400}[unit]
    return f"to_seconds({float(seconds)!r})"


def kilometres(lon: str, lat: str, other_lon: str, other_lat: str) -> str:
    """Write the distance of two places on the sphere, by the haversine formula."""
    return (
        f"12742 * asin(least(1.0, sqrt(sin(radians({other_lat} - {lat}) / 2) ** 2"
        f" + cos(radians({lat})) * cos(radians({other_lat}))"
        f" * sin(radians({other_lon} - {lon}) / 2) ** 2)))"
    )
