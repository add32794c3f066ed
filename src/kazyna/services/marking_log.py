"""The log of goods marking as a table: what happened to which units, by whom, where."""

from datetime import datetime

import pyarrow as pa

from kazyna.services.context import Context
from kazyna.store import marking_log
from kazyna.store.marking_log import EVENTS

__all__ = ["EVENTS", "event_table"]


def event_table(
    ctx: Context, *, since: datetime | None = None, until: datetime | None = None
) -> pa.Table:
    """Return the log between two times of recording, as `EVENTS`: a row for each range of units.

    Of a participant it holds what the participant is a party of.

    Parameters
    ----------
    ctx
        An officer, an auditor or a participant.
    since, until
        From which time, and before which.
    """
    ctx.require("officer", "auditor", "participant")
    with ctx.transaction() as tx:
        return marking_log.event_table(tx, since=since, until=until)
