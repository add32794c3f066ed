"""A code that is packed though it was never put on goods, or was only later."""

from kazyna.core.text import Text
from kazyna.marking.detection.events import COMMISSIONED, sql_list
from kazyna.marking.detection.rule import CLOCK_HOURS, LATE_DAYS, Limits, Rule, interval


def _suspicion(limits: Limits) -> str:
    clock, late = interval(limits, "clock_hours", "hours"), interval(limits, "late_days", "days")
    return (
        f"NOT package AND (commissioned_at > packed_at + {clock}"
        f" OR (commissioned_at IS NULL AND packed_at < moment - {late}))"
    )


def _finding(_: Limits) -> str:
    """Take the first packing of each suspected code, and the application where there is one."""
    commissioned = sql_list(COMMISSIONED)
    return f"""
        SELECT code::VARCHAR AS key, code,
               arg_min(gtin, happened_at) FILTER (kind = 'aggregate') AS gtin,
               arg_min(lot, happened_at) FILTER (kind = 'aggregate') AS lot,
               arg_min(participant, happened_at) FILTER (kind = 'aggregate') AS participant,
               arg_min(facility, happened_at) FILTER (kind = 'aggregate') AS facility,
               arg_min(device, happened_at) FILTER (kind = 'aggregate') AS device,
               min(happened_at) FILTER (kind = 'aggregate') AS happened_at,
               min(happened_at) FILTER (kind IN {commissioned}) AS commissioned_at,
               list(event_id ORDER BY happened_at) AS evidence
        FROM suspects
        WHERE uncommissioned_child AND (kind = 'aggregate' OR kind IN {commissioned})
        GROUP BY code
        """  # noqa: S608 (words are ours)


UNCOMMISSIONED_CHILD = Rule(
    name="uncommissioned_child",
    title=Text(
        "Packed before it was put on goods",
        "Упаковано до нанесения",
        "Товарга түшүрүлгөнгө чейин таңгакталган",
    ),
    severity="high",
    subject_kind="code",
    reason=Text(
        "{participant} packed it at {happened_at}; put on goods: {commissioned_at}.",
        "{participant} упаковал его {happened_at}; нанесён: {commissioned_at}.",
        "{participant} аны {happened_at} таңгактаган; товарга түшүрүлгөн: {commissioned_at}.",
    ),
    limits=(CLOCK_HOURS, LATE_DAYS),
    finding=_finding,
    suspicion=_suspicion,
)
