"""A sale by who never got the goods: smuggled or stolen stock among honest stock."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.events import HELD, sql_list
from kazyna.marking.detection.rule import Limit, Limits, Rule, interval

TRANSFER = Limit(
    "transfer_days",
    Decimal(7),
    "days",
    Text(
        "So long after the sale a transfer to the seller may be reported",
        "В течение этого срока после продажи может быть сообщено о передаче продавцу",
        "Сатуудан кийин сатуучуга өткөрүү ушул мөөнөттө билдирилиши мүмкүн",
    ),
)


def _suspicion(limits: Limits) -> str:
    """Clear who sells once, holds last, and has not shipped on."""
    transfer = interval(limits, "transfer_days", "days")
    return (
        "sales > 0 AND holder IS NOT NULL AND NOT (sales = 1 AND seller = holder"
        f" AND held_at <= first_sold_at + {transfer}"
        " AND coalesce(shipped_at <= held_at, true))"
    )


def _finding(limits: Limits) -> str:
    """Follow holder and consignee through each code's events up to each sale.

    A seller is right who holds the goods, or to whom they are on their way, or to whom a transfer
    is reported soon after.
    """
    transfer = interval(limits, "transfer_days", "days")
    held = sql_list(HELD)
    return f"""
        WITH chain AS (
            SELECT *,
                   last_value(CASE WHEN kind IN {held} THEN participant END IGNORE NULLS)
                       OVER so_far AS holder,
                   last_value(CASE WHEN kind IN {held} THEN event_id END IGNORE NULLS)
                       OVER so_far AS held_by,
                   last_value(CASE WHEN kind = 'ship' THEN coalesce(counterparty, '')
                                   WHEN kind IN {held} OR kind IN ('refuse', 'cancel_shipment')
                                   THEN '' END IGNORE NULLS)
                       OVER so_far AS consignee
            FROM suspects WHERE wrong_owner
            WINDOW so_far AS (PARTITION BY code ORDER BY happened_at, event_id
                              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        )
        SELECT code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [held_by, event_id] AS evidence, holder
        FROM chain
        WHERE kind = 'sell' AND holder IS NOT NULL AND participant IS NOT NULL
          AND participant <> holder AND participant IS DISTINCT FROM consignee
          AND NOT EXISTS (
              FROM suspects AS later
              WHERE later.code = chain.code AND later.happened_at >= chain.happened_at
                AND later.happened_at <= chain.happened_at + {transfer}
                AND ((later.kind = 'ship' AND later.counterparty = chain.participant)
                     OR (later.kind = 'accept' AND later.participant = chain.participant)))
        """  # noqa: S608 (words are ours)


WRONG_OWNER = Rule(
    name="wrong_owner",
    title=Text(
        "Sold by who never got it",
        "Продано тем, кто товара не получал",
        "Товарды албаган адам саткан",
    ),
    severity="medium",
    subject_kind="code",
    reason=Text(
        "{participant} sold it at {facility} at {happened_at}; it belongs to {holder}.",
        "{participant} продал его в {facility} {happened_at}; товар числится за {holder}.",
        "{participant} аны {facility} жеринде {happened_at} саткан; товар {holder} эсебинде турат.",
    ),
    limits=(TRANSFER,),
    finding=_finding,
    suspicion=_suspicion,
)
