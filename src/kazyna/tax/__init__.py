"""Tax rules as code: one function, three uses.

A rule is a plain Python function. Given exact decimals it computes one bill (`compute`), given
columns it becomes one SQL query (`compile_query`, `run_roll`), and either way it can say how
(`explain`).
"""

from kazyna.tax.arithmetic import divide, maximum, minimum, round_to, when
from kazyna.tax.compile import compile_query
from kazyna.tax.compute import Computation, PreparedRules, compute
from kazyna.tax.doubts import DoubtfulValue, doubtful, doubtful_in_case
from kazyna.tax.exact import Rounding
from kazyna.tax.explain import Explanation, explain
from kazyna.tax.inputs import InputColumn
from kazyna.tax.law import Source
from kazyna.tax.parameter import Parameter, ParameterValue
from kazyna.tax.roll import ControlTotals, control_totals, roll_total, run_roll, verify_sample
from kazyna.tax.rule import Rule, RuleSet, rule, rule_set
from kazyna.tax.shares import CASE, cases_of, split_by_share
from kazyna.tax.stated import (
    StatedLaw,
    Step,
    applied_rows,
    look_ups,
    state_law,
    stated_steps,
)
from kazyna.tax.table import KeyColumn, Table, TableRow

__all__ = [
    "CASE",
    "Computation",
    "ControlTotals",
    "DoubtfulValue",
    "Explanation",
    "InputColumn",
    "KeyColumn",
    "Parameter",
    "ParameterValue",
    "PreparedRules",
    "Rounding",
    "Rule",
    "RuleSet",
    "Source",
    "StatedLaw",
    "Step",
    "Table",
    "TableRow",
    "applied_rows",
    "cases_of",
    "compile_query",
    "compute",
    "control_totals",
    "divide",
    "doubtful",
    "doubtful_in_case",
    "explain",
    "look_ups",
    "maximum",
    "minimum",
    "roll_total",
    "round_to",
    "rule",
    "rule_set",
    "run_roll",
    "split_by_share",
    "state_law",
    "stated_steps",
    "verify_sample",
    "when",
]
