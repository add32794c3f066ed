"""The public page on which anyone checks a code, with a network or without one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from kazyna.core.errors import InputError, NotFound, Refused, TooMany
from kazyna.services import offline_kits
from kazyna.services.code_standing import code_law
from kazyna.services.verification import check_codes
from kazyna.web.pages import STATIC, page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

CODE_MAX = 500
SEPARATOR, SHOWN_SEPARATOR = "\x1d", "<GS>"
HEADERS = {
    # The decoder is WebAssembly, which the browser must be allowed to compile, and needs a camera.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "font-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Permissions-Policy": "geolocation=(), camera=(self), microphone=()",
}


@router.get("/verify")
def verify(
    visit: Visiting, request: Request, code: Annotated[str, Query(max_length=CODE_MAX)] = ""
) -> HTMLResponse:
    """Check a code: the page works with a camera, and without any script."""
    code_law(visit.ctx)
    answer, refusal = None, ""
    if code.strip():
        address = request.client.host if request.client else ""
        given = code.strip().replace(SHOWN_SEPARATOR, SEPARATOR)
        try:
            (answer,) = check_codes(visit.ctx, [given], address=address)
        except (TooMany, InputError, NotFound) as error:
            refusal = str(error)
    response = page(
        visit,
        "marking/verify.html",
        code=code.strip(),
        answer=answer,
        refusal=refusal,
        trusted=_trusted(visit),
        words=_words(visit),
        findings=_findings(visit),
    )
    response.headers.update(HEADERS)
    return response


@router.get("/verify/kit")
def kit(visit: Visiting) -> Response:
    """Give the kit with which the page checks codes without a network."""
    data = offline_kits.kit_for(visit.ctx)
    return Response(data, media_type="application/vnd.kazyna.offline-kit")


@router.get("/verify-worker.js")
def worker() -> FileResponse:
    """Give the script that keeps the page for when there is no network; never an old one."""
    return FileResponse(
        STATIC / "verify-worker.js",
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )


def _trusted(visit: Visit) -> str:
    """Return the public key whose kits the page believes; nothing where none signs."""
    try:
        return offline_kits.kit_key(visit.ctx).key.public_key.hex()
    except Refused:
        return ""


def _findings(visit: Visit) -> dict[str, str]:
    _ = visit.write.gettext
    return {
        "genuine": _("Genuine"),
        "attention": _("Genuine code, but something is the matter"),
        "false": _("Forged"),
        "unknown": _("Cannot be told"),
    }


def _words(visit: Visit) -> dict[str, str]:
    """Return what the script of the page says."""
    _ = visit.write.gettext
    return {
        **{f"finding_{name}": words for name, words in _findings(visit).items()},
        "finding_attention": _("Take care"),
        "checking": _("Checking…"),
        "reading": _("Reading the picture…"),
        "point": _("Point the camera at the code."),
        "nothing_found": _("No code was found in the picture. Come closer, with more light."),
        "no_camera": _("The camera does not open. Choose a picture, or type the code."),
        "too_many": _("Too many checks from here; wait a minute."),
        "unreadable": _("This cannot be read as a code."),
        "kit_missing": _("No kit is here yet: without a network nothing can be checked."),
        "no_kit": _("There is no network and no kit: nothing can be checked now."),
        "kit_until": _("Without a network this page checks signatures and recalls until"),
        "offline_note": _(
            "Checked without a network. What was sold or blocked later is not known. As of"
        ),
        "repaired": _("The scan was damaged and has been mended."),
        "product": _("Product"),
        "gtin": _("Product number"),
        "status": _("Status"),
        "lot": _("Lot"),
        "expires": _("Expires"),
        "first_sold": _("First sold"),
        "country": _("Issued in"),
    }
