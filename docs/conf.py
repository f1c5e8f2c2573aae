"""Sphinx reads its settings from here."""

import importlib.metadata

project = "fakebatch"
release = version = importlib.metadata.version("fakebatch")
copyright = "the fakebatch contributors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxcontrib.mermaid"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
myst_fence_as_directive = ["mermaid"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_numpy_docstring = False
# Only the public names can be looked up: the manuals of Python and botocore would have to come over the
# network, and the modules behind `fakebatch` have no pages.
nitpick_ignore_regex = [("py:.*", r"(?!fakebatch\.\w+$).*")]

html_theme = "furo"
html_title = f"fakebatch {release}"
html_copy_source = False
