"""One code in the hands of many within a day: many copies of it are about."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limit, Limits, Rule, interval

OPERATORS = Limit(
    "operators_min",
    Decimal(3),
    "operators",
    Text(
        "So many operators make a burst",
        "Столько операторов — уже всплеск",
        "Ушунча оператор болсо — бул жарылуу",
    ),
)
HOURS = Limit(
    "window_hours",
    Decimal(24),
    "hours",
    Text("Within this time", "В течение этого времени", "Ушул убакыттын ичинде"),
)
PHONES = Limit(
    "phones_per_operator",
    Decimal(5),
    "phones",
    Text(
        "So many phones of shoppers weigh as one operator: a family scans what it bought",
        "Столько телефонов покупателей весят как один оператор: семья сканирует покупку",
        "Сатып алуучулардын ушунча телефону бир операторго барабар: үй-бүлө сатып алганын"
        " сканерлейт",
    ),
)


def _suspicion(limits: Limits) -> str:
    phones = (limits["operators_min"] - 1) * limits["phones_per_operator"] + 1
    return (
        f"looks >= {limits['operators_min']}"
        f" AND (first_operator <> last_operator OR looks >= {phones})"
    )


def _finding(limits: Limits) -> str:
    """Count who looked at a code within the window from each look on; take the fullest window."""
    window = interval(limits, "window_hours", "hours")
    return f"""
        WITH looks AS (
            SELECT * FROM suspects WHERE scan_burst AND kind IN ('sell', 'scan')
        ), windows AS (
            SELECT looks.code, looks.event_id, any_value(looks.happened_at) AS happened_at,
                   count(DISTINCT near.participant) AS operators,
                   count(DISTINCT near.device) FILTER (near.participant IS NULL) AS phones,
                   count(DISTINCT near.facility) AS places,
                   list(near.event_id ORDER BY near.happened_at, near.event_id) AS evidence
            FROM looks JOIN looks AS near
              ON near.code = looks.code AND near.happened_at >= looks.happened_at
             AND near.happened_at < looks.happened_at + {window}
            GROUP BY looks.code, looks.event_id
        ), full_windows AS (
            SELECT DISTINCT ON (code) * FROM windows
            WHERE operators + phones // {limits["phones_per_operator"]} >= {limits["operators_min"]}
            ORDER BY code, operators DESC, phones DESC, happened_at, event_id
        )
        SELECT full_windows.code::VARCHAR || ':' || full_windows.event_id AS key,
               full_windows.code, looks.gtin, looks.lot, looks.participant, looks.facility,
               looks.device, full_windows.happened_at, evidence, operators, phones, places
        FROM full_windows JOIN looks USING (code, event_id)
        """  # noqa: S608 (numbers)


SCAN_BURST = Rule(
    name="scan_burst",
    title=Text("In many hands at once", "Во многих руках сразу", "Бир учурда көп колдо"),
    severity="high",
    subject_kind="code",
    reason=Text(
        "Within a day from {happened_at}: {operators} operators and {phones} phones at {places}"
        " places.",
        "В течение суток с {happened_at}: операторов {operators}, телефонов {phones}, мест"
        " {places}.",
        "{happened_at} тартып бир суткада: {operators} оператор, {phones} телефон, {places} жер.",
    ),
    limits=(OPERATORS, HOURS, PHONES),
    finding=_finding,
    suspicion=_suspicion,
)
