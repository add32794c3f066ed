"""The words of rolls, reliefs, objections to bills and changes of the register."""

from kazyna.core.text import Text
from kazyna.services import marking_fees, rolls
from kazyna.web.language import Writer
from kazyna.web.visit import Visit


def roll_words(write: Writer) -> dict[str, str]:
    """Name the states of a roll."""
    _ = write.gettext
    return {
        "draft": _("draft"),
        "issued": _("issued"),
        "withdrawn": _("withdrawn"),
        "discarded": _("discarded"),
        "corrected": _("corrected"),
    }


def relief_words(write: Writer) -> dict[str, str]:
    """Name the states of a claim of relief."""
    _ = write.gettext
    return {
        "claimed": _("waits for a decision"),
        "granted": _("granted"),
        "refused": _("refused"),
        "ended": _("ended"),
        "expired": _("expired"),
    }


def bill_objection_words(write: Writer) -> dict[str, str]:
    """Name the states of an objection to a bill."""
    _ = write.gettext
    return {
        "filed": _("filed"),
        "upheld": _("upheld"),
        "partly_upheld": _("upheld in part"),
        "rejected": _("rejected"),
        "withdrawn": _("withdrawn"),
    }


def fine_words(write: Writer) -> dict[str, str]:
    """Name the states of a fine."""
    _ = write.gettext
    return {
        "proposed": _("proposed"),
        "imposed": _("imposed"),
        "refused": _("refused"),
        "objected": _("objected to"),
        "confirmed": _("stands as imposed"),
        "reduced": _("reduced"),
        "cancelled": _("cancelled"),
    }


def measure_words(write: Writer) -> dict[str, str]:
    """Name the states of a measure of enforcement."""
    _ = write.gettext
    return {
        "proposed": _("proposed"),
        "imposed": _("in force"),
        "refused": _("refused"),
        "lifted": _("lifted"),
    }


def bucket_words(write: Writer) -> dict[str, str]:
    """Name what debts are for."""
    _ = write.gettext
    return {
        "tax": _("Tax"),
        "interest": _("Penalty interest"),
        "penalty": _("Fine"),
        "cost": _("Costs"),
    }


def paper_words(write: Writer) -> dict[str, str]:
    """Name the kinds of paper that are served."""
    _ = write.gettext
    return {
        "bill": _("Bill"),
        "notice": _("Reminder or order"),
        "fine": _("Fine"),
        "decision": _("Decision on an objection"),
    }


def delivery_words(write: Writer) -> dict[str, str]:
    """Say how a paper was served."""
    _ = write.gettext
    return {
        "post": _("by post"),
        "handed_over": _("handed over"),
        "portal": _("read in the portal"),
        "published": _("published"),
        "returned": _("came back"),
    }


def change_words(write: Writer) -> dict[str, str]:
    """Name the kinds of change of the register."""
    _ = write.gettext
    return {
        "load": _("loaded from a file"),
        "registration": _("registered"),
        "transfer": _("passed to others"),
        "inheritance": _("inherited"),
        "merge": _("two numbers of one person"),
        "split": _("split"),
        "demolition": _("demolished"),
        "correction": _("corrected"),
        "relief": _("relief"),
        "decision": _("decided on an objection"),
    }


def tax_title(visit: Visit, name: str) -> str:
    """Name a tax in the words of the pack; the fee for codes of marked goods is none of it."""
    if name == marking_fees.FEE:
        return visit.write.gettext("Fee for codes")
    tax = visit.ctx.pack.taxes.get(name)
    return visit.write.text(tax.title) if tax else name


def kind_title(visit: Visit, name: str) -> str:
    """Name a kind of object in the words of the pack."""
    kind = visit.ctx.pack.register.kinds.get(name)
    return visit.write.text(kind.label) if kind else name


def characteristic_label(visit: Visit, name: str) -> str:
    """Name a characteristic in the words of the pack."""
    columns = {**visit.ctx.pack.columns, **visit.ctx.pack.register.characteristics}
    label: Text | None = columns[name].label if name in columns else None
    return visit.write.text(label) if label else name


def year_of_rolls(visit: Visit, asked: int | None) -> tuple[list[int], int | None]:
    """List the years that have an issued roll, the latest first, and choose the one to show."""
    issued = [each for each in rolls.issued(visit.ctx) if each.status == "issued"]
    years = sorted({each.year for each in issued}, reverse=True)
    return years, asked if asked is not None else next(iter(years), None)
