"""The same valuation on Apache Spark, for cadastres beyond one machine.

Spark hands each worker batches of Arrow rows (`mapInArrow`), and the worker values them by the
very code that values a file: the values are the same to the last digit.
"""

import os
import sys
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa

from kazyna.core.errors import Refused
from kazyna.valuation.market_model import MarketModel


def value_on_spark(model: MarketModel, properties: str, values: str) -> tuple[int, Decimal]:
    """Value a table of properties with Spark.

    Parameters
    ----------
    model
        The fitted market; it is sent to every worker once.
    properties
        Address of a Parquet table that the workers can read.
    values
        Address at which the values are written, a folder of Parquet files.

    Returns
    -------
    Number of properties and the sum of their values.

    Raises
    ------
    Refused
        When Spark or its Java is not installed.
    """
    try:
        # Spark is a separate installation, and only this function needs it.
        from pyspark.errors import PySparkException, PySparkRuntimeError  # noqa: PLC0415
        from pyspark.sql import SparkSession, functions  # noqa: PLC0415
        from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415
    except ImportError as error:
        reason = "Spark is not installed: install kazyna[spark] and a Java runtime."
        raise Refused(reason) from error
    # Spark's workers would else be whatever python3 is on the path, without this library.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        spark = SparkSession.builder.appName("kazyna").getOrCreate()
    except (PySparkRuntimeError, PySparkException, OSError) as error:
        raise Refused(f"Spark does not start: {error}") from error
    frame = spark.read.parquet(properties)
    shared = spark.sparkContext.broadcast(model)

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for table in shared.value.stream(batches):
            yield from table.combine_chunks().to_batches()

    sample = model.value(frame.limit(1).toArrow())
    frame.mapInArrow(work, from_arrow_schema(sample.schema)).write.mode("overwrite").parquet(values)
    written = spark.read.parquet(values)
    row = written.agg(functions.count("*"), functions.sum("value")).first()
    return int(row[0]), Decimal(row[1] or 0)
