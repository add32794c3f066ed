"""Tax on agricultural land by OpenFisca; `tax_openfisca.py` runs this.

    PYTHON openfisca_peer.py LAW INPUTS ROLL

PYTHON is one that has openfisca-core and pyarrow. LAW is JSON: parameters as OpenFisca reads them,
with the words of the columns as keys. INPUTS is Parquet; ROLL is written with every step. Printed
is JSON: seconds for the whole, and for the arithmetic alone.
"""
# ruff: noqa: N801, N805 (so OpenFisca has its variables and formulas written)

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

YEAR = "2026"
CATEGORIES = ("place", "land_type", "relief_category", "council")
NUMBERS = ("plot_area_m2", "relief_rank", "months")
PLOT = build_entity("plot", "plots", "A plot of farm land", is_person=True)


class taxable_value(Variable):
    value_type, entity, definition_period = float, PLOT, DateUnit.YEAR

    def formula(plot, period, parameters):
        base = parameters(period).agricultural_base_value
        return plot("plot_area_m2", period) * base[plot("place", period)][plot("land_type", period)]


class freed_share(Variable):
    value_type, entity, definition_period = float, PLOT, DateUnit.YEAR

    def formula(plot, period, parameters):
        law, category = parameters(period), plot("relief_category", period)
        counted = plot("relief_rank", period) <= law.relief_objects_max[category]
        of_owner = np.where(counted, law.relief[category], 0)
        return np.maximum(of_owner, law.council_relief[plot("council", period)])


class tax_of_year(Variable):
    value_type, entity, definition_period = float, PLOT, DateUnit.YEAR

    def formula(plot, period, parameters):
        rate = parameters(period).agricultural_rate
        return plot("taxable_value", period) * rate * (1 - plot("freed_share", period))


class agricultural_land_tax(Variable):
    value_type, entity, definition_period = float, PLOT, DateUnit.YEAR

    def formula(plot, period):
        due = plot("tax_of_year", period) * plot("months", period) / 12
        return np.floor(due * 100 + 0.5) / 100


STEPS = (taxable_value, freed_share, tax_of_year, agricultural_land_tax)


def main(law_file: str, inputs_file: str, roll_file: str) -> None:
    law = json.loads(Path(law_file).read_text(encoding="utf-8"))
    start = perf_counter()
    table = pq.read_table(inputs_file, read_dictionary=list(CATEGORIES))
    simulation = SimulationBuilder().build_default_simulation(system(law, table), table.num_rows)
    for name in NUMBERS:
        simulation.set_input(name, YEAR, table[name].cast(pa.float32()).to_numpy())
    for name in CATEGORIES:
        simulation.set_input(name, YEAR, coded(table[name], simulation, name))
    begun = perf_counter()
    steps = {each.__name__: simulation.calculate(each.__name__, YEAR) for each in STEPS}
    arithmetic = perf_counter() - begun
    pq.write_table(pa.table({"id": table["id"], **steps}), roll_file)
    print(json.dumps({"whole": perf_counter() - start, "arithmetic": arithmetic}))


def system(law: dict[str, Any], table: pa.Table) -> TaxBenefitSystem:
    """Declare the inputs, the steps and the parameters."""
    made = TaxBenefitSystem([PLOT])
    made.parameters = ParameterNode("", data=law)
    made.add_variables(*STEPS, *(declared(name, float) for name in NUMBERS))
    for name in CATEGORIES:
        words = sorted(
            {word for chunk in table[name].chunks for word in chunk.dictionary.to_pylist()}
        )
        made.add_variable(declared(name, Enum(name, [(word, word) for word in words])))
    return made


def declared(name: str, kind: Any) -> type[Variable]:
    """Declare one input."""
    settings = {"value_type": kind, "entity": PLOT, "definition_period": DateUnit.YEAR}
    if kind is not float:
        settings |= {"value_type": Enum, "possible_values": kind, "default_value": next(iter(kind))}
    return type(name, (Variable,), settings)


def coded(column: pa.ChunkedArray, simulation: Any, name: str) -> EnumArray:
    """Number the words of a column as OpenFisca does, by the dictionary that Parquet keeps."""
    words = simulation.tax_benefit_system.get_variable(name).possible_values
    numbers = {word.name: word.index for word in words}
    found = [
        np.array([numbers[word] for word in chunk.dictionary.to_pylist()], np.uint8)[
            chunk.indices.to_numpy()
        ]
        for chunk in column.chunks
    ]
    return EnumArray(np.concatenate(found), words)


if __name__ == "__main__":
    main(*sys.argv[1:])
