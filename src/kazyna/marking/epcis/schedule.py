"""When a scheduled query runs: the query schedule of EPCIS, field by field as for cron.

A field is a list of numbers and ranges, such as `0,[8-12],18`. A field that is not given takes any
value; but one finer than the finest that is given takes its least, so that `{"hour": "1"}` is once
a night and not 3,600 times. Times are in UTC.

Source: EPCIS 2.0 section 8.2.5.3; GS1's OpenAPI, `query-schedule.json`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from kazyna.core.errors import Finding, WrongSchedule

FIELDS: Mapping[str, tuple[int, int]] = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
"""Least and greatest value of each, the finest first; Monday is day 1."""
OF_A_TIME = ("second", "minute", "hour")
ELEMENT = re.compile(r"(\d{1,2})|\[(\d{1,2})-(\d{1,2})\]")
DAYS_MAX = 4 * 366 + 1
"""How far a next time is looked for: the 29th of February comes every four years until 2100."""


@dataclass(frozen=True)
class Schedule:
    """The values that each field may take."""

    values: Mapping[str, tuple[int, ...]]

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first time behind a moment; None where there is none, as 31 February."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        for ahead in range(DAYS_MAX):
            day = start.date() + timedelta(days=ahead)
            given = {"dayOfMonth": day.day, "month": day.month, "dayOfWeek": day.isoweekday()}
            if all(value in self.values[name] for name, value in given.items()):
                for at in self._times():
                    found = datetime.combine(day, at, UTC)
                    if found >= start:
                        return found
        return None

    def _times(self) -> Iterator[time]:
        for hour in self.values["hour"]:
            for minute in self.values["minute"]:
                for second in self.values["second"]:
                    yield time(hour, minute, second)


def parse_schedule(given: Mapping[str, object], *, source: str = "schedule") -> Schedule:
    """Read a query schedule.

    Parameters
    ----------
    given
        Fields by their names; at least one.
    source
        For the findings.

    Raises
    ------
    WrongSchedule
        With every field that is unknown or wrong, and for a schedule that never comes.

    Examples
    --------
    >>> at = parse_schedule({"hour": "1", "minute": "5"})
    >>> at.next_after(datetime(2026, 3, 1, 12, tzinfo=UTC)).isoformat()
    '2026-03-02T01:05:00+00:00'
    """
    findings = [
        Finding(source, f"{name!r} is no field", "one of " + ", ".join(FIELDS), column=name)
        for name in given
        if name not in FIELDS
    ]
    if not given:
        findings.append(Finding(source, "it has no fields", "one of " + ", ".join(FIELDS)))
    values: dict[str, tuple[int, ...]] = {}
    coarser = False
    for name, (least, most) in FIELDS.items():
        if name in given:
            coarser = True
            values[name] = _numbers(name, str(given[name]), source, findings)
        elif name in OF_A_TIME and not coarser:
            values[name] = (least,)
        else:
            values[name] = tuple(range(least, most + 1))
    if findings:
        raise WrongSchedule(findings)
    schedule = Schedule(values)
    if schedule.next_after(datetime(2027, 1, 1, tzinfo=UTC)) is None:
        raise WrongSchedule(Finding(source, "there is no such day", "a day that comes"))
    return schedule


def _numbers(name: str, text: str, source: str, findings: list[Finding]) -> tuple[int, ...]:
    least, most = FIELDS[name]
    found: set[int] = set()
    for part in text.split(","):
        element = ELEMENT.fullmatch(part)
        first, last = (0, -1)
        if element is not None:
            first, last = int(element[1] or element[2]), int(element[1] or element[3])
        if not least <= first <= last <= most:
            expected = f"numbers from {least} to {most} or ranges such as [{least}-{most}]"
            findings.append(Finding(source, f"{part!r} is not accepted", expected, column=name))
        found.update(range(first, last + 1))
    return tuple(sorted(found))
