"""Printed paper: a template and data become a PDF."""
