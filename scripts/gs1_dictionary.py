"""Derive the table of application identifiers from the GS1 Barcode Syntax Dictionary.

Run: `python scripts/gs1_dictionary.py gs1-syntax-dictionary.txt`. The facts of the dictionary
(format, checks, associations, title of each identifier) go into a CSV file of our own form; its
text does not. The dictionary is published by GS1 AISBL under the Apache License 2.0 at
https://ref.gs1.org/tools/gs1-barcode-syntax-resource/.
"""

import csv
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "kazyna" / "marking" / "gs1"
OUT = PACKAGE / "gs1_syntax_dictionary.csv"
FLAGS = re.compile(r'[*!?"$%&\'()+,./:;<=>@\[\\\]^_`{|}~-]+')
COLUMNS = (
    "first", "last", "fixed", "attribute", "components", "requires", "excludes", "key", "title"
)  # fmt: skip


def rows(text: str) -> Iterator[dict[str, str]]:
    """Yield one row for each entry; a range of identifiers stays one row."""
    for line in text.splitlines():
        entry, _, title = line.partition("#")
        words = entry.split()
        if not words:
            continue
        first, _, last = words.pop(0).partition("-")
        flags = words.pop(0) if FLAGS.fullmatch(words[0]) and words[0][0] != "[" else ""
        attributes = [word for word in words if re.match(r"(req|ex|dlpkey)\b", word)]
        keys = [word.partition("=")[2] or "alone" for word in attributes if word[:3] == "dlp"]
        yield {
            "first": first,
            "last": last or first,
            "fixed": "yes" if "*" in flags else "",
            "attribute": "yes" if "?" in flags else "",
            "components": " ".join(word for word in words if word not in attributes),
            "requires": ";".join(word[4:] for word in attributes if word.startswith("req=")),
            "excludes": ";".join(word[3:] for word in attributes if word.startswith("ex=")),
            "key": keys[0] if keys else "",
            "title": title.strip(),
        }


def main(path: Path) -> None:
    """Write the table, with its origin in the first line."""
    text = path.read_text(encoding="utf-8")
    release = re.search(r"^# Release: (.*)$", text, re.M)
    years = re.search(r"\d{4}-(\d{4}) GS1 AISBL", text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with OUT.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "# From the GS1 Barcode Syntax Dictionary of GS1 AISBL (Apache-2.0), release "
            f"{release[1] if release else 'unknown'}, copyright to {years[1] if years else '?'}, "
            f"SHA-256 {digest}; derived by scripts/gs1_dictionary.py\n"
        )
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(text))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
