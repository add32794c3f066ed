"""The words for states of rounds and objections, for steps, and for what objections are about."""

from kazyna.services.rounds import Waiting
from kazyna.web.language import Writer


def status_words(write: Writer) -> dict[str, str]:
    """Name the states of a round."""
    _ = write.gettext
    return {
        "draft": _("Draft"),
        "frozen": _("Frozen"),
        "published": _("Published"),
        "objections": _("Open to objections"),
        "approved": _("Approved"),
        "in_force": _("In force"),
        "superseded": _("Superseded"),
        "withdrawn": _("Withdrawn"),
    }


def draft_step_words(write: Writer) -> dict[str, str]:
    """Name what a draft goes through while it is made, in order."""
    _ = write.gettext
    return {
        "ratio study": _("Test the model on the latest sales, which it is not shown"),
        "read sales": _("Read all sales"),
        "screen sales": _("Screen the sales"),
        "follow prices over time": _("Follow prices over time"),
        "grow trees": _("Fit the models"),
        "weigh the models": _("Weigh the models"),
        "look at the other sales": _("Look at the sales beyond the sample, where they are many"),
        "value": _("Value every property"),
        "record": _("Record the draft"),
    }


def step_words(write: Writer) -> dict[str, tuple[str, str]]:
    """Name the steps with a round, each with what it does."""
    _ = write.gettext
    return {
        "freeze": (
            _("Freeze"),
            _("Writes a folder with all evidence and its fingerprints; nothing changes after it."),
        ),
        "publish": (_("Publish"), _("Shows the values to everyone.")),
        "open_objections": (
            _("Open the window"),
            _("Owners can object until the last day; empty: as long as the law says."),
        ),
        "approve": (
            _("Approve"),
            _("By a second valuer, when the window has ended and nothing is open."),
        ),
        "enforce": (_("Put in force"), _("Tax rolls take their values from it from now on.")),
        "withdraw": (
            _("Withdraw the round"),
            _("Its values are shown no more; say why."),
        ),
    }


def waiting_words(write: Writer, waiting: tuple[Waiting, ...]) -> list[str]:
    """Say what stands between a round and its approval."""
    _ = write.gettext
    words = {
        "window": _("The window for objections is open until {day}."),
        "objections": _("Objections that are not decided: {n}"),
        "signatures": _("Values that wait for a second signature: {n}"),
    }
    return [
        words[each.what].format(
            n=write.number(each.count), day=write.day(each.until) if each.until else ""
        )
        for each in waiting
    ]


def kind_words(write: Writer) -> dict[str, str]:
    """Name what an objection is about."""
    _ = write.gettext
    return {
        "sale_price": _("The price it was sold for"),
        "characteristic": _("A recorded fact is wrong"),
        "comparable": _("Other sales speak against it"),
        "condition": _("Its condition"),
        "other": _("Something else"),
    }


def objection_words(write: Writer) -> dict[str, str]:
    """Name the states of an objection."""
    _ = write.gettext
    return {
        "filed": _("Filed"),
        "under_review": _("Under review"),
        "upheld": _("Upheld"),
        "partly_upheld": _("Upheld in part"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn by the owner"),
    }
