"""A sale after the last day on which the goods may be sold."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limit, Limits, Rule

GRACE = Limit(
    "grace_days",
    Decimal(1),
    "days",
    Text(
        "Days after the last one that do not count: a night's difference of time zones",
        "Дни после последнего, которые не считаются: разница часовых поясов за ночь",
        "Акыркы күндөн кийинки эсептелбеген күндөр: түндөгү убакыт алкактарынын айырмасы",
    ),
)


def _suspicion(limits: Limits) -> str:
    return f"last_sold_at::DATE > expires_on + {int(limits['grace_days'])}"


def _finding(limits: Limits) -> str:
    """Compare each sale with the last day that any event of the code names."""
    return f"""
        SELECT code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [dated, event_id] AS evidence, last_day
        FROM (
            SELECT *, min(expires_on) OVER one_code AS last_day,
                   arg_min(event_id, happened_at) FILTER (expires_on IS NOT NULL) OVER one_code
                       AS dated
            FROM suspects WHERE sale_after_expiry
            WINDOW one_code AS (PARTITION BY code)
        )
        WHERE kind = 'sell' AND happened_at::DATE > last_day + {int(limits["grace_days"])}
        """  # noqa: S608 (numbers)


SALE_AFTER_EXPIRY = Rule(
    name="sale_after_expiry",
    title=Text("Sold after its date", "Продано после срока годности", "Мөөнөтү өткөндө сатылган"),
    severity="medium",
    subject_kind="code",
    reason=Text(
        "Sold at {facility} at {happened_at}; the last day was {last_day}.",
        "Продан в {facility} {happened_at}; последний день — {last_day}.",
        "{facility} жеринде {happened_at} сатылган; акыркы күнү {last_day} болчу.",
    ),
    limits=(GRACE,),
    finding=_finding,
    suspicion=_suspicion,
)
