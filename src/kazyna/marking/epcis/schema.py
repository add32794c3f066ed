"""The form of an EPCIS 2.0 event as JSON schemas of our own, one a type of event.

Written from the tables of EPCIS 2.0 section 7 and CBV 2.0 section 7, stricter than the published
schema where the standard is: formats are asserted, a standard word must be one of the vocabulary,
an unknown member without a prefix is a mistake. A part that fails names what it wants by `title`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from kazyna.marking.epcis.identifiers import EPC_URI
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
)

Schema = dict[str, Any]

EXTENSION_NAME = r"^[A-Za-z_][^\s:]*:\S+$"
"""A user's own member: a name with a prefix, or a URI."""

URI: Schema = {"type": "string", "format": "uri", "title": "a URI"}
EPC: Schema = {
    "type": "string",
    "format": "uri",
    "anyOf": [{"not": {"pattern": "^urn:epc:"}}, {"pattern": EPC_URI}],
    "title": "a URI; of EPC schemes, one formed as TDS 2.0 section 6 has it",
}
TIME: Schema = {
    "type": "string",
    "format": "date-time",
    # The format alone lets seconds of 60 pass, and some signs that are no digits.
    "pattern": (
        r"^[12]\d{3}-\d{2}-\d{2}"
        r"[Tt]\d{2}:\d{2}:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:0\d|1[0-4]):[0-5]\d)$"
    ),
    "title": "a time with its offset such as 2026-05-31T10:20:30.000+06:00",
}
NUMBER: Schema = {"type": "number", "title": "a number"}
TEXT: Schema = {
    "type": "string",
    "pattern": r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]*$",
    "title": "a text that XML can write",
}


def _word(vocabulary: Vocabulary) -> Schema:
    reserved = (*vocabulary.prefixes, "urn:epcglobal:cbv:")
    return {
        "title": f"a {vocabulary.title} of CBV 2.0, or a URI of another vocabulary",
        "anyOf": [
            {"enum": sorted(vocabulary.words)},
            {
                "type": "string",
                "format": "uri",
                "not": {"anyOf": [{"pattern": f"^{each}"} for each in reserved]},
            },
        ],
    }


def _object(
    properties: Mapping[str, Schema],
    *,
    required: tuple[str, ...] = (),
    extensible: bool = False,
    **more: Any,
) -> Schema:
    open_to = {"patternProperties": {EXTENSION_NAME: True}} if extensible else {}
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **open_to,
        **more,
    }


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, "title": "a list", **more}


STEP, STATE, REASON = _word(BUSINESS_STEP), _word(DISPOSITION), _word(ERROR_REASON)
EPCS = _list(EPC, uniqueItems=True)
PLACE = _object({"id": URI}, required=("id",), extensible=True)
QUANTITIES = _list(
    _object(
        {
            "epcClass": EPC,
            "quantity": NUMBER,
            "uom": {
                "type": "string",
                "pattern": "^[A-Z0-9]{2,3}$",
                "title": "a unit of UN/CEFACT Recommendation 20 such as KGM",
            },
        },
        required=("epcClass",),
        dependentRequired={"uom": ["quantity"]},
    )
)
STATES = _list(STATE, minItems=1, uniqueItems=True)
METADATA_URIS = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
SENSOR_METADATA = _object(
    {
        **dict.fromkeys(("time", "startTime", "endTime"), TIME),
        **dict.fromkeys(METADATA_URIS, URI),
    },
    extensible=True,
)
REPORT_NUMBERS = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
REPORT_URIS = (
    *METADATA_URIS,
    "microorganism",
    "chemicalSubstance",
    "coordinateReferenceSystem",
    "uriValue",
)
SENSOR_REPORT = _object(
    {
        "type": _word(MEASUREMENT),
        "exception": _word(ALERT),
        "component": _word(COMPONENT),
        "time": TIME,
        "stringValue": TEXT,
        "booleanValue": {"type": "boolean", "title": "true or false"},
        "hexBinaryValue": {
            "type": "string",
            "pattern": "^(?:[A-Fa-f0-9]{2})+$",
            "title": "pairs of hexadecimal digits",
        },
        "uom": TEXT,
        **dict.fromkeys(REPORT_NUMBERS, NUMBER),
        **dict.fromkeys(REPORT_URIS, URI),
    },
    extensible=True,
    anyOf=[{"required": ["type"]}, {"required": ["exception"]}],
)
SENSORS = _list(
    _object(
        {"sensorMetadata": SENSOR_METADATA, "sensorReport": _list(SENSOR_REPORT, minItems=1)},
        required=("sensorReport",),
        extensible=True,
    )
)
ERROR_DECLARATION = _object(
    {"declarationTime": TIME, "reason": REASON, "correctiveEventIDs": _list(URI)},
    required=("declarationTime",),
    extensible=True,
)


def _typed(name: str, kinds: Vocabulary, required: tuple[str, ...]) -> Schema:
    return _list(_object({"type": _word(kinds), name: URI}, required=required))


