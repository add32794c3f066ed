"""Bills as paper."""

from fastapi import APIRouter, Response

from kazyna.services import rolls
from kazyna.web.visit import Visiting

router = APIRouter()


@router.get("/bills/{reference}.pdf")
def bill(visit: Visiting, reference: str) -> Response:
    """Print one bill in the visitor's language."""
    content = rolls.bill_pdf(visit.ctx, reference=reference, language=visit.write.language)
    name = f'inline; filename="bill-{reference}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})
