"""One code in two places faster than goods can travel: a copy is about."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limit, Limits, Rule, interval, kilometres

SPEED = Limit(
    "speed_kmh_max",
    Decimal(200),
    "km/h",
    Text(
        "No lorry carries goods faster",
        "Быстрее не везёт ни один грузовик",
        "Бир дагы жүк ташуучу мындан ылдам ташыбайт",
    ),
)
DISTANCE = Limit(
    "distance_km_min",
    Decimal(50),
    "km",
    Text(
        "Nearer places do not count: devices are carried about",
        "Более близкие места не считаются: устройства переносят",
        "Жакыныраак жерлер эсептелбейт: түзмөктөрдү көтөрүп жүрүшөт",
    ),
)
CLOCK = Limit(
    "clock_minutes",
    Decimal(60),
    "minutes",
    Text(
        "So far two clocks may be apart",
        "Настолько могут расходиться двое часов",
        "Эки саат ушунчага айырмаланышы мүмкүн",
    ),
)


def _suspicion(limits: Limits) -> str:
    """Suspect a code that was seen far from where it was held last, or in two far places.

    An honest code is sold and looked at where it was accepted last, so nearly all are cleared.
    """
    corners = kilometres(
        "least(west, held_lon)", "least(south, held_lat)",
        "greatest(east, held_lon)", "greatest(north, held_lat)",
    )  # fmt: skip
    return f"{corners} > {limits['distance_km_min']}"


def _finding(limits: Limits) -> str:
    """Take the fastest of the ways between one event of a code and the next that has a place."""
    way = kilometres("before_lon", "before_lat", "lon", "lat")
    clock = interval(limits, "clock_minutes", "minutes")
    return f"""
        WITH ways AS (
            SELECT *, lag(event_id) OVER one_code AS before_id,
                   lag(happened_at) OVER one_code AS before_at,
                   lag(facility) OVER one_code AS before_facility,
                   lag(lon) OVER one_code AS before_lon, lag(lat) OVER one_code AS before_lat
            FROM suspects
            WHERE impossible_speed AND participant IS NOT NULL AND lon IS NOT NULL
              AND lat IS NOT NULL AND kind NOT IN {_ON_PAPER}
            WINDOW one_code AS (PARTITION BY code ORDER BY happened_at, event_id)
        ), fast AS (
            SELECT *, {way} AS km, epoch(happened_at - before_at + {clock}) / 3600.0 AS hours
            FROM ways WHERE before_id IS NOT NULL
        )
        SELECT DISTINCT ON (code) code::VARCHAR || ':' || event_id AS key, code, gtin, lot,
               participant, facility, device, happened_at, [before_id, event_id] AS evidence,
               before_at, before_facility, round(km)::BIGINT AS km_rounded
        FROM fast
        WHERE km > {limits["distance_km_min"]} AND km > hours * {limits["speed_kmh_max"]}
        ORDER BY code, km / hours DESC, event_id
        """  # noqa: S608 (numbers)


_ON_PAPER = "('withdraw', 'block', 'unblock', 'quarantine', 'recall', 'expire', 'cancel_shipment')"
"""Reported from an office, wherever the goods are."""

IMPOSSIBLE_SPEED = Rule(
    name="impossible_speed",
    title=Text("Faster than it can travel", "Быстрее возможного", "Мүмкүн болгондон ылдам"),
    severity="high",
    subject_kind="code",
    reason=Text(
        "At {before_facility} at {before_at} and at {facility} at {happened_at}, {km_rounded} km"
        " away.",
        "В {before_facility} {before_at} и в {facility} {happened_at}, на расстоянии {km_rounded}"
        " км.",
        "{before_facility} жеринде {before_at} жана {km_rounded} км алыс {facility} жеринде"
        " {happened_at}.",
    ),
    limits=(SPEED, DISTANCE, CLOCK),
    finding=_finding,
    suspicion=_suspicion,
)
