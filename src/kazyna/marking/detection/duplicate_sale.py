"""A code that is sold again without having come back: a copy, or stock sold off the record."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limit, Limits, Rule, interval

REPEAT = Limit(
    "repeat_minutes",
    Decimal(30),
    "minutes",
    Text(
        "A till that reports the same sale within this time says it twice",
        "Касса, сообщившая о той же продаже в пределах этого времени, повторилась",
        "Касса ушул убакыттын ичинде ошол эле сатууну кайра билдирсе, бул кайталоо",
    ),
)


def _suspicion(_: Limits) -> str:
    return "sales > 1"


def _finding(limits: Limits) -> str:
    """Compare each sale with the sale or return of the code that came before."""
    return f"""
        SELECT code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [before_id, event_id] AS evidence,
               before_at, before_facility
        FROM (
            SELECT *, lag(event_id) OVER one_code AS before_id,
                   lag(kind) OVER one_code AS before_kind,
                   lag(happened_at) OVER one_code AS before_at,
                   lag(facility) OVER one_code AS before_facility,
                   lag(device) OVER one_code AS before_device
            FROM suspects WHERE duplicate_sale AND kind IN ('sell', 'return')
            WINDOW one_code AS (PARTITION BY code ORDER BY happened_at, event_id)
        )
        WHERE kind = 'sell' AND before_kind = 'sell'
          AND NOT (facility IS NOT DISTINCT FROM before_facility
                   AND device IS NOT DISTINCT FROM before_device
                   AND happened_at - before_at <= {interval(limits, "repeat_minutes", "minutes")})
        """  # noqa: S608 (numbers)


DUPLICATE_SALE = Rule(
    name="duplicate_sale",
    title=Text("Sold twice", "Продано дважды", "Эки жолу сатылган"),
    severity="high",
    subject_kind="code",
    reason=Text(
        "Sold at {facility} at {happened_at}, though sold at {before_facility} at {before_at}.",
        "Продан в {facility} {happened_at}, хотя уже продан в {before_facility} {before_at}.",
        "{facility} жеринде {happened_at} сатылган, бирок {before_facility} жеринде {before_at}"
        " сатылган болчу.",
    ),
    limits=(REPEAT,),
    finding=_finding,
    suspicion=_suspicion,
)
