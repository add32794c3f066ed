"""Templates to pages."""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

import kazyna
from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services.cadastre import holds_properties
from kazyna.services.code_standing import follows_goods
from kazyna.services.context import PUBLIC
from kazyna.web.language import NAMES, Writer
from kazyna.web.visit import (
    LANGUAGE,
    LANGUAGE_SECONDS,
    Visit,
    installation_of,
    language_of,
    visit,
)

STATIC = Path(__file__).parent / "static"
"""What `scripts/build_pages.py` builds."""

environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
environment.filters["word_of"] = lambda value, write: write.word(value)


def page(
    visitor: Visit, template: str, *, status: HTTPStatus = HTTPStatus.OK, **facts: Any
) -> HTMLResponse:
    """Fill a template with what a service returned."""
    write = visitor.write
    _ = write.gettext
    words = {
        "_": write.gettext,
        "gettext": write.gettext,
        "write": write,
        "visit": visitor,
        "actor": visitor.ctx.actor,
        "languages": NAMES,
        "version": kazyna.__version__,
        "asset": asset,
        "pack_title": write.text(visitor.ctx.pack.title),
        "today": visitor.ctx.today,
        "as_json": as_json,
        "marks_goods": follows_goods(visitor.ctx),
        "values_property": status < HTTPStatus.INTERNAL_SERVER_ERROR
        and holds_properties(visitor.ctx),
        "kinds": {
            "charge": _("Charge"),
            "penalty_interest": _("Penalty interest"),
            "fine": _("Fine"),
            "fee": _("Fee"),
            "correction": _("Correction"),
            "payment": _("Payment"),
            "refund": _("Refund"),
            "refund_interest": _("Interest on a late refund"),
            "offset": _("Offset"),
            "write_off": _("Write-off"),
            "remission": _("Remission"),
            "transfer": _("Transfer"),
            "reversal": _("Reversal"),
        },
    }
    html = environment.get_template(template).render(words | facts)
    response = HTMLResponse(html, status)
    if "lang" in visitor.request.query_params:
        response.set_cookie(
            LANGUAGE, write.language, max_age=LANGUAGE_SECONDS, samesite="lax", httponly=True
        )
    return response


def error_page(
    request: Request, status: HTTPStatus, error: Exception | None = None
) -> HTMLResponse:
    """Say what went wrong and where to go on."""
    installation, language = installation_of(request), language_of(request)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        visitor = visit(request)
    else:  # the register may be what does not answer: ask it nothing
        writer = Writer(language, installation.pack.currency.code, installation.pack.words)
        visitor = Visit(request, installation.context(PUBLIC, language), writer)
    _ = visitor.write.gettext
    headlines = {
        HTTPStatus.FORBIDDEN: _("Your role does not allow this."),
        HTTPStatus.NOT_FOUND: _("This page or record does not exist."),
        HTTPStatus.CONFLICT: _("This contradicts what is recorded."),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("The request cannot be read."),
        HTTPStatus.SERVICE_UNAVAILABLE: _("A part of the system does not answer."),
    }
    return page(
        visitor,
        "error.html",
        status=status,
        code=int(status),
        headline=headlines.get(status, _("This did not work.")),
        detail=str(error) if error else "",
        findings=error.findings if isinstance(error, InputError) else (),
    )


@cache
def asset(name: str) -> str:
    """Return the address of a static file, which changes when its content does."""
    path = STATIC / name
    if not path.exists():
        return f"/static/{name}"  # not built: the page is there, without its looks
    return f"/static/{name}?v={sha256(path.read_bytes()).hexdigest()[:10]}"


def as_json(value: Any) -> Markup:
    """Write data into a page for its script; no text in it can end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    for sign in "&<>'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704


def stepped(
    visit: Visit, work: Callable[[], object], show: Callable[..., HTMLResponse]
) -> HTMLResponse:
    """Do something and show what it was done to; a refusal is said on the same page."""
    try:
        work()
    except (InputError, Refused) as error:
        if isinstance(error, NotFound) or not visit.signed_in:
            raise
        return show(refusal=error)
    return show()
