"""The EPCIS interface: GS1's paths, headers and exceptions, over a real socket."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
from lxml import etree  # type: ignore[import-untyped]

from api.conftest import served, signed_in
from conftest import OFFICER, installed, make_staff
from kazyna.marking.epcis import hash_id, read, write_xml
from marking.epcis.epcis_events import ITEM, NAMESPACES, document, object_event

EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "marking" / "gs1-epcis"
ITEM_LINK = "https://id.gs1.org/01/04012345111118/21/9876"


_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def address(
    module_clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Serve one repository to all tests here; each has events of its own."""
    url = module_clone(empty_template)
    with installed(url, tmp_path_factory.mktemp("kept")) as opened:
        make_staff(opened.context(OFFICER), "officer")
        with served(opened) as address:
            yield address


@pytest.fixture(scope="module")
def office(address: str) -> Iterator[httpx.Client]:
    with signed_in(address, "officer") as client:
        yield client


@pytest.fixture
def item() -> str:
    """An item that no other test has."""
    return f"https://id.gs1.org/01/04012345111118/21/T{next(_numbers)}"


def capture(client: httpx.Client, *events: dict[str, Any], **headers: str) -> dict[str, Any]:
    """Hand in a document and return its job, when it is finished."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    answer = client.post("/epcis/capture", json=document(*events), headers=named)
    assert answer.status_code == 202, answer.text
    return finished(client, answer)


def finished(client: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = client.get(answer.headers["location"]).json()
        if not job["running"]:
            return job
        sleep(0.02)


def found_of(client: httpx.Client, item: str, **asked: str) -> list[dict[str, Any]]:
    return events_of(client.get("/epcis/events", params={"MATCH_anyEPC": item, **asked}))


def events_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert content["type"] == "EPCISQueryDocument"
    listed: list[dict[str, Any]] = content["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return listed


def test_a_document_is_captured_and_found_again(office: httpx.Client) -> None:
    written, link = (
        "urn:epc:id:sgtin:4012345.011111.first",
        "https://id.gs1.org/01/04012345111118/21/first",
    )
    events = [object_event(epcList=[written], bizStep=step) for step in ("shipping", "receiving")]
    job = capture(office, *events)
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    assert (job["events"], job["captured"], job["known"]) == (2, 2, 0)
    found = found_of(office, written, EQ_bizStep="receiving")
    assert [each["epcList"] for each in found] == [[link]]
    as_written = office.get(
        "/epcis/events", params={"MATCH_epc": link}, headers={"GS1-EPC-Format": "Never_Translates"}
    )
    assert [each["epcList"] for each in events_of(as_written)] == [[written], [written]]
    again = capture(office, *events)
    assert (again["captured"], again["known"], again["success"]) == (0, 2, True)
    assert len(found_of(office, link)) == 2


def test_an_event_has_an_address(office: httpx.Client, item: str) -> None:
    answer = office.post("/epcis/events", json=object_event(epcList=[item]))
    assert answer.status_code == 201
    assert answer.headers["gs1-epcis-version"] == "2.0.0"
    (found,) = events_of(office.get(answer.headers["location"]))
    assert found["eventID"].startswith("ni:///sha-256;")
    again = office.post("/epcis/events", json=object_event(epcList=[item]))
    assert again.headers["location"] == answer.headers["location"]
    other = office.post("/epcis/events", json=object_event(eventID=found["eventID"]))
    assert other.status_code == 409
    assert other.json()["type"] == "epcisException:ResourceAlreadyExistsException"


def test_events_come_as_xml_too(office: httpx.Client, item: str) -> None:
    given = object_event(epcList=[item], **{"example:note": "fragile"})
    capture(office, given)
    asked = {"MATCH_epc": item}
    answer = office.get("/epcis/events", params=asked, headers={"Accept": "application/xml"})
    assert answer.headers["content-type"] == "application/xml"
    (found,) = read(answer.content, "answer").events
    assert hash_id(found) == hash_id(read(orjson.dumps(document(given)), "given").events[0])
    assert b"urn:epcglobal:cbv:bizstep:shipping" in answer.content
    headers = {"Accept": "application/xml", "GS1-CBV-XML-Format": "Always_Web_URI"}
    web = office.get("/epcis/events", params=asked, headers=headers)
    assert b"https://ref.gs1.org/cbv/BizStep-shipping" in web.content


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the published examples are not here")
@pytest.mark.parametrize(
    "name", ["XML/Example_9.6.1-ObjectEvent-2020_06_18a.xml", "XML/Mimasu/Example1.xml"]
)
def test_xml_is_captured(office: httpx.Client, name: str) -> None:
    content = (EXAMPLES / name).read_bytes()
    answer = office.post(
        "/epcis/capture", content=content, headers={"Content-Type": "application/xml"}
    )
    assert finished(office, answer)["success"]
    job = office.get(answer.headers["location"], headers={"Accept": "application/xml"})
    root = etree.fromstring(job.content)
    assert root.tag == "{urn:epcglobal:epcis:xsd:2}EPCISCaptureJob"
    assert (root.get("running"), root.get("success")) == ("false", "true")
    for event in read(content, name).events:
        address = f"/epcis/events/{quote(event.id or hash_id(event), safe='')}"
        found = office.get(address, headers={"Accept": "application/xml"}).content
        assert hash_id(read(found, "answer").events[0]) == hash_id(event)
        checked = etree.XMLSchema(etree.parse(EXAMPLES / "XSD" / "EPCglobal-epcis-query-2_0.xsd"))
        assert checked.validate(etree.fromstring(found)), checked.error_log


def test_pages_lead_to_all_events(office: httpx.Client, item: str) -> None:
    days = [f"2026-05-{day:02}T00:00:00Z" for day in range(1, 8)]
    capture(office, *(object_event(epcList=[item], eventTime=day) for day in days))
    asked = f"MATCH_epc={quote(item, safe='')}&perPage=3&orderBy=eventTime&orderDirection=ASC"
    url: str | None = f"/epcis/events?{asked}"
    found, pages = [], 0
    while url is not None:
        answer = office.get(url)
        found += [each["eventTime"] for each in events_of(answer)]
        pages += 1
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert (found, pages) == (days, 3)


def test_pages_of_lists(office: httpx.Client, item: str) -> None:
    capture(office, object_event(epcList=[item, *(f"{item}{n}" for n in range(5))]))
    for kind in ("epcs", "bizSteps", "capture"):
        url: str | None = f"/epcis/{kind}?perPage=4"
        members: list[str] = []
        while url is not None:
            answer = office.get(url)
            page = answer.json()
            found = [job["captureID"] for job in page] if kind == "capture" else page["member"]
            assert len(found) <= 4
            members += found
            url = answer.links["next"]["url"] if "next" in answer.links else None
        assert len(members) == len(set(members)) > 0
        assert kind != "epcs" or {item, f"{item}4"} <= set(members)


def test_proceed_captures_the_good_events_and_names_the_others(
    office: httpx.Client, item: str
) -> None:
    events = object_event(epcList=[item]), object_event(epcList=[item], bizStep="smuggling")
    before = len(office.get("/epcis/capture?perPage=1000").json())
    refused = office.post("/epcis/capture", json=document(*events))
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == "epcisException:ValidationException"
    assert problem["findings"][0]["column"] == "eventList[1].bizStep"
    assert found_of(office, item) == []
    assert len(office.get("/epcis/capture?perPage=1000").json()) == before
    job = capture(office, *events, GS1_Capture_Error_Behaviour="proceed")
    assert (job["success"], job["captured"], job["events"]) == (False, 1, 2)
    assert job["errors"][0]["path"] == "eventList[1].bizStep"
    assert len(found_of(office, item)) == 1


def test_one_identifier_is_one_event(office: httpx.Client, item: str) -> None:
    first = object_event(epcList=[item], eventID=f"{item}#event")
    other = first | {"action": "DELETE"}
    job = capture(office, first, other)
    assert (job["success"], job["captured"]) == (False, 0)
    assert "another event is captured under" in job["errors"][0]["detail"]
    assert found_of(office, item) == []
    job = capture(office, first, other, first, GS1_Capture_Error_Behaviour="proceed")
    assert (job["success"], job["captured"], job["known"]) == (False, 1, 1)


def test_a_declaration_repeats_its_event(office: httpx.Client, item: str) -> None:
    first = object_event(epcList=[item], eventID=f"{item}#event")
    declared = {"errorDeclaration": {"declarationTime": "2026-06-02T00:00:00Z"}}
    job = capture(office, first, first | declared | {"action": "ADD"})
    assert "the declaration differs from event" in job["errors"][0]["detail"]
    assert capture(office, first, first | declared)["captured"] == 2
    found = events_of(office.get(f"/epcis/events/{quote(first['eventID'], safe='')}"))
    assert ["errorDeclaration" in each for each in found] == [False, True]
    assert len(found_of(office, item, EXISTS_errorDeclaration="true")) == 1


@pytest.mark.parametrize(
    ("kind", "value", "known"),
    [
        ("epcs", ITEM, ITEM_LINK),
        ("bizSteps", "shipping", "shipping"),
        ("bizSteps", "urn:epcglobal:cbv:bizstep:shipping", "shipping"),
        (
            "readPoints",
            "urn:epc:id:sgln:4012345.00011.987",
            "https://id.gs1.org/414/4012345000115/254/987",
        ),
        (
            "bizLocations",
            "https://id.gs1.org/414/4012345000115",
            "https://id.gs1.org/414/4012345000115",
        ),
        ("dispositions", "in_transit", "in_transit"),
        ("eventTypes", "ObjectEvent", "ObjectEvent"),
    ],
)
def test_resources_lead_to_their_events(
    office: httpx.Client, kind: str, value: str, known: str
) -> None:
    capture(
        office,
        object_event(
            disposition="in_transit",
            readPoint={"id": "urn:epc:id:sgln:4012345.00011.987"},
            bizLocation={"id": "urn:epc:id:sgln:4012345.00011.0"},
        ),
    )
    assert kind in office.get("/epcis").json()["member"]
    assert known in office.get(f"/epcis/{kind}", params={"perPage": 1000}).json()["member"]
    one = f"/epcis/{kind}/{quote(value, safe='')}"
    assert office.get(one).json()["member"] == ["events"]
    assert ITEM_LINK in events_of(office.get(f"{one}/events?MATCH_epc={ITEM}"))[0]["epcList"]
    old = f"{one}/events?MATCH_epc={ITEM}&LT_eventTime=2020-01-01T00:00:00Z"
    assert events_of(office.get(old)) == []
    missing = office.get(f"/epcis/{kind}/urn%3Ax%3Anone")
    assert missing.status_code == 404
    assert missing.json()["type"] == "epcisException:NoSuchNameException"


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "exception"),
    [
        ("GET", "/epcis/events?EQ_colour=red", {}, 400, "ValidationException"),
        ("GET", "/epcis/events?perPage=0", {}, 400, "ValidationException"),
        ("GET", "/epcis/events?" + "EQ_eventID=urn:x:1&" * 600, {}, 414, "URITooLongException"),
        ("GET", "/epcis/events", {"Accept": "text/csv"}, 406, "NotAcceptableException"),
        ("GET", "/epcis/events", {"GS1-EPCIS-Max": "1.2.0"}, 406, "NotAcceptableException"),
        ("GET", "/epcis/events", {"GS1-CBV-Min": "2.1"}, 406, "NotAcceptableException"),
        (
            "GET",
            "/epcis/events",
            {"GS1-EPC-Format": "Always_EPC_URN"},
            406,
            "NotAcceptableException",
        ),
        ("GET", "/epcis/events/urn%3Anone", {}, 404, "NoSuchNameException"),
        ("GET", "/epcis/capture/none", {}, 404, "NoSuchNameException"),
        ("GET", "/epcis/none", {}, 404, "NoSuchNameException"),
        (
            "POST",
            "/epcis/capture",
            {"Content-Type": "text/csv"},
            415,
            "UnsupportedMediaTypeException",
        ),
        ("POST", "/epcis/capture", {"GS1-EPCIS-Version": "3.0.0"}, 406, "NotAcceptableException"),
        ("GET", "/epcis/events", {"Authorization": "Bearer none"}, 401, "SecurityException"),
    ],
)
def test_each_refusal_has_its_exception(
    office: httpx.Client,
    method: str,
    path: str,
    more: dict[str, str],
    *,
    status: int,
    exception: str,
) -> None:
    answer = office.request(method, path, headers=more)
    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"epcisException:{exception}"


def test_a_problem_comes_as_xml_to_who_asks_for_it(office: httpx.Client) -> None:
    answer = office.get("/epcis/events/urn%3Anone", headers={"Accept": "application/xml"})
    assert answer.headers["content-type"] == "application/problem+xml"
    root = etree.fromstring(answer.content)
    assert root.findtext("type") == "epcisException:NoSuchNameException"


def test_who_has_not_signed_in_sees_nothing(address: str) -> None:
    for path in ("/epcis/events", "/epcis/epcs", "/epcis/capture"):
        answer = httpx.get(address + path, timeout=60)
        assert (answer.status_code, answer.json()["type"]) == (
            401,
            "epcisException:SecurityException",
        )


def test_every_resource_tells_what_it_knows(address: str) -> None:
    answer = httpx.options(f"{address}/epcis/capture")
    assert answer.status_code == 204
    assert answer.headers["gs1-capture-error-behaviour"] == "all"
    assert int(answer.headers["gs1-epcis-capture-limit"]) > 0
    for path, allowed in (("", "GET"), ("/events", "GET, POST"), ("/epcs/urn:x/events", "GET")):
        answer = httpx.options(f"{address}/epcis{path}")
        assert answer.headers["allow"] == f"OPTIONS, {allowed}"
        assert answer.headers["gs1-epcis-max"] == "2.0.0"


HARM: list[tuple[str, bytes, str, str]] = [
    (
        "application/json",
        b'{"type": "EPCISDocument", "epcisBody": {"eventL',
        "line 1",
        "ValidationException",
    ),
    ("application/json", b"[" * 10_000_000, "", "ValidationException"),
    (
        "application/json",
        orjson.dumps(document(object_event(), schemaVersion="3.0")),
        "schemaVersion",
        "ValidationException",
    ),
    (
        "application/xml",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        "declares a document type or entities",
        "ValidationException",
    ),
    ("application/xml", b"<a>" * 100_000 + b"</a>" * 100_000, "", "ValidationException"),
    (
        "application/xml",
        write_xml(read(orjson.dumps(document(object_event())), "x"))[:-80],
        "",
        "ValidationException",
    ),
    ("application/json", b" " * (64 * 2**20 + 1), "", "CaptureLimitExceededException"),
    (
        "application/json",
        orjson.dumps(document(*[{}] * 100_001)),
        "100,001 events",
        "CaptureLimitExceededException",
    ),
]


@pytest.mark.parametrize(("kind", "content", "told", "exception"), HARM, ids=range(len(HARM)))
def test_harm_is_refused_and_leaves_no_trace(
    office: httpx.Client, kind: str, content: bytes, told: str, exception: str
) -> None:
    def state() -> tuple[int, list[dict[str, Any]]]:
        jobs = office.get("/epcis/capture?perPage=1000").json()
        return len(jobs), events_of(office.get("/epcis/events?perPage=1000"))

    before = state()
    answer = office.post("/epcis/capture", content=content, headers={"Content-Type": kind})
    assert answer.status_code in (400, 413), answer.text
    assert answer.json()["type"] == f"epcisException:{exception}"
    assert told in answer.text
    assert len(answer.content) < 10_000
    assert state() == before


def test_a_query_is_kept_under_its_name(office: httpx.Client, item: str) -> None:
    capture(
        office,
        *(object_event(epcList=[item], eventTime=f"2026-05-0{n}T00:00:00Z") for n in (1, 2, 3)),
    )
    query = {"MATCH_epc": [item], "EQ_bizStep": ["shipping"], "orderBy": "eventTime"}
    answer = office.post("/epcis/queries", json={"name": "mine, all", "query": query})
    assert answer.status_code == 201, answer.text
    address = answer.headers["location"]
    assert office.get(address).json()["query"] == query
    assert "mine, all" in {each["name"] for each in office.get("/epcis/queries").json()}
    first = office.get(f"{address}/events?perPage=2")
    assert first.json()["epcisBody"]["queryResults"]["queryName"] == "mine, all"
    second = office.get(first.links["next"]["url"])
    assert [len(events_of(page)) for page in (first, second)] == [2, 1]
    assert (
        office.post("/epcis/queries", json={"name": "mine, all", "query": query}).status_code == 201
    )
    other = office.post("/epcis/queries", json={"name": "mine, all", "query": {}})
    assert other.json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert office.delete(address).status_code == 204
    for gone in (address, f"{address}/events"):
        assert office.get(gone).json()["type"] == "epcisException:NoSuchNameException"
    assert office.delete(address).status_code == 404


def test_a_query_with_extensions_keeps_their_prefixes(office: httpx.Client, item: str) -> None:
    capture(office, object_event(epcList=[item], **{"example:lot": "A7"}))
    prefix = ", ".join(f"{name}={uri}" for name, uri in NAMESPACES.items())
    asked = {"EQ_example:lot": "A7"}
    refused = office.get("/epcis/events", params=asked)
    assert "the prefix 'example' is not declared" in refused.text
    assert (
        len(
            events_of(office.get("/epcis/events", params=asked, headers={"GS1-Extensions": prefix}))
        )
        == 1
    )
    office.post(
        "/epcis/queries",
        json={"name": "lot A7", "query": asked},
        headers={"GS1-Extensions": prefix},
    )
    assert len(events_of(office.get("/epcis/queries/lot%20A7/events"))) == 1
    wrong = office.post(
        "/epcis/queries", json={"name": "x", "query": {"EQ_colour": "red", "perPage": 3}}
    )
    assert wrong.status_code == 400
