"""The same roll on Apache Spark, for registers beyond one machine: the same rules, one query."""

from datetime import date
from decimal import Decimal

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.tax.compile import UNANSWERED, compile_query
from kazyna.tax.rule import AMOUNT, RuleSet
from kazyna.tax.stream import can_stream, faults_query

TABLE = "inputs"


def roll_on_spark(
    rules: RuleSet, source: str, target: str, *, on: date, id_column: str
) -> tuple[int, Decimal]:
    """Compute a roll with Spark.

    Parameters
    ----------
    rules, on, id_column
        As `run_roll` takes them.
    source
        Address of a Parquet table that the workers can read.
    target
        Address at which the roll is written, a folder of Parquet files.

    Returns
    -------
    Number of bills and the sum of their amounts.

    Raises
    ------
    InputError
        When the table is not what the rules ask for; Spark does not name the rows, `kazyna roll`
        on one machine does.
    Refused
        When Spark or its Java is not installed.
    """
    try:
        # Spark is a separate installation, and only this function needs it.
        from pyspark.errors import PySparkException, PySparkRuntimeError  # noqa: PLC0415
        from pyspark.sql import SparkSession, functions  # noqa: PLC0415
        from pyspark.sql.pandas.types import to_arrow_schema  # noqa: PLC0415
    except ImportError as error:
        reason = "Spark is not installed: install kazyna[spark] and a Java runtime."
        raise Refused(reason) from error
    try:
        spark = SparkSession.builder.appName("kazyna").getOrCreate()
    except (PySparkRuntimeError, PySparkException, OSError) as error:
        raise Refused(f"Spark does not start: {error}") from error
    # A sum that does not fit or a division by nought is an error, never NULL.
    spark.conf.set("spark.sql.ansi.enabled", "true")
    # Products keep every decimal place; the widths of the query have been proved.
    spark.conf.set("spark.sql.decimalOperations.allowPrecisionLoss", "false")
    frame = spark.read.parquet(source)
    frame.createOrReplaceTempView(TABLE)
    if not can_stream(rules, on, to_arrow_schema(frame.schema), id_column=id_column):
        expected = "Parquet with texts, whole numbers and decimals as the pack declares them"
        raise InputError(Finding(source, "the columns are not those of the pack", expected))
    rows, distinct, faults = spark.sql(
        faults_query(rules, on, id_column=id_column, table=TABLE, dialect="spark")
    ).first()
    if faults or distinct < rows:
        reason = f"{faults} rows are not accepted, {rows - distinct} identifiers are repeated"
        raise InputError(Finding(source, reason, "what the pack declares of each column"))
    query = compile_query(rules, on, table=TABLE, id_column=id_column, dialect="spark")
    roll = spark.sql(query)
    if UNANSWERED in roll.columns:
        missing = roll.filter(functions.col(UNANSWERED)).count()
        if missing:
            reason = f"the law's tables have no value for {missing} rows"
            raise InputError(Finding(source, reason, "keys that the tables know"))
        roll = roll.drop(UNANSWERED)
    roll.write.mode("overwrite").parquet(target)
    written = spark.read.parquet(target)
    row = written.agg(functions.count("*"), functions.sum(AMOUNT)).first()
    return int(row[0]), Decimal(row[1] or 0)
