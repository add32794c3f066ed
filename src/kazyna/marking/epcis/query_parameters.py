"""Which parameters a query knows, and where in an event each looks."""

import re
from dataclasses import dataclass

from kazyna.marking.epcis.query import Comparison, Kind, Path
from kazyna.marking.epcis.vocabulary import (
    BUSINESS_STEP,
    BUSINESS_TRANSACTION,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    SOURCE_DESTINATION,
    Vocabulary,
)


@dataclass(frozen=True)
class Parameter:
    """What a parameter means."""

    comparison: Comparison
    kind: Kind
    paths: tuple[Path, ...]
    words: Vocabulary | None = None
    choices: tuple[str, ...] = ()
    descendants: bool = False


SENSOR = ("sensorElementList",)
METADATA = ("sensorElementList", "sensorMetadata")
REPORT = ("sensorElementList", "sensorReport")
DECLARATION = ("errorDeclaration",)

QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
QUANTITIES = tuple((name, "quantity") for name in QUANTITY_LISTS)

_ORDERED: tuple[Comparison, ...] = ("GT", "GE", "LT", "LE")


def _words(path: Path, vocabulary: Vocabulary) -> Parameter:
    return Parameter("EQ", "text", (path,), words=vocabulary)


def _match(*names: str) -> Parameter:
    return Parameter("MATCH", "identifier", tuple((name,) for name in names))


def _match_class(*names: str) -> Parameter:
    return Parameter("MATCH", "identifier", tuple((name, "epcClass") for name in names))


def _times(name: str, *paths: Path) -> dict[str, Parameter]:
    bounds: tuple[Comparison, ...] = ("GE", "LT")
    return {f"{bound}_{name}": Parameter(bound, "time", paths) for bound in bounds}


def _uris(name: str, *bases: Path) -> dict[str, Parameter]:
    paths = tuple((*base, name) for base in bases)
    return {f"EQ_{name}": Parameter("EQ", "identifier", paths)}


EVENT_TYPE = Parameter(
    "EQ",
    "text",
    (("type",),),
    choices=(
        "ObjectEvent",
        "AggregationEvent",
        "TransactionEvent",
        "TransformationEvent",
        "AssociationEvent",
    ),
)

