"""A sale of what had left circulation: exported, destroyed or written-off goods come back."""

from kazyna.core.text import Text
from kazyna.marking.detection.events import HELD, WITHDRAWN, sql_list
from kazyna.marking.detection.rule import CLOCK_HOURS, Limits, Rule, interval


def _suspicion(limits: Limits) -> str:
    return f"last_sold_at > withdrawn_at + {interval(limits, 'clock_hours', 'hours')}"


def _finding(limits: Limits) -> str:
    """Look back from each sale to the last event that withdrew the code or brought it back."""
    withdrawn, held = sql_list(WITHDRAWN), sql_list(HELD)
    return f"""
        SELECT code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [turn.event_id, event_id] AS evidence,
               turn.happened_at AS withdrawn_at, turn.kind || coalesce(' ' || turn.reason, '')
                   AS how
        FROM (
            SELECT *,
                   last_value(CASE WHEN kind IN {withdrawn} OR kind IN {held}
                                   THEN struct_pack(event_id, kind, happened_at, reason) END
                              IGNORE NULLS)
                       OVER (PARTITION BY code ORDER BY happened_at, event_id
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS turn
            FROM suspects WHERE sale_after_withdrawal
        )
        WHERE kind = 'sell' AND turn.kind IN {withdrawn}
          AND happened_at > turn.happened_at + {interval(limits, "clock_hours", "hours")}
        """  # noqa: S608 (words are ours)


SALE_AFTER_WITHDRAWAL = Rule(
    name="sale_after_withdrawal",
    title=Text(
        "Sold after it had left circulation",
        "Продано после вывода из оборота",
        "Жүгүртүүдөн чыгарылгандан кийин сатылган",
    ),
    severity="high",
    subject_kind="code",
    reason=Text(
        "Sold at {facility} at {happened_at}, though withdrawn ({how}) at {withdrawn_at}.",
        "Продан в {facility} {happened_at}, хотя выведен из оборота ({how}) {withdrawn_at}.",
        "{facility} жеринде {happened_at} сатылган, бирок ({how}) {withdrawn_at} жүгүртүүдөн"
        " чыгарылган.",
    ),
    limits=(CLOCK_HOURS,),
    finding=_finding,
    suspicion=_suspicion,
)
