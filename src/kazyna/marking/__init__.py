"""Codes of marked goods, their lifecycle, events and frauds: the public names of the engine.

- Codes: `read_code` reads any form, `issue_codes` makes a batch, `verify_codes` judges arrays and
  `judge_lines` any lines; `new_key` and `open_key` make the keys, `KeyRegistry` keeps them.
- Symbols: `symbol` and `datamatrix_batch`, drawn by `svg`, `png` and `zpl`.
- Checks: `judge`, `judge_sale` and `judge_receipt`; without a network `read_kit`, `check_offline`.
- Frauds: `simulate` invents events with the truth, `detect` finds what is wrong in them,
  `mass_balance` what does not add up.
- `kazyna.marking.gs1` and `kazyna.marking.epcis` are the two standards by themselves.

A jurisdiction's forms of codes and its lifecycle are data of its pack:
`kazyna.packs.codes.read_code_rules` and `kazyna.packs.lifecycle.read_lifecycle` read them.
"""

from kazyna.marking.balance import MassBalance, mass_balance
from kazyna.marking.batch import CodeTable, Verdict, Verified, issue_codes, read_codes, verify_codes
from kazyna.marking.ciphers import Ed25519Signer, Signer, verify_signature
from kazyna.marking.code_reading import (
    JudgedCode,
    ReadCode,
    ReadElement,
    judge_lines,
    read_code,
)
from kazyna.marking.detection import (
    ALERTS,
    EVENTS,
    MINIMUM_PRICES,
    RULES,
    Limit,
    Rule,
    Score,
    detect,
    evidence_of,
    score,
)
from kazyna.marking.keys import CodeKey, KeyRegistry, KeySecrets, OpenKey, new_key, open_key
from kazyna.marking.lifecycle import Lifecycle, Operation, Status
from kazyna.marking.offline_kit import (
    Kit,
    KitKey,
    KitProduct,
    KitSet,
    OfflineAnswer,
    check_offline,
    read_kit,
    write_kit,
)
from kazyna.marking.scanner_faults import ScannerFault, diagnose
from kazyna.marking.serials import SerialSpace, find_positions, make_serials
from kazyna.marking.simulator import Simulated, participants, simulate
from kazyna.marking.symbol import Symbol, gs1_128, qr_code, symbol
from kazyna.marking.symbol_datamatrix import datamatrix, datamatrix_batch, form_of
from kazyna.marking.symbol_drawing import png, svg, zpl
from kazyna.marking.tails import is_tail, make_tail, make_tails, signed_text
from kazyna.marking.template import CodeParts, CodeTemplate, Part
from kazyna.marking.verification import (
    Answer,
    Seller,
    Standing,
    judge,
    judge_receipt,
    judge_sale,
)

__all__ = [
    "ALERTS",
    "EVENTS",
    "MINIMUM_PRICES",
    "RULES",
    "Answer",
    "CodeKey",
    "CodeParts",
    "CodeTable",
    "CodeTemplate",
    "Ed25519Signer",
    "JudgedCode",
    "KeyRegistry",
    "KeySecrets",
    "Kit",
    "KitKey",
    "KitProduct",
    "KitSet",
    "Lifecycle",
    "Limit",
    "MassBalance",
    "OfflineAnswer",
    "OpenKey",
    "Operation",
    "Part",
    "ReadCode",
    "ReadElement",
    "Rule",
    "ScannerFault",
    "Score",
    "Seller",
    "SerialSpace",
    "Signer",
    "Simulated",
    "Standing",
    "Status",
    "Symbol",
    "Verdict",
    "Verified",
    "check_offline",
    "datamatrix",
    "datamatrix_batch",
    "detect",
    "diagnose",
    "evidence_of",
    "find_positions",
    "form_of",
    "gs1_128",
    "is_tail",
    "issue_codes",
    "judge",
    "judge_lines",
    "judge_receipt",
    "judge_sale",
    "make_serials",
    "make_tail",
    "make_tails",
    "mass_balance",
    "new_key",
    "open_key",
    "participants",
    "png",
    "qr_code",
    "read_code",
    "read_codes",
    "read_kit",
    "score",
    "signed_text",
    "simulate",
    "svg",
    "symbol",
    "verify_codes",
    "verify_signature",
    "write_kit",
    "zpl",
]
