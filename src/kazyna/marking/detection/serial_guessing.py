"""A device that shows many different codes which nobody issued: somebody tries serials out."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.marking.detection.rule import Limit, Limits, Rule

TEXTS = Limit(
    "texts_min",
    Decimal(10),
    "codes",
    Text(
        "So many different false codes of a device in a day",
        "Столько разных поддельных кодов с одного устройства за день",
        "Бир түзмөктөн бир күндө ушунча ар башка жасалма код",
    ),
)
SHARE = Limit(
    "share_min",
    Decimal("0.2"),
    "share",
    Text(
        "And so large a share of its scans",
        "И такая доля его сканирований",
        "Жана анын сканерлөөлөрүнүн ушундай үлүшү",
    ),
)
EVIDENCE_MAX = 100
"""Named of one device and day; more prove nothing more."""


def _finding(limits: Limits) -> str:
    """Count by device and day; what a scanner spoils is no false code, and a text counts once."""
    return f"""
        WITH false_codes AS (
            SELECT coalesce(device, participant) AS subject, happened_at::DATE AS day,
                   count(DISTINCT text_hash) AS texts, count(*) AS tries,
                   min(happened_at) AS happened_at,
                   arg_min(participant, happened_at) AS participant,
                   arg_min(facility, happened_at) AS facility,
                   arg_min(device, happened_at) AS device,
                   list(event_id ORDER BY happened_at, event_id)[:{EVIDENCE_MAX}] AS evidence
            FROM events
            WHERE verdict IN ('forged', 'unknown') AND coalesce(device, participant) IS NOT NULL
            GROUP BY ALL HAVING texts >= {limits["texts_min"]}
        ), every_scan AS (
            SELECT coalesce(device, participant) AS subject, happened_at::DATE AS day,
                   count(*) AS scans
            FROM events
            WHERE kind IN ('scan', 'sell')
              AND coalesce(device, participant) IN (SELECT subject FROM false_codes)
            GROUP BY ALL
        )
        SELECT subject || ':' || day AS key, subject, NULL::BIGINT AS code, NULL::BIGINT AS gtin,
               NULL::VARCHAR AS lot, participant, facility, device, happened_at, evidence, texts,
               tries, scans
        FROM false_codes JOIN every_scan USING (subject, day)
        WHERE tries >= scans * {limits["share_min"]}
        """  # noqa: S608 (numbers)


SERIAL_GUESSING = Rule(
    name="serial_guessing",
    title=Text("Serials are tried out", "Подбор серийных номеров", "Сериялык номерлерди тандоо"),
    severity="high",
    subject_kind="device",
    reason=Text(
        "{texts} different false codes in {tries} of {scans} scans of the day.",
        "Разных поддельных кодов: {texts}, в {tries} из {scans} сканирований дня.",
        "Күндөгү {scans} сканерлөөнүн {tries}инде {texts} ар башка жасалма код.",
    ),
    limits=(TEXTS, SHARE),
    finding=_finding,
)
