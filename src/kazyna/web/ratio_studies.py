"""The office's page on which a file of values and prices is studied."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, JSONResponse, Response

from kazyna.core.errors import InputError
from kazyna.services import ratio_studies
from kazyna.services.ratio_studies import StudyColumns, StudyOptions, UploadedStudy
from kazyna.web import drawings, ratio_tables
from kazyna.web.forms import FieldsBesideFile
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

HERE = "/office/ratio-study"
USUAL = {"estimate": "value", "price": "price"}
"""Names of columns that the form begins with."""


@router.get(HERE)
def ask(visit: Visiting) -> HTMLResponse:
    """Ask for a file and its columns."""
    visit.ctx.require(*ratio_studies.HANDING_IN)
    return _page(visit, USUAL)


@router.post(HERE)
def study(visit: Visiting, file: UploadFile, given: FieldsBesideFile) -> Response:
    """Study the file: as a page here, as a page to keep, or as JSON."""
    try:
        found = ratio_studies.study_upload(
            visit.ctx,
            file.file.read(ratio_studies.UPLOAD_BYTES_MAX + 1),
            file=file.filename or "sales",
            columns=_columns(given),
            options=StudyOptions(kinds=(given.get("kind") or "residential",), trim="iqr3"),
        )
    except InputError as error:
        return _page(visit, given, refusal=error)
    if given.get("as") == "json":
        return JSONResponse(jsonable_encoder(found.study), headers=_kept_as("ratio-study.json"))
    if given.get("as") == "file":
        return HTMLResponse(found.page(), headers=_kept_as("ratio-study.html"))
    return _page(visit, given, found=found)


def _columns(given: Mapping[str, str]) -> StudyColumns:
    by = given.get("by")
    return StudyColumns(
        estimate=given.get("estimate", ""),
        price=given.get("price", ""),
        by=(by,) if by else (),
        sold_on=given.get("sold_on") or None,
        lon=given.get("lon") or None,
        lat=given.get("lat") or None,
        area=given.get("area") or None,
    )


def _page(
    visit: Visit,
    given: Mapping[str, str],
    *,
    found: UploadedStudy | None = None,
    refusal: InputError | None = None,
) -> HTMLResponse:
    write = visit.write
    drawn = {} if found is None else {
        "gauges": () if found.study.too_few else drawings.gauges(write, found.study),
        "statistics": ratio_tables.statistics(write, found.study),
        "chasing": ratio_tables.chasing(write, found.study),
        "groups": ratio_tables.groups(write, found.study),
        "figures": found.figures,
    }  # fmt: skip
    return page(
        visit,
        "office/ratio_study.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        given=given,
        kinds_of_property=ratio_studies.property_kinds(),
        found=found,
        refusal=refusal,
        findings=refusal.findings if refusal else (),
        **drawn,
    )


def _kept_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