PARAMETERS: dict[str, Parameter] = {
    "eventType": EVENT_TYPE,
    **_times("eventTime", ("eventTime",)),
    **_times("recordTime", ("recordTime",)),
    "EQ_action": Parameter("EQ", "text", (("action",),), choices=("OBSERVE", "ADD", "DELETE")),
    "EQ_bizStep": _words(("bizStep",), BUSINESS_STEP),
    "EQ_disposition": _words(("disposition",), DISPOSITION),
    "EQ_persistentDisposition_set": _words(("persistentDisposition", "set"), DISPOSITION),
    "EQ_persistentDisposition_unset": _words(("persistentDisposition", "unset"), DISPOSITION),
    "EQ_readPoint": Parameter("EQ", "identifier", (("readPoint", "id"),)),
    "WD_readPoint": Parameter("EQ", "identifier", (("readPoint", "id"),), descendants=True),
    "EQ_bizLocation": Parameter("EQ", "identifier", (("bizLocation", "id"),)),
    "WD_bizLocation": Parameter("EQ", "identifier", (("bizLocation", "id"),), descendants=True),
    "EQ_transformationID": Parameter("EQ", "identifier", (("transformationID",),)),
    "MATCH_epc": _match("epcList", "childEPCs"),
    "MATCH_parentID": _match("parentID"),
    "MATCH_inputEPC": _match("inputEPCList"),
    "MATCH_outputEPC": _match("outputEPCList"),
    "MATCH_anyEPC": _match("epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList"),
    "MATCH_epcClass": _match_class("quantityList", "childQuantityList"),
    "MATCH_inputEPCClass": _match_class("inputQuantityList"),
    "MATCH_outputEPCClass": _match_class("outputQuantityList"),
    "MATCH_anyEPCClass": _match_class(*QUANTITY_LISTS),
    **{f"{c}_quantity": Parameter(c, "number", QUANTITIES) for c in ("EQ", *_ORDERED)},
    "EQ_eventID": Parameter("EQ", "text", (("eventID",),)),
    "EXISTS_errorDeclaration": Parameter("EXISTS", "boolean", (DECLARATION,)),
    **_times("errorDeclarationTime", (*DECLARATION, "declarationTime")),
    **_times("errorDeclaration_Time", (*DECLARATION, "declarationTime")),
    "EQ_errorReason": _words((*DECLARATION, "reason"), ERROR_REASON),
    "EQ_correctiveEventID": Parameter("EQ", "text", ((*DECLARATION, "correctiveEventIDs"),)),
    "EXISTS_sensorElementList": Parameter("EXISTS", "boolean", (SENSOR,)),
    **_times("time", (*METADATA, "time"), (*REPORT, "time")),
    **_times("startTime", (*METADATA, "startTime")),
    **_times("endTime", (*METADATA, "endTime")),
    "EQ_type": _words((*REPORT, "type"), MEASUREMENT),
    **_uris("deviceID", METADATA, REPORT),
    **_uris("deviceMetadata", METADATA, REPORT),
    **_uris("rawData", METADATA, REPORT),
    **_uris("dataProcessingMethod", METADATA, REPORT),
    **_uris("bizRules", METADATA, REPORT),
    **_uris("microorganism", REPORT),
    **_uris("chemicalSubstance", REPORT),
    **_uris("uriValue", REPORT),
    "EQ_stringValue": Parameter("EQ", "text", ((*REPORT, "stringValue"),)),
    "EQ_hexBinaryValue": Parameter("EQ", "text", ((*REPORT, "hexBinaryValue"),)),
    "EQ_booleanValue": Parameter("EQ", "boolean", ((*REPORT, "booleanValue"),)),
    **{
        f"{c}_percRank": Parameter(c, "number", ((*REPORT, "percRank"),)) for c in ("EQ", *_ORDERED)
    },
}
"""Every parameter with a fixed name."""

CONTROLS = (
    "orderBy",
    "orderDirection",
    "eventCountLimit",
    "maxEventCount",
    "perPage",
    "nextPageToken",
)
"""Parameters that say how much comes back and in which order."""

TYPED = {
    "bizTransaction": ("bizTransactionList", "bizTransaction", BUSINESS_TRANSACTION),
    "source": ("sourceList", "source", SOURCE_DESTINATION),
    "destination": ("destinationList", "destination", SOURCE_DESTINATION),
}
"""Of `EQ_source_possessing_party` and the like: list, member, and whose words the types are."""

TYPED_NAME = re.compile(r"EQ_(bizTransaction|source|destination)_(\S+)")

WITH_UNIT = re.compile(
    r"(EQ|GT|GE|LT|LE)_"
    r"(quantity|value|minValue|maxValue|meanValue|sDev|percValue)_([A-Z0-9]{2,4})"
)
"""A number in a unit, such as `GE_value_CEL`."""

EXTENSION_PLACES: dict[str, Path] = {
    "ILMD": ("ilmd",),
    "ERROR_DECLARATION": DECLARATION,
    "SENSORELEMENT": SENSOR,
    "SENSORMETADATA": METADATA,
    "SENSORREPORT": REPORT,
    "readPoint": ("readPoint",),
    "bizLocation": ("bizLocation",),
    "": (),
}

EXTENSION_NAME = re.compile(
    r"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?"
    r"(?:(ILMD|ERROR_DECLARATION|SENSORELEMENT|SENSORMETADATA|SENSORREPORT|readPoint|bizLocation)_)?"
    r"([A-Za-z][^\s:]*:\S+)"
)
"""A user's own member, such as `EQ_INNER_ILMD_example:lot`."""

MASTER_DATA = re.compile(r"(?:HASATTR|EQATTR|EQ_ATTR)_")
