"""A sale of what was never introduced, or was only later: unmarked goods under ordered codes."""

from kazyna.core.text import Text
from kazyna.marking.detection.events import CIRCULATING, COMMISSIONED, sql_list
from kazyna.marking.detection.rule import CLOCK_HOURS, LATE_DAYS, Limits, Rule, interval


def _suspicion(limits: Limits) -> str:
    clock, late = interval(limits, "clock_hours", "hours"), interval(limits, "late_days", "days")
    return (
        f"introduced_at > first_sold_at + {clock}"
        f" OR (introduced_at IS NULL AND first_sold_at < moment - {late})"
    )


def _finding(_: Limits) -> str:
    """Take the first sale of each suspected code, and the introduction where there is one."""
    return f"""
        SELECT code::VARCHAR AS key, code,
               arg_min(gtin, happened_at) FILTER (kind = 'sell') AS gtin,
               arg_min(lot, happened_at) FILTER (kind = 'sell') AS lot,
               arg_min(participant, happened_at) FILTER (kind = 'sell') AS participant,
               arg_min(facility, happened_at) FILTER (kind = 'sell') AS facility,
               arg_min(device, happened_at) FILTER (kind = 'sell') AS device,
               min(happened_at) FILTER (kind = 'sell') AS happened_at,
               min(happened_at) FILTER (kind IN {sql_list(CIRCULATING)}) AS introduced_at,
               list(event_id ORDER BY happened_at) AS evidence
        FROM suspects
        WHERE sale_before_introduction
          AND (kind = 'sell' OR kind IN {sql_list(COMMISSIONED)})
        GROUP BY code
        """  # noqa: S608 (words are ours)


SALE_BEFORE_INTRODUCTION = Rule(
    name="sale_before_introduction",
    title=Text(
        "Sold before it was introduced",
        "Продано до ввода в оборот",
        "Жүгүртүүгө киргизилгенге чейин сатылган",
    ),
    severity="high",
    subject_kind="code",
    reason=Text(
        "Sold at {facility} at {happened_at}; introduced: {introduced_at}.",
        "Продан в {facility} {happened_at}; введён в оборот: {introduced_at}.",
        "{facility} жеринде {happened_at} сатылган; жүгүртүүгө киргизилген: {introduced_at}.",
    ),
    limits=(CLOCK_HOURS, LATE_DAYS),
    finding=_finding,
    suspicion=_suspicion,
)
