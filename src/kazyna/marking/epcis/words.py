"""Standard values of an event brought to their bare words, and back to the form another syntax has.

A sender may write `urn:epcglobal:cbv:bizstep:receiving`, `cbv:BizStep-receiving` or the Web URI;
readers bring all of them to `receiving`, and the XML writer brings it back to the URN.
"""

from collections.abc import Callable
from typing import Any

from kazyna.marking.epcis.document import Fields
from kazyna.marking.epcis.vocabulary import (
    ALERT,
    BUSINESS_STEP,
    BUSINESS_TRANSACTION,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    SOURCE_DESTINATION,
    Vocabulary,
    bare_word,
    urn,
    web_uri,
)

Rewrite = Callable[[str, Vocabulary], str]

PLAIN = {"bizStep": BUSINESS_STEP, "disposition": DISPOSITION}
TYPED = {
    "bizTransactionList": BUSINESS_TRANSACTION,
    "sourceList": SOURCE_DESTINATION,
    "destinationList": SOURCE_DESTINATION,
}
REPORTED = {"type": MEASUREMENT, "exception": ALERT, "component": COMPONENT}


def with_bare_words(fields: Fields) -> Fields:
    """Return an event whose standard values are bare words."""
    return _rewritten(fields, bare_word)


def with_urns(fields: Fields) -> Fields:
    """Return an event whose standard values are as XML has them."""
    return _rewritten(fields, urn)


def with_web_uris(fields: Fields) -> Fields:
    """Return an event whose standard values are Web URIs, as the event hash has them."""
    return _rewritten(fields, web_uri)


def _rewritten(fields: Fields, rewrite: Rewrite) -> Fields:
    # What is not formed as it should be stays as it is: validation will tell.
    event = dict(fields)
    _each(event, PLAIN, rewrite)
    for name, vocabulary in TYPED.items():
        if isinstance(items := event.get(name), list):
            event[name] = [_part(item, {"type": vocabulary}, rewrite) for item in items]
    persistent = event.get("persistentDisposition")
    if isinstance(persistent, dict):
        event["persistentDisposition"] = {
            name: [_word(each, DISPOSITION, rewrite) for each in values]
            if isinstance(values, list)
            else values
            for name, values in persistent.items()
        }
    if isinstance(declared := event.get("errorDeclaration"), dict):
        event["errorDeclaration"] = _part(declared, {"reason": ERROR_REASON}, rewrite)
    if isinstance(sensors := event.get("sensorElementList"), list):
        event["sensorElementList"] = [_sensor(element, rewrite) for element in sensors]
    return event


def _sensor(element: Any, rewrite: Rewrite) -> Any:
    if not isinstance(element, dict) or not isinstance(element.get("sensorReport"), list):
        return element
    reports = [_part(report, REPORTED, rewrite) for report in element["sensorReport"]]
    return {**element, "sensorReport": reports}


def _part(part: Any, vocabularies: dict[str, Vocabulary], rewrite: Rewrite) -> Any:
    if not isinstance(part, dict):
        return part
    changed = dict(part)
    _each(changed, vocabularies, rewrite)
    return changed


def _each(part: Fields, vocabularies: dict[str, Vocabulary], rewrite: Rewrite) -> None:
    for name, vocabulary in vocabularies.items():
        if name in part:
            part[name] = _word(part[name], vocabulary, rewrite)


def _word(value: Any, vocabulary: Vocabulary, rewrite: Rewrite) -> Any:
    return rewrite(value, vocabulary) if isinstance(value, str) else value
