"""Event hash identifiers against the published ones.

The expected values are those of the reference implementation of CBV's author
(github.com/RalphTro/epcis-event-hash-generator, tests/examples/expected, 2026), the inputs the
facts of its examples.
"""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.marking.epcis import Document, Event, hash_id, pre_hash, read, write_xml
from kazyna.marking.epcis.event_hash import canonical_number
from marking.epcis.epcis_events import NAMESPACES, event, object_event

DEPARTING = {
    "type": "ObjectEvent",
    "eventTime": "2020-03-04T11:00:30.000+01:00",
    "eventTimeZoneOffset": "+01:00",
    "action": "OBSERVE",
    "bizStep": "departing",
}
EXTENDED = DEPARTING | {
    "recordTime": "2020-03-04T11:00:30.999+01:00",
    "epcList": [f"urn:epc:id:sscc:4012345.0000000{n}" for n in (333, 111, 222)],
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
    "example:myField1": {"example:mySubField1": "2", "example:mySubField2": "5"},
    "example:myField2": "0",
    "example:myField3": {"example:mySubField3": ["3", "1"]},
}
SENSORS = {
    "type": "ObjectEvent",
    "eventTime": "2020-04-01T15:00:00+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
    "action": "OBSERVE",
    "bizStep": "inspecting",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"},
    "sensorElementList": [
        {
            "sensorMetadata": {
                "deviceID": "urn:epc:id:giai:4000001.111",
                "deviceMetadata": "https://id.gs1.org/8004/4000001111",
            },
            "sensorReport": [
                {"type": "Temperature", "value": 26, "sDev": 0.1, "uom": "CEL"},
                {"type": "AbsoluteHumidity", "value": 12.1, "uom": "A93"},
                {
                    "type": "Dimensionless",
                    "microorganism": "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
                    "value": 0.05,
                    "uom": "C35",
                },
                {
                    "type": "Dimensionless",
                    "chemicalSubstance": (
                        "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N"
                    ),
                    "value": 0.18,
                    "uom": "C35",
                },
            ],
        }
    ],
}
PARTIES = DEPARTING | {
    "epcList": ["urn:epc:id:sgtin:0614141.011111.987"],
    "disposition": "in_transit",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.0", "example:myField1": "AB-12"},
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"}],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    "destinationList": [{"type": "owning_party", "destination": "urn:epc:id:pgln:0614141.00000"}],
    "example:userExt": "CD-34",
}
KEYS = {
    "type": "ObjectEvent",
    "eventTime": "2023-03-27T11:30:00.0Z",
    "eventTimeZoneOffset": "+01:00",
    "epcList": [
        "urn:epc:id:sgtin:4012345.012345.12",
        "urn:epc:id:sscc:4012345.0000000333",
        "https://id.gs1.org/00/040123450000003338",
        "urn:epc:id:grai:4012345.66666.87",
        "urn:epc:id:giai:4012345.AAbb",
        "urn:epc:id:gsrn:4012345.9876540000",
        "urn:epc:id:gsrnp:4012345.0000098765",
        "urn:epc:id:gdti:4012345.55555.98",
        "urn:epc:id:cpi:4012345.ABC.123",
        "urn:epc:id:sgcn:4012345.99999.44",
        "urn:epc:id:ginc:4012345.333",
        "urn:epc:id:gsin:4012345.999987654",
        "urn:epc:id:itip:4012345.012345.01.02.999",
        "urn:epc:id:upui:4012345.012345.AB12",
    ],
    "quantityList": [
        {"epcClass": name}
        for name in (
            "urn:epc:class:lgtin:4054739.099914.20160711",
            "urn:epc:idpat:sgtin:4054739.099914.*",
            "urn:epc:idpat:grai:4012345.66666.*",
            "urn:epc:idpat:gdti:4012345.55555.*",
            "urn:epc:idpat:sgcn:4012345.99999.*",
            "urn:epc:idpat:cpi:4012345.ABC.*",
            "urn:epc:idpat:itip:4012345.012345.01.02.*",
        )
    ],
    "action": "OBSERVE",
    "bizStep": "other",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987"},
}
ROUNDED = {
    "type": "ObjectEvent",
    "eventTime": "2023-02-12T11:04:03.1415Z",
    "eventTimeZoneOffset": "+01:00",
    "certificationInfo": "https://accreditation-council.example.org/certificate/ABC12345",
    "epcList": ["https://id.gs1.de/01/04012345999990/21/XYZ-1234"],
    "action": "OBSERVE",
    "bizStep": "receiving",
    "disposition": "in_progress",
    "readPoint": {"id": "https://id.gs1.de/414/4012345000115"},
    "sensorElementList": [
        {
            "sensorMetadata": {
                "time": "2023-02-12T11:04:03.1007Z",
                "bizRules": "https://id.example.com/253/4012345000054987",
            },
            "sensorReport": [
                {
                    "type": "Dimensionless",
                    "exception": "ALARM_CONDITION",
                    "coordinateReferenceSystem": "http://www.opengis.net/def/crs/EPSG/0/27700",
                }
            ],
        }
    ],
}

