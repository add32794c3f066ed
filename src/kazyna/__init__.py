"""Kazyna: cadastral valuation, goods marking and tax administration with one set of books."""

__version__ = "0.1.0"
