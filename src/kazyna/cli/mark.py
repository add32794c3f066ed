"""`kazyna mark`: the commands of goods marking, each from the module of its subject."""

from collections.abc import Callable

import typer

from kazyna.cli import (
    marking_checks,
    marking_codes,
    marking_events,
    marking_fraud,
    marking_moves,
    marking_registers,
    marking_subscriptions,
    marking_symbols,
    reconciliations,
)

COMMANDS: dict[str, Callable[..., int | None]] = {
    "keygen": marking_codes.keygen,
    "keys": marking_codes.keys_of,
    "revoke": marking_codes.revoke,
    "issue": marking_codes.issue,
    "parse": marking_codes.parse,
    "verify": marking_codes.verify,
    "check": marking_checks.check,
    "kit": marking_checks.kit,
    "validate": marking_events.validate,
    "hash": marking_events.hash_events,
    "capture": marking_events.capture,
    "save-query": marking_subscriptions.save_query,
    "queries": marking_subscriptions.queries,
    "forget-query": marking_subscriptions.forget_query,
    "subscribe": marking_subscriptions.subscribe,
    "unsubscribe": marking_subscriptions.unsubscribe,
    "render": marking_symbols.render,
    "participant": marking_registers.participant,
    "participants": marking_registers.participants_of,
    "participant-history": marking_registers.participant_history,
    "facility": marking_registers.facility,
    "facilities": marking_registers.facilities_of,
    "facility-history": marking_registers.facility_history,
    "product": marking_registers.product,
    "products": marking_registers.products_of,
    "product-history": marking_registers.product_history,
    "order": marking_moves.order,
    "orders": marking_moves.orders,
    "order-codes": marking_moves.order_codes,
    "pay-fees": marking_moves.pay_fees,
    "account": marking_moves.code_account,
    "cancel-order": marking_moves.cancel_order,
    "expire": marking_moves.expire,
    "move": marking_moves.move,
    "documents": marking_moves.documents,
    "state": marking_moves.state,
    "servers": marking_moves.servers,
    "move-buckets": marking_moves.move_buckets,
    "simulate": marking_fraud.simulate,
    "detect": marking_fraud.detect,
    "balance": marking_fraud.balance,
    "rules": marking_fraud.rules,
    "reconcile": reconciliations.reconcile,
    "proposed": reconciliations.proposed,
    "assess": reconciliations.assess,
}

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Goods marking: codes, symbols, events from factory or border to till.",
)
for name, command in COMMANDS.items():
    app.command(name)(command)
