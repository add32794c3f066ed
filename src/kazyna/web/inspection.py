"""The inspector's page: a code with its history, measures and findings."""

from secrets import token_hex
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError, KazynaError
from kazyna.services import inspection
from kazyna.services.inspection import Measure
from kazyna.web.pages import page
from kazyna.web.verify import CODE_MAX, HEADERS, SEPARATOR, SHOWN_SEPARATOR
from kazyna.web.visit import Visit, Visiting

router = APIRouter(prefix="/office/codes")

CodeField = Annotated[str, Form(min_length=1, max_length=CODE_MAX)]
MEASURES: dict[str, Measure] = {name: name for name in get_args(Measure)}


@router.get("")
def inspect(
    visit: Visiting,
    code: Annotated[str, Query(max_length=CODE_MAX)] = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """Show what a code is and what happened to it."""
    visit.ctx.require("officer", "auditor")
    return _shown(visit, code.strip(), done=done)


@router.post("/measures", response_model=None)
def measure(
    visit: Visiting,
    *,
    code: CodeField,
    kind: Annotated[str, Form(max_length=20)],
    reason: Annotated[str, Form(max_length=1000)],
    document_id: Annotated[str, Form(min_length=1, max_length=100)],
    protocol: Annotated[str, Form(max_length=100)] = "",
) -> HTMLResponse | RedirectResponse:
    """Block goods, put them in quarantine or custody, release, seize or destroy them."""
    if kind not in MEASURES:
        return _shown(visit, code, refusal=visit.write.gettext("Choose what to do."))
    try:
        inspection.take_measure(
            visit.ctx,
            _scanned(code),
            measure=MEASURES[kind],
            reason=reason.strip(),
            document_id=document_id,
            protocol=protocol.strip(),
        )
    except (InputError, KazynaError) as error:
        return _shown(visit, code, refusal=str(error))
    return _shown(visit, code, done=kind)


@router.post("/findings", response_model=None)
def finding(
    visit: Visiting, code: CodeField, note: Annotated[str, Form(max_length=4000)]
) -> HTMLResponse | RedirectResponse:
    """Report what was found; an alert takes it up."""
    try:
        inspection.report_finding(visit.ctx, _scanned(code), note=note.strip())
    except KazynaError as error:
        return _shown(visit, code, refusal=str(error))
    return _shown(visit, code, done="reported")


def _scanned(code: str) -> str:
    return code.strip().replace(SHOWN_SEPARATOR, SEPARATOR)


def _shown(visit: Visit, code: str, *, done: str = "", refusal: str = "") -> HTMLResponse:
    _ = visit.write.gettext
    found = inspection.inspect_code(visit.ctx, _scanned(code)) if code else None
    response = page(
        visit,
        "marking/inspection.html",
        code=code.replace(SEPARATOR, SHOWN_SEPARATOR),
        found=found,
        taken=inspection.recent_measures(visit.ctx),
        refusal=refusal,
        done={
            "block": _("The goods are blocked."),
            "quarantine": _("The goods are in quarantine."),
            "unblock": _("The goods are released."),
            "detain": _("The goods are in custody."),
            "seize": _("The goods are seized."),
            "destroy": _("The goods are destroyed."),
            "reported": _("The finding is reported."),
        }.get(done, ""),
        measures={
            "block": _("Block the goods"),
            "quarantine": _("Put them in quarantine"),
            "detain": _("Take them into custody"),
            "unblock": _("Release them"),
            "seize": _("Seize them for good"),
            "destroy": _("Destroy them, out of custody"),
        },
        purposes={
            "till": _("till"),
            "inspector": _("inspector"),
            "public": _("public"),
            "offline": _("without a network"),
        },
        document_id=f"inspector:{token_hex(8)}",
    )
    response.headers.update(HEADERS)
    return response
