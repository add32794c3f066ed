"""An event with something in every member, and what a query can ask of it."""

from typing import Any

from marking.epcis.epcis_events import ITEM, object_event

LOT = "urn:epc:class:lgtin:4012345.011111.4444"
BTT = "urn:epcglobal:cbv:btt:"
GATE = "urn:epc:id:sgln:4012345.00011.987"
ROW = object_event(
    eventID="urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
    recordTime="2026-06-01T00:00:00Z",
    action="ADD",
    disposition="in_progress",
    persistentDisposition={"set": ["completeness_verified"], "unset": ["available"]},
    readPoint={"id": GATE, "example:door": "7"},
    bizLocation={"id": "urn:epc:id:sgln:4012345.00011.0"},
    bizTransactionList=[
        {"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"},
        {"bizTransaction": "https://example.com/deals/9"},
    ],
    sourceList=[{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    destinationList=[{"type": "location", "destination": GATE}],
    quantityList=[{"epcClass": LOT, "quantity": 12.5, "uom": "KGM"}],
    ilmd={"example:lot": "A-7", "example:facts": {"example:proof": 40}},
    errorDeclaration={
        "declarationTime": "2026-06-02T00:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"],
        "example:by": "K-1",
    },
    sensorElementList=[
        {
            "sensorMetadata": {
                "time": "2026-05-31T04:00:00Z",
                "deviceID": "urn:epc:id:giai:4000001.111",
                "example:rack": 3,
            },
            "sensorReport": [
                {"type": "Temperature", "value": 4.5, "uom": "CEL", "percRank": 50},
                {"type": "Speed", "value": 90, "uom": "KMH", "booleanValue": True},
            ],
            "example:room": {"example:floor": "2"},
        }
    ],
    **{"example:note": "fragile", "example:weight": 20, "example:made": "2026-05-01T00:00:00Z"},
)

PARAMETERS: list[tuple[str, Any, Any]] = [
    ("eventType", "AggregationEvent|ObjectEvent", "AggregationEvent"),
    ("GE_eventTime", "2026-05-31T04:20:30Z", "2026-05-31T04:20:30.001Z"),
    ("LT_eventTime", "2026-05-31T10:20:31+06:00", "2026-05-31T04:20:30Z"),
    ("GE_recordTime", "2026-06-01T06:00:00+06:00", "2026-06-02T00:00:00Z"),
    ("LT_recordTime", "2026-06-01T00:00:01Z", "2026-06-01T00:00:00Z"),
    ("EQ_action", "ADD", "OBSERVE|DELETE"),
    ("EQ_bizStep", "receiving|urn:epcglobal:cbv:bizstep:shipping", "receiving"),
    ("EQ_disposition", "in_progress", "in_transit"),
    ("EQ_persistentDisposition_set", "completeness_verified", "available"),
    ("EQ_persistentDisposition_unset", "available", "completeness_verified"),
    ("EQ_readPoint", "https://x.example/414/4012345000115/254/987", "urn:x:y"),
    ("WD_readPoint", GATE, "urn:x:y"),
    ("EQ_bizLocation", "https://id.gs1.org/414/4012345000115", GATE),
    (
        "EQ_bizTransaction_po",
        "urn:epc:id:gdti:4012345.11111.123",
        "https://example.com/deals/9",
    ),
    (
        "EQ_bizTransaction_urn:epcglobal:cbv:btt:po",
        "urn:epc:id:gdti:4012345.11111.123",
        "urn:a:b",
    ),
    ("EQ_source_owning_party", "urn:epc:id:pgln:4012345.00000", GATE),
    ("EQ_destination_location", GATE, "urn:epc:id:pgln:4012345.00000"),
    ("MATCH_epc", ITEM, "urn:epc:id:sgtin:4012345.011111.1"),
    ("MATCH_epc", "https://id.gs1.org/01/04012345111118/21/9876", LOT),
    ("MATCH_epc", "urn:epc:idpat:sgtin:4012345.011111.*", "urn:epc:idpat:sgtin:4012345.02.*"),
    ("MATCH_epc", "urn:epc:idpat:sgtin:4012345.*.*", "urn:epc:idpat:sgtin:401234.*.*"),
    ("MATCH_anyEPC", ITEM, "urn:epc:id:sgtin:4012345.011111.1"),
    ("MATCH_epcClass", LOT, "urn:epc:class:lgtin:4012345.011111.4"),
    ("MATCH_anyEPCClass", LOT, ITEM),
    ("EQ_quantity", "12.50", "12"),
    ("GT_quantity", "12", "12.5"),
    ("LE_quantity_KGM", 12.5, 12.4),
    ("GE_quantity_KGM", "12.5", "12.6"),
    ("EQ_eventID", "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", "urn:uuid:4"),
    ("GE_errorDeclarationTime", "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z"),
    ("LT_errorDeclaration_Time", "2026-06-03T00:00:00Z", "2026-06-02T00:00:00Z"),
    ("EQ_errorReason", "incorrect_data", "did_not_occur"),
    ("EQ_correctiveEventID", "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8", "urn:uuid:4"),
    ("GE_time", "2026-05-31T04:00:00Z", "2026-05-31T05:00:00Z"),
    ("EQ_type", "Speed|Mass", "Mass"),
    ("EQ_deviceID", "https://id.gs1.org/8004/4000001111", "urn:epc:id:giai:4000001.112"),
    ("GE_value_CEL", "4.5", "4.6"),
    ("LT_value_CEL", "5", "4"),
    ("EQ_value_KMH", [90], [4.5]),
    ("GE_percRank", 50, 51),
    ("EQ_booleanValue", True, False),
    ("EQ_example:note", "fragile|heavy", "heavy"),
    ("EQ_example:weight", "20.0", "21"),
    ("GT_example:weight", 19, 20),
    ("LT_example:made", "2026-05-02T00:00:00Z", "2026-05-01T00:00:00Z"),
    ("EQ_https://ns.example.com/epcis/note", "fragile", "heavy"),
    ("EQ_ILMD_example:lot", "A-7", "A-8"),
    ("GE_INNER_ILMD_example:proof", "40", "41"),
    ("EQ_readPoint_example:door", "7", "8"),
    ("EQ_ERROR_DECLARATION_example:by", "K-1", "K-2"),
    ("EQ_SENSORMETADATA_example:rack", "3", "4"),
    ("EQ_INNER_SENSORELEMENT_example:floor", "2", "3"),
]
"""Each parameter with a value that ROW fulfils and one that it does not."""

EXISTENCE = [
    "EXISTS_errorDeclaration",
    "EXISTS_sensorElementList",
    "EXISTS_example:note",
    "EXISTS_ILMD_example:lot",
    "EXISTS_INNER_ILMD_example:proof",
    "EXISTS_SENSORELEMENT_example:room",
]
