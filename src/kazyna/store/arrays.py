"""Arrays of whole numbers as parameters of statements, in PostgreSQL's binary form of an array.

A list of 100,000 numbers is written element by element, for about as long as the server then takes
to use it; an array is written at once.
"""

from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format

OIDS = {
    np.dtype(kind): psycopg.adapters.types[name].oid
    for kind, name in ((np.int16, "int2"), (np.int32, "int4"), (np.int64, "int8"))
}


class NumbersDumper(Dumper):
    """Writes an array of 16, 32 or 64 bits with one dimension and no nulls."""

    format = Format.BINARY

    def __init__(self, cls: type, context: AdaptContext | None = None) -> None:
        super().__init__(cls, context)
        self.oid = 0

    def get_key(self, obj: NDArray[Any], format: Any) -> Any:  # noqa: ARG002 (of psycopg)
        """Tell arrays of different types apart."""
        return (self.cls, obj.dtype)

    def upgrade(self, obj: NDArray[Any], format: Any) -> "NumbersDumper":  # noqa: ARG002
        """Return a dumper for the type of an array."""
        if obj.dtype not in OIDS:
            raise psycopg.DataError(f"an array of {obj.dtype} is no parameter")
        dumper = NumbersDumper(self.cls)
        dumper.oid = psycopg.adapters.types[OIDS[obj.dtype]].array_oid
        return dumper

    def dump(self, obj: NDArray[Any]) -> bytes:
        """Write the array: dimensions, nulls, type, length, lower bound, then the elements."""
        size = obj.dtype.itemsize
        header = np.array([int(len(obj) > 0), 0, OIDS[obj.dtype], len(obj), 1], dtype=">i4")
        if not len(obj):
            return header[:3].tobytes()
        elements = np.empty(len(obj), dtype=[("size", ">i4"), ("value", f">i{size}")])
        elements["size"], elements["value"] = size, obj
        return header.tobytes() + elements.tobytes()


def register_arrays(connection: psycopg.Connection[Any]) -> None:
    """Let a connection take arrays of NumPy as parameters."""
    connection.adapters.register_dumper(np.ndarray, NumbersDumper)