PUBLISHED = [
    (EXTENDED, "CBV2.0", "6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7"),
    (EXTENDED, "CBV2.1", "6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7"),
    (SENSORS, "CBV2.0", "271565c346ae2fb28c4583c4dca4ab4772d465eb4e0b6e548d77d8b49377d95c"),
    (SENSORS, "CBV2.1", "f6bf8e2fb50f26f5baba52f722211eefdb0f427a3903c61ab015db6d1f93c3da"),
    (PARTIES, "CBV2.0", "3ae14c02c4bdc220cc31942cf804f6845eb8dec96ba6483391c92a9b165f9329"),
    (PARTIES, "CBV2.1", "e9273954ba78387caf181fe74038871990dbc97568d068123d0a8774b843e383"),
    (KEYS, "CBV2.0", "40744f32beff53a4bf5bb5956d465cb52de5bbcc9f131409d8efb903b04d9351"),
    (ROUNDED, "CBV2.0", "bf052637920f56c28bd6bc4ce10bb296203fcddc543f1e293d5a77b07592dcec"),
]


@pytest.mark.parametrize(("fields", "version", "digest"), PUBLISHED)
def test_published_hash(fields: dict[str, Any], version: Any, digest: str) -> None:
    given_event = event(fields)
    assert hash_id(given_event, version=version) == f"ni:///sha-256;{digest}?ver={version}"


@pytest.mark.parametrize("fields", [EXTENDED, SENSORS, PARTIES, KEYS, ROUNDED])
def test_the_hash_survives_xml(fields: dict[str, Any]) -> None:
    given_event = event(fields)
    again = read(write_xml(Document((given_event,))), "again").events[0]
    assert pre_hash(again) == pre_hash(given_event)


def test_extensions_of_a_place_stand_last_in_2_0_and_beside_it_in_2_1() -> None:
    text = pre_hash(event(PARTIES))
    assert text.endswith(
        "readPoint{https://ns.example.com/epcis/}myField1=AB-12"
        "{https://ns.example.com/epcis/}userExt=CD-34"
    )
    inline = pre_hash(event(PARTIES), version="CBV2.1")
    assert "254" not in inline
    assert "/4012345000115{https://ns.example.com/epcis/}myField1=AB-12bizTrans" in inline


def test_what_a_capture_adds_is_no_part_of_the_hash() -> None:
    plain = event(object_event())
    declared = {"declarationTime": "2026-06-02T00:00:00Z", "reason": "did_not_occur"}
    later = event(
        object_event(
            eventID="urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
            recordTime="2026-06-01T00:00:00Z",
            errorDeclaration=declared,
        )
    )
    assert hash_id(plain) == hash_id(later)


@pytest.mark.parametrize(
    "change",
    [
        {"eventTime": "2026-05-31T10:20:30.001+06:00"},
        {"eventTimeZoneOffset": "+05:00"},
        {"bizStep": "receiving"},
        {"epcList": []},
        {"disposition": "in_transit"},
        {"example:note": "x"},
        {"example:note": ""},
    ],
)
def test_any_change_of_what_happened_changes_the_hash(change: dict[str, Any]) -> None:
    assert hash_id(event(object_event())) != hash_id(event(object_event(**change)))


def test_the_same_moment_in_another_zone_is_the_same() -> None:
    there = object_event(eventTime="2026-05-31T04:20:30.000Z")
    assert hash_id(event(object_event())) == hash_id(event(there))


def test_comments_are_not_data() -> None:
    assert hash_id(event(object_event())) == hash_id(event(object_event(**{"rdfs:comment": "so"})))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9)))
def test_numbers_are_written_shortest_and_exactly(number: Decimal) -> None:
    text = canonical_number(str(number))
    assert Decimal(text) == number
    assert "e" not in text.lower()
    assert not ("." in text and text.endswith("0"))
    assert canonical_number(text) == text


names = st.sampled_from(("example:a", "example:b", "example:C", "cbvmda:lotNumber"))
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), max_size=12
).filter(lambda text: all(ord(c) not in (0xFFFE, 0xFFFF) for c in text))
values = st.recursive(
    texts | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e9, 1e9),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1)
    ),
    max_leaves=8,
)


@given(st.dictionaries(names, values, max_size=3), st.dictionaries(names, values, max_size=3))
def test_whatever_users_add_keeps_the_hash_through_xml(
    own: dict[str, Any], master: dict[str, Any]
) -> None:
    fields = object_event(action="ADD", ilmd=master, **own)
    given_event = Event(fields, NAMESPACES)
    again = read(write_xml(Document((given_event,))), "again").events[0]
    assert pre_hash(again) == pre_hash(given_event)
