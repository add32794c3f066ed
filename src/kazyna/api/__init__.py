"""The HTTP interface under /v1: parse, call one service, return its result."""
