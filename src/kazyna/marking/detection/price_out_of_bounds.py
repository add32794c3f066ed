"""A sale below the least retail price of the law, or above the price printed on the pack."""

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limits, Rule


def _finding(_: Limits) -> str:
    """Compare each price with the least one of the day and with the printed one."""
    return """
        SELECT code::VARCHAR || ':' || event_id AS key, code, gtin, lot, participant, facility,
               device, happened_at, [event_id] AS evidence,
               round(sale.price, 2)::DECIMAL(18, 2) AS paid,
               round(least_price, 2)::DECIMAL(18, 2) AS least_paid,
               round(printed_price, 2)::DECIMAL(18, 2) AS most_paid
        FROM (
            SELECT events.*, minimum_prices.price AS least_price
            FROM events LEFT JOIN minimum_prices
              ON minimum_prices.goods = events.goods
             AND minimum_prices.since <= events.happened_at::DATE
             AND coalesce(minimum_prices.until >= events.happened_at::DATE, true)
            WHERE kind = 'sell' AND events.price IS NOT NULL AND code IS NOT NULL
        ) AS sale
        WHERE price < least_price OR price > printed_price
        """


PRICE_OUT_OF_BOUNDS = Rule(
    name="price_out_of_bounds",
    title=Text("Price out of bounds", "Цена вне пределов", "Баа чектен тышкары"),
    severity="low",
    subject_kind="code",
    reason=Text(
        "Sold at {facility} for {paid}; at least {least_paid}, at most {most_paid} may be asked.",
        "Продан в {facility} за {paid}; допустимо не менее {least_paid} и не более {most_paid}.",
        "{facility} жеринде {paid} сатылган; {least_paid} кем эмес, {most_paid} ашык эмес болушу"
        " керек.",
    ),
    limits=(),
    finding=_finding,
)
