"""What a declared error takes back, and what stands in its place."""

from kazyna.marking.epcis import declaration_findings, event_key, hash_id, standing
from marking.epcis.epcis_events import event, object_event

WRONG, RIGHT = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", "urn:uuid:404d95fc-9457"
ORIGINAL = object_event(eventID=WRONG, disposition="in_transit")
DECLARED = ORIGINAL | {
    "recordTime": "2026-06-02T00:00:01Z",
    "errorDeclaration": {
        "declarationTime": "2026-06-02T00:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": [RIGHT],
    },
}
CORRECTIVE = object_event(eventID=RIGHT, disposition="damaged")


def test_the_corrective_event_stands_for_the_wrong_one() -> None:
    other = event(object_event(bizStep="packing"))
    result = standing([event(ORIGINAL), other, event(DECLARED), event(CORRECTIVE)])
    assert [each.fields.get("disposition") for each in result.events] == [None, "damaged"]
    assert result.taken_back == (WRONG,)
    assert result.corrections_missing == ()


def test_a_correction_that_never_came_is_told() -> None:
    result = standing([event(ORIGINAL), event(DECLARED)])
    assert result.events == ()
    assert result.corrections_missing == (RIGHT,)


def test_an_event_without_identifier_is_known_by_its_hash() -> None:
    nameless = {name: value for name, value in ORIGINAL.items() if name != "eventID"}
    declared = {name: value for name, value in DECLARED.items() if name != "eventID"}
    assert event_key(event(nameless)) == hash_id(event(nameless))
    assert standing([event(nameless), event(declared)]).events == ()


def test_a_declaration_repeats_the_event() -> None:
    assert declaration_findings(event(DECLARED), event(ORIGINAL), "sent") == ()
    changed = event(DECLARED | {"disposition": "destroyed"})
    (finding,) = declaration_findings(changed, event(ORIGINAL), "sent")
    assert "differs" in finding.reason
    (unknown,) = declaration_findings(event(DECLARED), None, "sent")
    assert WRONG in unknown.reason
