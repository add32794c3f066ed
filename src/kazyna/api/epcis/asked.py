"""What a caller of the EPCIS interface asks with: versions, formats, pages, parameters."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Query, Request
from starlette.exceptions import HTTPException

from kazyna.api.arguments import LINE
from kazyna.services.epcis_documents import EpcFormat, Form, Wanted, WordFormat

EPCIS_VERSION = CBV_VERSION = "2.0.0"
EPCIS_VERSION_MIN = "1.0.0"
"""Of what is read; what is written is of version 2.0."""
URL_SIGNS_MAX = 8_000
VERSION = r"^\d{1,4}(\.\d{1,4}){0,3}$"
PER_PAGE_MAX = 1_000
DOCUMENTS = ("application/json", "application/ld+json", "application/xml", "text/xml")
"""Media types of EPCIS documents."""

Version = Annotated[str | None, Header(pattern=VERSION)]
PerPage = Annotated[
    int, Query(alias="perPage", ge=1, le=PER_PAGE_MAX, description="Most results on one page.")
]
Token = Annotated[
    str | None,
    Query(
        alias="nextPageToken",
        max_length=2_000,
        pattern=LINE,
        description="From the Link header of the page before.",
    ),
]


def versions(
    gs1_epcis_min: Version = None,
    gs1_epcis_max: Version = None,
    gs1_cbv_min: Version = None,
    gs1_cbv_max: Version = None,
) -> None:
    """Refuse a caller that takes other versions than are written here."""
    for name, least, most, ours in (
        ("GS1-EPCIS", gs1_epcis_min, gs1_epcis_max, EPCIS_VERSION),
        ("GS1-CBV", gs1_cbv_min, gs1_cbv_max, CBV_VERSION),
    ):
        if _numbers(least or "0") > _numbers(ours) or _numbers(most or ours) < _numbers(ours):
            raise HTTPException(
                HTTPStatus.NOT_ACCEPTABLE,
                f"{name}-Min {least}, {name}-Max {most}: answers are of version {ours}.",
            )


def _numbers(version: str) -> tuple[int, ...]:
    """Read a version for comparison; missing numbers are noughts."""
    given = [int(part) for part in version.split(".")]
    return tuple(given + [0] * (4 - len(given)))


def captured_version(
    gs1_epcis_version: Version = None,
    gs1_cbv_version: Version = None,
) -> None:
    """Refuse a document that says to be of a version which is not read here."""
    for name, given, ours in (
        ("GS1-EPCIS-Version", gs1_epcis_version, EPCIS_VERSION),
        ("GS1-CBV-Version", gs1_cbv_version, CBV_VERSION),
    ):
        if given is not None and _numbers(given) > _numbers(ours):
            raise HTTPException(
                HTTPStatus.NOT_ACCEPTABLE, f"{name} {given}: versions up to {ours} are read."
            )


def wanted(
    request: Request,
    gs1_epc_format: Annotated[
        Literal["No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates"],
        Header(),
    ] = "Always_GS1_Digital_Link",
    gs1_cbv_xml_format: Annotated[
        Literal["No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates"], Header()
    ] = "No_Preference",
) -> Wanted:
    """Choose in which syntax and with which identifiers events are answered."""
    if gs1_epc_format == "Always_EPC_URN":
        raise HTTPException(
            HTTPStatus.NOT_ACCEPTABLE,
            "Always_EPC_URN: a Digital Link does not say how long its company prefix is.",
        )
    epcs: EpcFormat = (
        "Always_GS1_Digital_Link"
        if gs1_epc_format == "Always_GS1_Digital_Link"
        else "Never_Translates"
    )
    words: WordFormat = "Always_Web_URI" if gs1_cbv_xml_format == "Always_Web_URI" else "Always_URN"
    return Wanted(form_of(request.headers.get("accept")), epcs, words)


def form_of(accept: str | None) -> Form:
    """Choose the syntax of an answer by the Accept header.

    Raises
    ------
    HTTPException
        406, where neither JSON nor XML is accepted.
    """
    ranges = []
    for part in (accept or "*/*").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        ranges.append((-_weight(weight), name))
    for rank, name in sorted(ranges, key=lambda each: each[0]):
        if rank == 0:
            continue
        if name in ("*/*", "application/*", "application/json", "application/ld+json"):
            return "json"
        if name in ("application/xml", "text/xml"):
            return "xml"
    raise HTTPException(
        HTTPStatus.NOT_ACCEPTABLE, f"Accept {accept}: application/json or application/xml."
    )


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def extensions(
    gs1_extensions: Annotated[str | None, Header(max_length=URL_SIGNS_MAX)] = None,
) -> dict[str, str]:
    """Read the prefixes that a caller declares: `example=https://ns.example.com/epcis/, …`."""
    pairs = (part.partition("=") for part in (gs1_extensions or "").split(","))
    return {prefix.strip(): uri.strip() for prefix, _, uri in pairs if prefix.strip() and uri}


def parameters(
    request: Request, per_page: PerPage = 30, next_page_token: Token = None
) -> dict[str, Any]:
    """Return the parameters of a query as the URL has them, the page among them."""
    if len(request.url.query) > URL_SIGNS_MAX:
        reason = f"The query of the URL has {len(request.url.query):,} signs; save it as a query."
        raise HTTPException(HTTPStatus.REQUEST_URI_TOO_LONG, reason)
    found: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        found[name] = value if name not in found else f"{found[name]}|{value}"
    found["perPage"] = per_page
    if next_page_token is not None:
        found["nextPageToken"] = next_page_token
    return found


async def body_of(request: Request, kinds: Sequence[str], bytes_max: int) -> bytes:
    """Return the body of a request, where it is of a kind that is read and not too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        reason = f"Content-Type {kind or 'missing'}: {', '.join(kinds)} are read."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, reason)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > bytes_max:
            reason = f"The body has more than {bytes_max:,} bytes."
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    return bytes(body)


Readable = Depends(versions)
Capturable = Depends(captured_version)
Answer = Annotated[Wanted, Depends(wanted)]
Prefixes = Annotated[dict[str, str], Depends(extensions)]
Parameters = Annotated[dict[str, Any], Depends(parameters)]
