"""Every example that GS1 publishes: read, validated, written in both syntaxes, read again.

The files are not part of this project: github.com/gs1/EPCIS, laid beside it under `shared/`.
"""

import re
from pathlib import Path

import jsonschema_rs
import orjson
import pytest
from lxml import etree  # type: ignore[import-untyped]

from kazyna.core.errors import InputError
from kazyna.marking.epcis import hash_id, read, write_json, write_xml
from kazyna.marking.epcis.schema import event_validator
from kazyna.marking.epcis.words import with_bare_words

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "marking" / "gs1-epcis"
if not EXAMPLES.exists():
    pytest.skip("the published examples are not here", allow_module_level=True)

WORDS_NOT_IN_CBV_2_0 = {
    "XML/WithExtension/TransactionEvent.xml": {"gs1:EffectiveDoseRate"},
    "XML/WithSensorData/SensorDataExamples.xml": {
        "gs1:Molar_concentration",
        "gs1:EffectiveDoseRate",
    },
}
"""Older than the vocabulary: the words they use did not come into it."""


def found(pattern: str) -> list[str]:
    files = (path for path in EXAMPLES.glob(pattern) if path.is_file())
    return sorted(path.relative_to(EXAMPLES).as_posix() for path in files)


DOCUMENTS = [
    name
    for name in found("JSON/**/*.jsonld") + found("XML/**/*.xml") + found("XML/**/*.json")
    if "CaptureJob" not in name and name not in WORDS_NOT_IN_CBV_2_0
]


@pytest.fixture(scope="module")
def xml_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(EXAMPLES / "XSD" / "EPCglobal-epcis-2_0.xsd"))


def test_the_examples_are_there() -> None:
    assert len(DOCUMENTS) > 60


@pytest.mark.parametrize("name", DOCUMENTS)
def test_passes_through_both_syntaxes_with_its_hash(name: str, xml_schema: etree.XMLSchema) -> None:
    document = read((EXAMPLES / name).read_bytes(), name)
    xml = write_xml(document)
    if document.kind != "EPCISQueryDocument":
        assert xml_schema.validate(etree.fromstring(xml)), xml_schema.error_log
    through_json = read(write_json(document), name)
    through_xml = read(xml, name)
    and_back = read(write_json(through_xml), name)
    for version in ("CBV2.0", "CBV2.1"):
        hashes = [hash_id(event, version=version) for event in document.events]
        for again in (through_json, through_xml, and_back):
            assert [hash_id(event, version=version) for event in again.events] == hashes
    assert through_json.header == document.header
    assert through_xml.header == document.header


@pytest.mark.parametrize("name", sorted(WORDS_NOT_IN_CBV_2_0))
def test_words_that_did_not_come_into_the_vocabulary_are_named(name: str) -> None:
    with pytest.raises(InputError) as error:
        read((EXAMPLES / name).read_bytes(), name)
    words = {re.sub(r"'(.*)' stands here", r"\1", f.reason) for f in error.value.findings}
    assert words == WORDS_NOT_IN_CBV_2_0[name]


@pytest.mark.parametrize("name", found("XML/CaptureJob/*.xml"))
def test_a_capture_job_is_no_document(name: str) -> None:
    with pytest.raises(InputError, match="EPCISCaptureJob"):
        read((EXAMPLES / name).read_bytes(), name)


@pytest.mark.parametrize(
    "name", found("JSON/**/*.jsonld") + found("JSON-simple-context/**/*.jsonld")
)
def test_the_verdict_is_that_of_the_published_schema(name: str) -> None:
    """Two schemas written by different hands agree on every event of every example."""
    published = orjson.loads((EXAMPLES / "EPCIS-JSON-Schema.json").read_bytes())
    body = orjson.loads((EXAMPLES / name).read_bytes())["epcisBody"]
    results = body.get("queryResults", {}).get("resultsBody", body)
    for event in map(with_bare_words, results["eventList"]):
        kind = event["type"]
        schema = {"$ref": f"#/definitions/{kind}", "definitions": published["definitions"]}
        theirs = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
        assert event_validator(kind).is_valid(event) == theirs.is_valid(event), kind


def test_the_hashes_of_the_documents_with_all_fields() -> None:
    """As the author of the standard publishes them for the same events."""
    expected = {
        "JSON/WithFullCombinationOfFields/object_event_all_possible_fields.jsonld": (
            "9811bfb2672e9c3a0f6151be339d22b60db375c8b23d2740f6137cc6539f0639",
            "465f7b2495684562349eed41324796ea0435ff429b60c18eda5e5698df377ede",
        ),
        "JSON/WithFullCombinationOfFields/transformation_event_all_possible_fields.jsonld": (
            "529cc54b8cf9d8664208cc6c77473274d8c2dd473469920a7d09a814623f52cc",
            "3f3f9f07db9dbeae7cbe8d5ac162cab851040c9f627af0e7d8b468f8fc0a1627",
        ),
        "JSON/WithFullCombinationOfFields/transaction_event_all_possible_fields.jsonld": (
            "4a85d64a96409f0c57baed258666b26d83e6690d204a8aaed4c7e2624d8b0c81",
            None,
        ),
        "XML/WithFullCombinationOfFields/association_event_all_possible_fields.xml": (
            "3dada0cdabe84618e9f0b842031159cb49534f487d5714cac9cfd647bf5f6c54",
            None,
        ),
        "JSON/EPCISQueryDocument.jsonld": (
            "df6523665bc5e5803d6c7b84f5a04e103694d8220f2abc4f2c74310e89f31bc6",
            None,
        ),
    }
    for name, (first, second) in expected.items():
        event = read((EXAMPLES / name).read_bytes(), name).events[0]
        assert hash_id(event) == f"ni:///sha-256;{first}?ver=CBV2.0", name
        if second is not None:
            assert hash_id(event, version="CBV2.1") == f"ni:///sha-256;{second}?ver=CBV2.1"


def test_one_event_written_in_six_ways_has_one_hash() -> None:
    """The second of the seven has another time zone offset, which CBV 2.0 makes part of it."""
    names = found("XML/WithEventHashID/*")
    assert len(names) == 7
    hashes = {
        hash_id(read((EXAMPLES / name).read_bytes(), name).events[0])
        for name in names
        if not name.endswith("_2.xml")
    }
    assert len(hashes) == 1
