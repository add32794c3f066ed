"""When scheduled queries run."""

from datetime import UTC, datetime

import pytest

from kazyna.core.errors import InputError
from kazyna.marking.epcis.schedule import parse_schedule

SUNDAY = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"hour": "1", "minute": "5"}, "2026-03-02T01:05:00"),
        ({"hour": "[11-13]"}, "2026-03-01T13:00:00"),
        ({"minute": "0,[20-21]"}, "2026-03-01T12:20:00"),
        ({"second": "30"}, "2026-03-01T12:01:30"),
        ({"dayOfWeek": "1", "hour": "12"}, "2026-03-02T12:00:00"),
        ({"dayOfMonth": "31"}, "2026-03-31T00:00:00"),
        ({"month": "2", "dayOfMonth": "29"}, "2028-02-29T00:00:00"),
    ],
)
def test_the_next_time(fields: dict[str, str], first: str) -> None:
    found = parse_schedule(fields).next_after(SUNDAY)
    assert found == datetime.fromisoformat(first).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [{}, {"hour": "24"}, {"hour": "[3-1]"}, {"hour": "*"}, {"year": "2026"}, {"dayOfWeek": "0"}],
)
def test_what_is_no_schedule_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(InputError):
        parse_schedule(fields)
