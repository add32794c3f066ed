"""The forms an event may come in: bare, in documents of both versions, with words in every form."""

from typing import Any

import orjson
import pytest

from kazyna.marking.epcis import event_json, hash_id, read, write_json, write_xml
from marking.epcis.epcis_events import CONTEXT, NAMESPACES, document, object_event

XML_1_2 = b"""<?xml version="1.0"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2"
  xmlns:x="https://ns.example.com/epcis/" creationDate="2026-06-01T00:00:00Z">
  <EPCISBody><EventList>
    <ObjectEvent>
      <eventTime>2026-05-31T10:20:30.000+06:00</eventTime>
      <eventTimeZoneOffset>+06:00</eventTimeZoneOffset>
      <baseExtension>
        <eventID>urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8</eventID>
        <errorDeclaration>
          <declarationTime>2026-06-02T00:00:00Z</declarationTime>
          <reason>urn:epcglobal:cbv:er:did_not_occur</reason>
          <correctiveEventIDs>
            <correctiveEventID>urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8</correctiveEventID>
          </correctiveEventIDs>
        </errorDeclaration>
      </baseExtension>
      <epcList><epc>urn:epc:id:sgtin:4012345.011111.9876</epc></epcList>
      <action>ADD</action>
      <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
      <extension>
        <quantityList><quantityElement>
          <epcClass>urn:epc:class:lgtin:4012345.012345.998877</epcClass>
          <quantity>200.50</quantity><uom>KGM</uom>
        </quantityElement></quantityList>
        <sourceList>
          <source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:pgln:4012345.00225</source>
        </sourceList>
        <ilmd><x:lot>007A</x:lot></ilmd>
      </extension>
    </ObjectEvent>
    <extension>
      <TransformationEvent>
        <eventTime>2026-05-31T11:00:00Z</eventTime>
        <eventTimeZoneOffset>+06:00</eventTimeZoneOffset>
        <inputEPCList><epc>urn:epc:id:sgtin:4012345.011111.1</epc></inputEPCList>
        <outputEPCList><epc>urn:epc:id:sgtin:4012345.011111.2</epc></outputEPCList>
      </TransformationEvent>
    </extension>
  </EventList></EPCISBody>
</epcis:EPCISDocument>"""


def test_version_1_2_says_the_same_in_other_places() -> None:
    old, transformation = read(XML_1_2, "old.xml").events
    assert old.id == "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    assert old.fields["errorDeclaration"]["reason"] == "did_not_occur"
    assert old.fields["quantityList"][0]["quantity"] == 200.5
    assert old.fields["sourceList"][0]["type"] == "owning_party"
    assert old.fields["ilmd"] == {"x:lot": "007A"}
    assert transformation.type == "TransformationEvent"
    again = read(write_xml(read(XML_1_2, "old.xml")), "new.xml")
    assert b"urn:epcglobal:epcis:xsd:2" in write_xml(again)
    assert [hash_id(event) for event in again.events] == [hash_id(old), hash_id(transformation)]


@pytest.mark.parametrize(
    "step",
    [
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "cbv:BizStep-shipping",
    ],
)
def test_a_standard_word_is_read_in_each_of_its_forms(step: str) -> None:
    read_event = read(orjson.dumps(document(object_event(bizStep=step))), "sent").events[0]
    assert read_event.fields["bizStep"] == "shipping"


def test_a_word_of_another_vocabulary_stays() -> None:
    step = "https://ns.example.com/steps/tasting"
    sent = document(object_event(bizStep=step))
    assert read(orjson.dumps(sent), "sent").events[0].fields["bizStep"] == step


def test_a_bare_event_carries_its_context() -> None:
    sent = {"@context": [CONTEXT, NAMESPACES]} | object_event(**{"example:note": "ours"})
    (event,) = read(orjson.dumps(sent), "sent").events
    assert event.namespaces == NAMESPACES
    assert event_json(event) == sent


def test_prefixes_of_documents_do_not_run_into_one_another() -> None:
    """An event whose prefix means something else keeps its own context in the document."""
    first, second = (
        read(
            orjson.dumps({"@context": [{"x": namespace}]} | object_event(**{"x:note": "ours"})),
            "sent",
        )
        for namespace in ("https://one.example/", "https://two.example/")
    )
    joined = type(first)((*first.events, *second.events), created="2026-06-01T00:00:00Z")
    again = read(write_json(joined), "joined")
    assert [hash_id(e) for e in again.events] == [hash_id(e) for e in joined.events]
    assert hash_id(joined.events[0]) != hash_id(joined.events[1])
    through_xml = read(write_xml(joined), "joined")
    assert [hash_id(e) for e in through_xml.events] == [hash_id(e) for e in joined.events]


def test_what_stands_around_the_events_is_kept() -> None:
    master: dict[str, Any] = {"epcisMasterData": {"vocabularyList": []}}
    sent = document(object_event(), sender="urn:epc:id:sgln:0353579.00001.0", epcisHeader=master)
    written = orjson.loads(write_json(read(orjson.dumps(sent), "sent")))
    assert written["sender"] == sent["sender"]
    assert written["epcisHeader"] == master
    assert written["creationDate"] == sent["creationDate"]
