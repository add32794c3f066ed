"""Events that take packages apart: what they say was inside must be all that is.

An AggregationEvent DELETE without children takes a package apart whole, and so does one that lists
all of them. One that lists some would leave a package that is neither: the registry knows packages
that are packed and packages that are not, so it is refused, with what to send instead.
"""

from collections.abc import Iterable

import numpy as np

from kazyna.core.errors import Finding
from kazyna.marking.code_blocks import locate, standing
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.units import units_of
from kazyna.services.context import Context
from kazyna.services.epcis_lines import PACKAGE
from kazyna.services.epcis_rows import Captured
from kazyna.store import codes
from kazyna.store.shards import Work


def partial_findings(ctx: Context, events: Iterable[Captured], source: str) -> dict[int, Finding]:
    """Return, by the position of the event, what is wrong with events that list some of a package.

    Parameters
    ----------
    ctx
        Who takes apart.
    events
        That tell of taking apart.
    source
        The document's name, for the findings.
    """
    listed = {
        found[1]: each
        for each in events
        if each.event.fields.get("childEPCs")
        and (found := PACKAGE.fullmatch(canonical_identifier(each.event.fields["parentID"])))
    }
    if not listed:
        return {}
    findings: dict[int, Finding] = {}
    with ctx.shards.reading(ctx.acting) as work:
        known = codes.find_names(work, [f"00{sscc}" for sscc in listed])
        for sscc, each in listed.items():
            if f"00{sscc}" not in known:
                continue
            inside = _inside(work, known[f"00{sscc}"])
            named = len(set(map(canonical_identifier, each.event.fields["childEPCs"])))
            if named != inside:
                findings[each.position] = Finding(
                    source,
                    f"the event takes {named:,} out of a package that holds {inside:,}",
                    "all of it, and an event that packs what stays together",
                    column=f"eventList[{each.position}].childEPCs",
                )
    return findings


def _inside(work: Work, package: int) -> int:
    """Count what is in a package now."""
    children, parents = codes.children_of(work, units_of(np.array([package], dtype=np.int64)))
    blocks = codes.find_blocks(work, children)
    where = standing(blocks, locate(blocks, children))
    return int(((where.parent_keys == parents) & (where.status > 0)).sum())
