"""The map, the search and the page of a property."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.services import cadastre, ledger, notices, objections, public_register, rolls
from kazyna.services.cadastre import Characteristic, Extent, PropertyCard
from kazyna.web import drawings
from kazyna.web.pages import page
from kazyna.web.round_words import objection_words
from kazyna.web.tax_words import kind_title, tax_title
from kazyna.web.tiles import ZOOM_MAX, ZOOM_MIN
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

AROUND_DEGREES = 0.004
"""What is shown around a property that has no comparables: about 400 metres."""
RESULTS_MAX = 50


@router.get("/")
def home(visit: Visiting) -> HTMLResponse:
    """Show the whole cadastre on a map."""
    overview = cadastre.overview(visit.ctx)
    facts = _map(visit, overview.extent, overview.per_m2_breaks) if overview.extent else None
    register = None if facts else public_register.public_register(visit.ctx)
    return page(
        visit,
        "cadastre/home.html",
        overview=overview,
        map=facts,
        register=register,
        kind_title=lambda name: kind_title(visit, name),
        tax_title=lambda name: tax_title(visit, name),
    )


@router.get("/properties")
def search(
    visit: Visiting,
    q: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=RESULTS_MAX)] = RESULTS_MAX,
) -> HTMLResponse:
    """Find properties by their number."""
    found = cadastre.search(visit.ctx, q, limit=limit)
    return page(visit, "cadastre/search.html", q=q.strip(), found=found, limit=limit, split=split)


@router.get("/properties/{property_id}")
def show(visit: Visiting, property_id: str) -> HTMLResponse:
    """Show one property: its value, the reasons for it, its tax, and to whom it concerns, bills."""
    ctx = visit.ctx
    card = cadastre.find_property(ctx, property_id)
    bills = rolls.bills_of_property(ctx, property_id)
    own = {bill.taxpayer_id for bill in bills}
    statements = [
        line for owner in sorted(own) for line in ledger.statement(ctx, taxpayer_id=owner)
    ]
    breaks = cadastre.overview(ctx).per_m2_breaks
    extent = _around(card)
    return page(
        visit,
        "cadastre/property.html",
        card=card,
        valued_by=_valued_by(card),
        previews=rolls.preview(ctx, property_id),
        bills=bills,
        statements=statements,
        objections=objections.objections_of_property(ctx, property_id),
        states=objection_words(visit.write),
        window=objections.may_object(ctx, property_id),
        reasons=drawings.reasons(visit.write, card.valuation) if card.valuation else None,
        told=notices.notice_words(ctx, property_id, money=visit.write.whole_money)
        if card.valuation
        else None,
        grid=drawings.grid(visit.write, card.valuation.comparables) if card.valuation else None,
        spread=drawings.spread(card.valuation) if card.valuation else None,
        map=_map(visit, extent, breaks, _places(visit, card)) if extent else None,
    )


@router.get("/about")
def explain(visit: Visiting) -> HTMLResponse:
    """Say what the figures mean."""
    return page(visit, "cadastre/about.html")


def _valued_by(card: PropertyCard) -> dict[str, Characteristic | None]:
    """Find the facts that the round knew otherwise than they are recorded now."""
    if card.valuation is None:
        return {}
    now = {each.name: each for each in card.characteristics}
    then = {each.name: each for each in card.valuation.characteristics}
    return {name: then.get(name) for name in {**then, **now} if then.get(name) != now.get(name)}


def _around(card: PropertyCard) -> Extent | None:
    """Find the box that holds the subject and its comparables."""
    places = [(card.lon, card.lat)]
    if card.valuation:
        places += [(near.lon, near.lat) for near in card.valuation.comparables]
    known = [(lon, lat) for lon, lat in places if lon is not None and lat is not None]
    if card.lon is None or not known:
        return None
    lons, lats = zip(*known, strict=True)
    return Extent(
        min(lons) - AROUND_DEGREES,
        min(lats) - AROUND_DEGREES,
        max(lons) + AROUND_DEGREES,
        max(lats) + AROUND_DEGREES,
    )


def _places(visit: Visit, card: PropertyCard) -> list[dict[str, Any]]:
    """List the pins: the comparables by their numbers in the table, and the subject above them."""
    near = card.valuation.comparables if card.valuation else ()
    comparables = [
        {
            "lon": sale.lon,
            "lat": sale.lat,
            "label": str(number),
            "kind": "comparable",
            "name": f"{sale.property_id}: {visit.write.whole_money(sale.adjusted_price)}",
            "href": f"/properties/{quote(sale.property_id, safe='')}",
        }
        for number, sale in enumerate(near, 1)
        if sale.lon is not None
    ]
    subject = {"lon": card.lon, "lat": card.lat, "label": "★", "kind": "subject"}
    return [*comparables, subject | {"name": visit.write.gettext("This property")}]


def split(number: str, part: str) -> tuple[str, str, str]:
    """Split a number at the part that was searched for, so that it can be marked."""
    at = number.lower().find(part.lower())
    if at < 0:
        return number, "", ""
    return number[:at], number[at : at + len(part)], number[at + len(part) :]


def _map(
    visit: Visit,
    extent: Extent,
    breaks: tuple[int, ...],
    places: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Gather what the map's script needs."""
    _ = visit.write.gettext
    return {
        "bounds": [extent.west, extent.south, extent.east, extent.north],
        "breaks": list(breaks),
        "tiles": f"{visit.request.base_url}tiles/{{z}}/{{x}}/{{y}}.mvt",
        "places": places,
        "currency": visit.write.currency,
        "locale": str(visit.write.locale).replace("_", "-"),
        "per_m2": _("per m²"),
        "north": _("N"),
        "here": _("Properties here"),
        "closer": _("Click to come closer"),
        "zooms": [ZOOM_MIN, ZOOM_MAX],
        "words": {
            "NavigationControl.ZoomIn": _("Zoom in"),
            "NavigationControl.ZoomOut": _("Zoom out"),
            "CooperativeGesturesHandler.WindowsHelpText": _("Use Ctrl and scroll to zoom the map"),
            "CooperativeGesturesHandler.MacHelpText": _("Use ⌘ and scroll to zoom the map"),
            "CooperativeGesturesHandler.MobileHelpText": _("Use two fingers to move the map"),
            "ScaleControl.Meters": visit.write.unit_sign("m"),
            "ScaleControl.Kilometers": visit.write.unit_sign("km"),
            "Map.Title": _("Map of property values; the search lists the same as text"),
        },
    }