COMMON: Mapping[str, Schema] = {
    "@context": True,  # type: ignore[dict-item]  # a schema may be true
    "type": TEXT,
    "eventID": URI,
    "eventTime": TIME,
    "recordTime": TIME,
    "eventTimeZoneOffset": {
        "type": "string",
        "pattern": r"^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$",
        "title": "an offset such as +06:00",
    },
    "certificationInfo": {"anyOf": [URI, _list(URI)], "title": "a URI or a list of them"},
    "errorDeclaration": ERROR_DECLARATION,
    "bizStep": STEP,
    "disposition": STATE,
    "persistentDisposition": _object({"set": STATES, "unset": STATES}, minProperties=1),
    "readPoint": PLACE,
    "bizLocation": PLACE,
    "bizTransactionList": _typed("bizTransaction", BUSINESS_TRANSACTION, ("bizTransaction",)),
    "sourceList": _typed("source", SOURCE_DESTINATION, ("type", "source")),
    "destinationList": _typed("destination", SOURCE_DESTINATION, ("type", "destination")),
    "sensorElementList": SENSORS,
}
ACTION: Schema = {"enum": ["OBSERVE", "ADD", "DELETE"], "title": "OBSERVE, ADD or DELETE"}
ILMD: Schema = {
    "type": "object",
    "patternProperties": {EXTENSION_NAME: True},
    "additionalProperties": False,
    "title": "master data under names with a prefix",
}


def _filled(*names: str) -> Schema:
    """Ask that at least one of the lists is there and not empty."""
    return {
        "anyOf": [{"required": [name], "properties": {name: {"minItems": 1}}} for name in names],
        "title": "at least one of " + ", ".join(names),
    }


def _unless(action: str, then: Schema) -> Schema:
    return {"if": {"properties": {"action": {"const": action}}}, "else": then}


CHILDREN: Mapping[str, Schema] = {
    "action": ACTION,
    "parentID": EPC,
    "childEPCs": EPCS,
    "childQuantityList": QUANTITIES,
}
HAS_CHILDREN = _unless("DELETE", _filled("childEPCs", "childQuantityList"))

OWN: Mapping[str, tuple[Mapping[str, Schema], tuple[str, ...], tuple[Schema, ...]]] = {
    "ObjectEvent": (
        {"action": ACTION, "epcList": EPCS, "quantityList": QUANTITIES, "ilmd": ILMD},
        ("action",),
        (
            {
                "anyOf": [
                    {"required": ["epcList"]},
                    {"required": ["quantityList"]},
                    {"required": ["sensorElementList", "readPoint"]},
                ],
                "title": "epcList, quantityList, or sensorElementList at a readPoint",
            },
            {
                "if": {"required": ["ilmd"]},
                "then": {"properties": {"action": {"const": "ADD", "title": "ADD beside ilmd"}}},
            },
        ),
    ),
    "AggregationEvent": (
        CHILDREN,
        ("action",),
        (
            _unless("OBSERVE", {"required": ["parentID"], "title": "parentID unless observed"}),
            HAS_CHILDREN,
        ),
    ),
    "TransactionEvent": (
        {"action": ACTION, "parentID": EPC, "epcList": EPCS, "quantityList": QUANTITIES},
        ("action", "bizTransactionList"),
        (),
    ),
    "TransformationEvent": (
        {
            "inputEPCList": EPCS,
            "inputQuantityList": QUANTITIES,
            "outputEPCList": EPCS,
            "outputQuantityList": QUANTITIES,
            "transformationID": URI,
            "ilmd": ILMD,
        },
        (),
        (
            {
                "if": {"required": ["transformationID"]},
                "then": _filled(
                    "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList"
                ),
                "else": {
                    "allOf": [
                        _filled("inputEPCList", "inputQuantityList"),
                        _filled("outputEPCList", "outputQuantityList"),
                    ]
                },
            },
        ),
    ),
    "AssociationEvent": (CHILDREN, ("action", "parentID"), (HAS_CHILDREN,)),
}
"""Of each type its own members, which of them are required, and its further conditions."""


def event_schema(event_type: str) -> Schema:
    """Return the JSON schema (draft 2020-12) of one type of event."""
    own, required, conditions = OWN[event_type]
    schema = _object(
        {**COMMON, **own, "type": {"const": event_type}},
        required=("type", "eventTime", "eventTimeZoneOffset", *required),
        extensible=True,
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        **({"allOf": list(conditions)} if conditions else {}),
    }


@cache
def event_validator(event_type: str) -> jsonschema_rs.Draft202012Validator:
    """Compile the schema of one type of event, once a process; formats are asserted."""
    return jsonschema_rs.Draft202012Validator(
        event_schema(event_type),
        validate_formats=True,
        # No pattern looks around, so the engine that takes linear time will do.
        pattern_options=jsonschema_rs.RegexOptions(),
    )


VOCABULARY = _object(
    {
        "type": URI,
        "vocabularyElementList": _list(
            _object(
                {
                    "id": URI,
                    "attributes": _list(
                        _object(
                            {"id": URI, "attribute": {"type": ["string", "number", "object"]}},
                            required=("id",),
                        )
                    ),
                    "children": _list(URI),
                },
                required=("id",),
            )
        ),
    },
    required=("type",),
)
ENVELOPE: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        {
            "creationDate": TIME,
            "epcisHeader": _object(
                {"epcisMasterData": _object({"vocabularyList": _list(VOCABULARY)})},
                extensible=True,
            ),
            **dict.fromkeys(
                ("id", "sender", "receiver", "instanceIdentifier", "queryName", "subscriptionID"),
                TEXT,
            ),
        }
    ),
}
"""What stands around the events of a document."""


@cache
def envelope_validator() -> jsonschema_rs.Draft202012Validator:
    """Compile the schema of what stands around events, once a process."""
    return jsonschema_rs.Draft202012Validator(ENVELOPE, validate_formats=True)
