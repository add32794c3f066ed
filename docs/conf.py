"""Sphinx: MyST pages, one theme, nothing from a foreign network."""

import kazyna

project = "Kazyna"
author = "The Kazyna developers"
copyright = "The Kazyna developers, Apache-2.0"
version = release = kazyna.__version__

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "alabaster"
html_theme_options = {
    "description": "The revenue system of a small state or a city",
    "fixed_sidebar": True,
    "page_width": "1100px",
}
html_show_sourcelink = False
