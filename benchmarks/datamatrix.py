"""GS1 DataMatrix symbols of one form of code in a batch, beside zint and zxing-cpp one by one.

Run: python benchmarks/datamatrix.py [--codes N]

The codes are those of the EAEU: GTIN, serial of 13, key of 4, check value of 44 signs, 85 in all,
which take a symbol of 36 by 36 modules. Ours is a batch encoder of one form; the peers are general
and called once a symbol. Both figures of ours are given, and every hundredth symbol is read back by
zxing-cpp with equal bytes. Times are of the processor, so that other work on the machine does not
count; all runs on one core.
"""

import argparse
import base64
import time
from collections.abc import Callable, Sequence

import numpy as np
import zint
import zxingcpp

from kazyna.marking.symbol_datamatrix import CodeForm, datamatrix, datamatrix_batch

FORM = CodeForm("99" + "9" * 14 + "99" + "X" * 13 + "|" + "99" + "X" * 4 + "|" + "99" + "X" * 44)


def codes(count: int) -> list[str]:
    draw = np.random.default_rng(1)
    return [
        "0104601234567893"
        + "21" + base64.b64encode(draw.bytes(10))[:13].decode()
        + "\x1d91K001"
        + "\x1d92" + base64.b64encode(draw.bytes(33)).decode()
        for _ in range(count)
    ]  # fmt: skip


def bracketed(code: str, opening: str, closing: str) -> str:
    values = (code[2:16], code[18:31], code[34:38], code[41:])
    return "".join(
        f"{opening}{name}{closing}{value}"
        for name, value in zip(("01", "21", "91", "92"), values, strict=True)
    )


def by_zint(texts: Sequence[str]) -> None:
    for text in texts:
        maker = zint.Symbol()
        maker.symbology = zint.Symbology.DATAMATRIX
        maker.input_mode = zint.InputMode.GS1
        maker.option_3 = int(zint.DataMatrixOptions.SQUARE)
        maker.encode(text)


def by_zxing(texts: Sequence[str]) -> None:
    for text in texts:
        zxingcpp.create_barcode(
            text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, force_square=True
        )


def rate(count: int, work: Callable[[], object], rounds: int = 5) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def check(given: Sequence[str], modules: np.ndarray) -> int:
    for row in range(0, len(given), 100):
        dots = np.kron(1 - np.pad(modules[row], 2), np.ones((3, 3), dtype=np.uint8)) * np.uint8(255)
        found = zxingcpp.read_barcode(dots, is_pure=True)
        assert found is not None
        assert found.symbology_identifier == "]d2"
        assert found.bytes.decode() == given[row]
    return len(range(0, len(given), 100))


def main(count: int) -> None:
    given = codes(count)
    few = given[: max(count // 50, 100)]
    read = check(given, datamatrix_batch(given, FORM))
    print(f"{count:,} codes of {len(given[0])} characters; {read:,} read back with equal bytes")
    ours = rate(count, lambda: datamatrix_batch(given, FORM))
    print(f"ours, batch of one form {ours:12,.0f} symbols/s")
    alone = rate(len(few), lambda: [datamatrix(code) for code in few])
    print(f"ours, one by one        {alone:12,.0f} symbols/s")
    for name, work, texts in (
        ("zint", by_zint, [bracketed(code, "[", "]") for code in few]),
        ("zxing-cpp", by_zxing, [bracketed(code, "(", ")") for code in few]),
    ):
        theirs = rate(len(few), lambda w=work, t=texts: w(t))  # type: ignore[misc]
        print(
            f"{name:23} {theirs:12,.0f} symbols/s: the batch is {ours / theirs:,.0f} times as fast"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, default=50_000)
    main(parser.parse_args().codes)
