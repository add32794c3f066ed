"""A sale of goods that were recalled, blocked or in quarantine, by their code or their lot."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.events import STOPPED, sql_list
from kazyna.marking.detection.rule import Limit, Limits, Rule, interval

NOTICE = Limit(
    "notice_hours",
    Decimal(24),
    "hours",
    Text(
        "So long it may take until every till knows",
        "Столько времени даётся, чтобы узнали все кассы",
        "Бардык кассалар билгенге чейин ушунча убакыт берилет",
    ),
)


def _suspicion(limits: Limits) -> str:
    return f"last_sold_at > stopped_at + {interval(limits, 'notice_hours', 'hours')}"


def _finding(limits: Limits) -> str:
    """Look back from each sale to the last stop or release, of the code and of its lot.

    A stop of a lot names no code; there are few of them, and sales of other lots never meet them.
    """
    stopped = sql_list(STOPPED)
    return f"""
        WITH turns AS (
            SELECT code, gtin, lot, happened_at, event_id, kind, reason
            FROM events WHERE code IS NULL AND lot IS NOT NULL
                          AND (kind IN {stopped} OR kind = 'unblock')
        ), stops AS (
            SELECT *, lead(happened_at) OVER (PARTITION BY gtin, lot
                                              ORDER BY happened_at, event_id) AS until
            FROM turns
        ), of_codes AS (
            SELECT *, last_value(CASE WHEN kind IN {stopped} OR kind = 'unblock'
                                      THEN struct_pack(event_id, kind, happened_at, reason) END
                                 IGNORE NULLS)
                          OVER (PARTITION BY code ORDER BY happened_at, event_id
                                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS turn
            FROM suspects WHERE sale_after_recall
        ), sold AS (
            SELECT sale.code, sale.gtin, sale.lot, sale.participant, sale.facility, sale.device,
                   sale.happened_at, sale.event_id, stops.event_id AS stop_id,
                   stops.kind AS stop, stops.happened_at AS stopped_at, stops.reason AS why
            FROM events AS sale
            JOIN stops ON stops.gtin = sale.gtin AND stops.lot = sale.lot
            WHERE sale.kind = 'sell' AND sale.code IS NOT NULL AND stops.kind <> 'unblock'
              AND sale.happened_at > stops.happened_at
              AND (stops.until IS NULL OR sale.happened_at <= stops.until)
            UNION ALL
            SELECT code, gtin, lot, participant, facility, device, happened_at, event_id,
                   turn.event_id, turn.kind, turn.happened_at, turn.reason
            FROM of_codes WHERE kind = 'sell' AND turn.kind IN {stopped}
        )
        SELECT DISTINCT ON (code, event_id)
               code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [stop_id, event_id] AS evidence, stopped_at,
               stop || coalesce(' ' || why, '') AS how
        FROM sold
        WHERE happened_at > stopped_at + {interval(limits, "notice_hours", "hours")}
        ORDER BY code, event_id, stopped_at
        """  # noqa: S608 (words are ours)


SALE_AFTER_RECALL = Rule(
    name="sale_after_recall",
    title=Text(
        "Sold after recall or block",
        "Продано после отзыва или блокировки",
        "Кайтарып алуудан же бөгөттөөдөн кийин сатылган",
    ),
    severity="critical",
    subject_kind="code",
    reason=Text(
        "Sold at {facility} at {happened_at}, though stopped ({how}) at {stopped_at}.",
        "Продан в {facility} {happened_at}, хотя остановлен ({how}) {stopped_at}.",
        "{facility} жеринде {happened_at} сатылган, бирок ({how}) {stopped_at} токтотулган.",
    ),
    limits=(NOTICE,),
    finding=_finding,
    suspicion=_suspicion,
)
