"""Sphinx settings of the book."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "src"))

from annbook import mnist, web  # noqa: E402
from annbook.errors import BookError  # noqa: E402
from bookbuild import fingerprint, kernel  # noqa: E402

project = "Artificial neural networks and TensorFlow"
author = "the annbook authors"
project_copyright = f"2026, {author}. Text CC BY 4.0, code MIT"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_exercise",
    "sphinx_togglebutton",
    "sphinxcontrib.bibtex",
    "bookbuild",
]
templates_path = ["book/_templates"]
# Else it writes pages for what our modules import, too.
viewcode_follow_imported_members = False
nitpicky = True
# The types in our docstrings are words ("ndarray, shape (n,)"), not links.
# TensorFlow's own errors have no page here.
nitpick_ignore_regex = [("py:class", r"[^.]*"), ("py:exc", r"tf\..*")]
# Where the book and its sources are published; while empty, nothing links there.
book_address = os.environ.get("ANNBOOK_ADDRESS", "")
book_repository = os.environ.get("ANNBOOK_REPOSITORY", "")
# An edition for a class may leave the exercises' solutions out.
book_solutions = os.environ.get("ANNBOOK_SOLUTIONS", "1") != "0"
# The whole site in one file, beside its first page.
book_download = "annbook-book.zip"
book_source = str(ROOT / "src")
book_wheel = str(ROOT)
# What is shipped, and under which licence.
book_licences = str(ROOT / "licences.toml")
book_glossary = "reference/glossary"
book_notation = "reference/notation"
RECOGNISER = [
    "recogniser/network.js",
    "recogniser/preparation.js",
    "recogniser/recogniser.js",
]
book_widgets = {"recogniser": RECOGNISER, "drawing-pad": RECOGNISER}
book_chain = {
    "MNIST": "workshop/mnist",
    "Model": "workshop/model",
    "Assessment": "workshop/cross-entropy",
    "Training": "workshop/training",
    "Evaluation & visualisation": "workshop/evaluation",
    "Real-time use": "workshop/deployment",
}

# The data: one edition for the whole build, so that an offline machine waits for it only once.
fault = ""
book_inputs: list[str] = []
try:
    settings = mnist.read_settings(os.environ)
    if settings.edition != "sample":
        folder = settings.data or mnist.cache_folder(os.environ) / "mnist"
        book_inputs = [str(folder / file.name) for file in settings.files]
    book_edition: str = mnist.edition()
    book_edition_line = mnist.describe(mnist.load())
except BookError as error:
    book_edition, book_edition_line, fault = "", "", str(error)
os.environ["ANNBOOK_EDITION"] = book_edition
# What the pages train and log is kept with the build, unless the user names another place.
os.environ.setdefault("ANNBOOK_MODELS", str(ROOT / "_build" / "models"))
os.environ.setdefault("ANNBOOK_LOGS", str(ROOT / "_build" / "logs"))

# Execution: see CONTRIBUTING.md, "How a page runs".
# The pages run the code that stands here, wherever the package may be installed.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])
)
book_kernels = str(ROOT / "_build" / "ipython")
os.environ.update(kernel.kernel_environment(Path(book_kernels)))
book_outputs = str(ROOT / "_build" / "outputs")
book_package = "annbook"
book_facts = {"annbook.mnist": book_edition}
# What makes pages of the outputs: a change reads all pages again, and runs nothing.
book_fingerprint = fingerprint.of_files(ROOT, ROOT.glob("src/bookbuild/*.py"))
nb_execution_mode = "off"  # the pages have run before myst-nb reads them
nb_execution_timeout = 300
nb_merge_streams = True
nb_render_markdown_format = "myst"  # a cell's own table is a table
nb_output_stderr = "error"

myst_enable_extensions = [
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
]
myst_heading_anchors = 0  # a label is a promise: each is written out
numfig = True
bibtex_bibfiles = ["book/references.bib"]
# The reference page needs none of these.
autodoc_mock_imports = ["tensorboard", "tensorflow", "tqdm"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_use_ivar = True
togglebutton_hint = "Show"
togglebutton_hint_hide = "Hide"

html_theme = "sphinx_book_theme"
html_title = project
html_math_renderer = "mathml"
# Without it the theme complains in the console.
html_context = {"default_mode": "auto"}
html_favicon = "book/_static/brand/logo.svg"
html_static_path = ["book/_static"]
html_css_files = ["icons.css", "book.css", "access.css", "links.css"]
html_js_files = ["access.js", "links.js"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "back_to_top_button": False,  # no script of the theme ever shows it
    "navbar_persistent": [],  # the sidebar has the search
    # The first page is wide, and short enough.
    "secondary_sidebar_items": {"**": ["page-toc.html"], "index": []},
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,  # F11 does it everywhere
    "footer_content_items": ["copyright.html", "revision.html"],
}


def setup(app: Sphinx) -> None:
    """End where the data is no good; else give the recogniser the models of this build."""
    if fault:
        # One line that helps: a ConfigError would drown in Sphinx's own report.
        sys.exit(fault)
    app.connect("build-finished", export_models)


def export_models(app: Sphinx, exception: Exception | None) -> None:
    """Put the trained models beside the pages, where a page's recogniser loads them."""
    pages = app.env.metadata.values()
    used = any(
        {"recogniser", "drawing-pad", "guessing-game"}
        & {*page.get("widgets", [])}
        for page in pages
    )
    folder = Path(app.outdir, "_static", "models")
    if exception or not used or web.is_current(folder):
        return
    # In a process of its own: this one has a stand-in for TensorFlow (autodoc_mock_imports).
    command = [sys.executable, "-m", "annbook.web", str(folder)]
    if subprocess.run(command, check=False).returncode:
        sys.exit(1)  # it has said why
