"""Templates to pages."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

import kazyna
from kazyna.core.errors import InputError
from kazyna.services.context import PUBLIC
from kazyna.web.language import NAMES, Writer
from kazyna.web.visit import LANGUAGE, LANGUAGE_SECONDS, Visit, installation_of, language_of

environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)


def page(
    visit: Visit, template: str, *, status: HTTPStatus = HTTPStatus.OK, **facts: Any
) -> HTMLResponse:
    """Fill a template with what a service returned."""
    write = visit.write
    words = {
        "_": write.gettext,
        "gettext": write.gettext,
        "write": write,
        "visit": visit,
        "actor": visit.ctx.actor,
        "languages": NAMES,
        "version": kazyna.__version__,
        "pack_title": write.text(visit.ctx.pack.title),
        "today": visit.ctx.today,
        "as_json": as_json,
    }
    html = environment.get_template(template).render(words | facts)
    response = HTMLResponse(html, status)
    if "lang" in visit.request.query_params:
        response.set_cookie(
            LANGUAGE, write.language, max_age=LANGUAGE_SECONDS, samesite="lax", httponly=True
        )
    return response


def error_page(request: Request, error: Exception, status: HTTPStatus) -> HTMLResponse:
    """Say what went wrong and where to go on; the visitor counts as the public here."""
    installation = installation_of(request)
    language = language_of(request)
    anonymous = Visit(
        request,
        installation.context(PUBLIC, language),
        Writer(language, installation.pack.currency.code),
    )
    findings = error.findings if isinstance(error, InputError) else ()
    return page(
        anonymous,
        "error.html",
        status=status,
        code=int(status),
        message=str(error),
        findings=findings,
    )


def as_json(value: Any) -> Markup:
    """Write data into a page for its script; no text in it can end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704
