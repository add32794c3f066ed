"""Reliefs: by the category of the owner for so many objects, or by a decision of the council."""

from datetime import date
from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rule, Table, maximum, rule, when

OBJECT = Text("Freed share", "Освобождаемая доля", "Бошотулган үлүш")
PLOT = Text("Freed share of the plot", "Освобождаемая доля участка", "Тилкенин бошотулган үлүшү")


def freed_share(
    object_class: str,
    *,
    name: str = "freed_share",
    title: Text = OBJECT,
    begins: date | None = None,
) -> Rule:
    """Make the rule of what is freed of an object of one class.

    Parameters
    ----------
    object_class
        The key of the tables of reliefs: `home`, `plot_of_home`, `vehicle`.
    name, title
        Of the step.
    begins
        The first day of the rule, where the class came into the law later.

    Returns
    -------
    Rule
        The larger of the two reliefs, as a share from 0 to 1.
    """

    @rule(
        unit="share", law="tax-code (article not identified)", title=title, name=name, begins=begins
    )
    def share(  # noqa: PLR0917 (a rule's arguments are what it reads)
        relief_category: str,
        relief_rank: Decimal,
        council: str,
        relief: Table,
        relief_objects_max: Table,
        council_relief: Table,
    ) -> Decimal:
        of_owner = relief.at(relief_category, object_class)
        counted = when(relief_rank <= relief_objects_max.at(relief_category), of_owner, 0)
        return maximum(counted, council_relief.at(council, object_class))

    return share
