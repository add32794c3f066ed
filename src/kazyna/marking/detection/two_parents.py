"""A code that is packed into one package while it is in another."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limit, Limits, Rule, interval

LATE = Limit(
    "late_hours",
    Decimal(72),
    "hours",
    Text(
        "So long after the second packing the unpacking may be reported",
        "В течение этого срока после второй упаковки может быть сообщено о распаковке",
        "Экинчи таңгактоодон кийин ачуу ушул мөөнөттө билдирилиши мүмкүн",
    ),
)


def _suspicion(_: Limits) -> str:
    return "packings > 1"


def _finding(limits: Limits) -> str:
    """Compare each packing of a code with what was packed or unpacked before."""
    return f"""
        WITH packing AS (
            SELECT *, lag(event_id) OVER one_code AS before_id,
                   lag(kind) OVER one_code AS before_kind,
                   lag(parent) OVER one_code AS before_parent
            FROM suspects WHERE two_parents AND kind IN ('aggregate', 'disaggregate')
            WINDOW one_code AS (PARTITION BY code ORDER BY happened_at, event_id)
        )
        SELECT code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [before_id, event_id] AS evidence, parent, before_parent
        FROM packing
        WHERE kind = 'aggregate' AND before_kind = 'aggregate' AND parent <> before_parent
          AND NOT EXISTS (
              FROM packing AS later
              WHERE later.code = packing.code AND later.kind = 'disaggregate'
                AND later.parent IS NOT DISTINCT FROM packing.before_parent
                AND later.happened_at >= packing.happened_at
                AND later.happened_at <= packing.happened_at
                                         + {interval(limits, "late_hours", "hours")})
        """  # noqa: S608 (numbers)


TWO_PARENTS = Rule(
    name="two_parents",
    title=Text("In two packages", "В двух упаковках", "Эки таңгакта"),
    severity="medium",
    subject_kind="code",
    reason=Text(
        "Packed at {facility} at {happened_at} while it was in another package.",
        "Упакован в {facility} {happened_at}, находясь в другой упаковке.",
        "{facility} жеринде {happened_at} башка таңгакта турганда таңгакталган.",
    ),
    limits=(LATE,),
    finding=_finding,
    suspicion=_suspicion,
)
