"""A package that is shipped though nothing is in it: goods travel on paper alone."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limit, Limits, Rule, interval

LATE = Limit(
    "late_hours",
    Decimal(72),
    "hours",
    Text(
        "So long after the shipment the packing may be reported",
        "В течение этого срока после отгрузки может быть сообщено об упаковке",
        "Жөнөтүүдөн кийин таңгактоо ушул мөөнөттө билдирилиши мүмкүн",
    ),
)


def _finding(limits: Limits) -> str:
    """Count what was packed into each shipped package and taken out of it, up to the shipment."""
    late = interval(limits, "late_hours", "hours")
    return f"""
        WITH shipped AS (
            SELECT * FROM events WHERE kind = 'ship' AND package
        ), contents AS (
            SELECT shipped.code, shipped.event_id,
                   count(*) FILTER (packing.kind = 'aggregate'
                                    AND packing.happened_at <= shipped.happened_at + {late})
                   - count(*) FILTER (packing.kind = 'disaggregate'
                                      AND packing.happened_at < shipped.happened_at) AS units
            FROM shipped JOIN (
                SELECT parent, kind, happened_at FROM events
                WHERE parent IS NOT NULL AND kind IN ('aggregate', 'disaggregate')
            ) AS packing ON packing.parent = shipped.code
            GROUP BY shipped.code, shipped.event_id
        )
        SELECT code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [event_id] AS evidence,
               coalesce(counterparty, '–') AS to_whom
        FROM shipped, as_of
        WHERE happened_at < moment - {late}
          AND NOT EXISTS (FROM contents
                          WHERE contents.code = shipped.code
                            AND contents.event_id = shipped.event_id AND contents.units > 0)
        """  # noqa: S608 (numbers)


EMPTY_PACKAGE_SHIPPED = Rule(
    name="empty_package_shipped",
    title=Text("Empty package shipped", "Отгружена пустая упаковка", "Бош таңгак жөнөтүлгөн"),
    severity="medium",
    subject_kind="package",
    reason=Text(
        "{participant} shipped it to {to_whom} at {happened_at}; nothing is packed in it.",
        "{participant} отгрузил её для {to_whom} {happened_at}; в ней ничего не упаковано.",
        "{participant} аны {to_whom} үчүн {happened_at} жөнөткөн; ичинде эч нерсе жок.",
    ),
    limits=(LATE,),
    finding=_finding,
)
