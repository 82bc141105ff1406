"""A browser, small books to show it, and what no page may do in it.

Every page that a test opens is watched: an error or warning in the console, a failed or foreign
request, or a breach of the content security policy fails the test.
"""

from __future__ import annotations

import http.server
import io
import json
import os
import re
import shutil
import threading
import warnings
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from conftest import ROOT
from myst_nb.core.read import read_myst_markdown_notebook
from playwright.sync_api import sync_playwright
from sphinx.application import Sphinx
from sphinx.util.console import strip_colors
from sphinx.util.docutils import docutils_namespace, patch_docutils

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parent / "vendor" / "axe.min.js"

PLACE = "/some/where/book"
"""Where a site is served: no page may count on lying at the top of its host."""


# --- The browser ------------------------------------------------------------------------


def find_browser(own: str) -> str | None:
    """Return the system's Chromium, or Playwright's own, or None."""
    found = (shutil.which(name) for name in NAMES)
    return next(filter(None, found), own if Path(own).exists() else None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium; without one, skip the tests, but fail them in CI."""
    with sync_playwright() as playwright:
        path = find_browser(playwright.chromium.executable_path)
        if path is None:
            names = ", ".join(NAMES)
            reason = f"there is no {names}, nor Playwright's own Chromium"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        # Chromium has no sandbox for root, who runs the tests in most containers.
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        arguments = [*QUIET, *(["--no-sandbox"] if is_root else [])]
        browser = playwright.chromium.launch(
            executable_path=path, args=arguments
        )
        yield browser
        browser.close()


# --- A site to look at --------------------------------------------------------------------


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files below a path, as a static host does: with no header of ours."""

    def do_GET(self) -> None:
        """Serve a file; the icon that a browser asks for unbidden is none."""
        if self.path == "/favicon.ico":
            self.send_response(http.HTTPStatus.NO_CONTENT)
            self.end_headers()
        elif not self.path.startswith(f"{PLACE}/"):
            self.send_error(http.HTTPStatus.NOT_FOUND)
        else:
            self.path = self.path.removeprefix(PLACE)
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests have their own report."""


@dataclass(frozen=True)
class Site:
    """A built book, as files and behind an address."""

    folder: Path
    address: str

    def url(self, page: str) -> str:
        """Return where a page is served."""
        return f"{self.address}/{page}.html"

    def file(self, page: str) -> str:
        """Return where a page lies on disk."""
        return (self.folder / f"{page}.html").as_uri()


def build(folder: Path, pages: Mapping[str, str], **more: object) -> Path:
    """Return the folder of a small book in the book's own look; no cell of it is run.

    Parameters
    ----------
    folder : Path
        To build in.
    pages : mapping of str to str
        Markdown, or a notebook as `page` makes one.
    **more : object
        Settings that the pages need.
    """
    source, site = folder / "source", folder / "html"
    source.mkdir(parents=True)
    index = "\n".join(["# A book", "", "```{toctree}", *pages, "```"])
    for name, text in {"index": index, **pages}.items():
        suffix = "ipynb" if text.startswith("{") else "md"
        (source / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    settings = {
        "extensions": ["myst_nb", "bookbuild"],
        "html_theme": "sphinx_book_theme",
        "html_context": {"default_mode": "auto"},
        "html_math_renderer": "mathml",
        "templates_path": [str(ROOT / "book" / "_templates")],
        "html_static_path": [str(ROOT / "book" / "_static")],
        "html_css_files": ["icons.css", "book.css", "access.css", "links.css"],
        "html_js_files": ["access.js", "links.js"],
        "html_theme_options": {
            "use_download_button": False,
            "use_fullscreen_button": False,
        },
        "html_copy_source": False,
        "myst_enable_extensions": ["colon_fence", "dollarmath"],
        "nb_execution_mode": "off",
        "nitpicky": True,
    }
    said = io.StringIO()
    with (
        patch_docutils(source),
        docutils_namespace(),
        warnings.catch_warnings(),
    ):
        # The theme still uses what a later Sphinx will drop.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        Sphinx(
            source,
            None,
            site,
            folder / "doctrees",
            "html",
            confoverrides=settings | more,
            status=None,
            warning=said,
        ).build()
    assert strip_colors(said.getvalue()) == ""
    return site


def page(text: str, glued: Mapping[str, object]) -> str:
    """Return a notebook of one text, with values as if its cells had glued them."""
    kind = "application/papermill.record/text/plain"
    outputs = [
        nbformat.v4.new_output(
            "display_data",
            data={kind: repr(value)},
            metadata={
                "scrapbook": {
                    "name": name,
                    "mime_prefix": "application/papermill.record/",
                }
            },
        )
        for name, value in glued.items()
    ]
    cell = nbformat.v4.new_code_cell(
        "", outputs=outputs, metadata={"tags": ["remove-cell"]}
    )
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(text), cell],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python"}},
    )
    return nbformat.writes(notebook)


def lesson(*names: str) -> str:
    """Return a notebook of some lessons' widgets, with the values that their cells glue.

    The cells are run here and now, without a kernel: this is for lessons that train nothing.
    """
    texts = [
        (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
        for name in names
    ]
    glued = {
        name: value for text in texts for name, value in glued_by(text).items()
    }
    return page("\n\n".join(["# Try it", *map(widgets, texts)]), glued)


def widgets(text: str) -> str:
    """Return the widgets of a lesson's text."""
    found = re.findall(
        r"^:::\{widget\}.*?^:::$", text, re.MULTILINE | re.DOTALL
    )
    # The figures that they point at are not there, only their names.
    return re.sub(r"\{numref\}`([^`]*)`", r"\1", "\n\n".join(found))


def glued_by(text: str) -> dict[str, object]:
    """Return what the cells of a page glue."""
    import myst_nb

    glued: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            myst_nb,
            "glue",
            lambda name, value, **_: glued.update({name: value}),
        )
        scope: dict[str, object] = {}
        for cell in read_myst_markdown_notebook(text).cells:
            if cell.cell_type == "code":
                exec(cell.source, scope)
    return glued


@pytest.fixture(scope="package")
def serve() -> Iterator[Callable[[Path], Site]]:
    """Return a function that serves a built book on this machine alone."""
    servers = []

    def start(folder: Path) -> Site:
        handler = partial(Handler, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}{PLACE}"
        return Site(folder, address)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="package")
def make_site(
    serve: Callable[[Path], Site], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Site]:
    """Return a function that builds a small book of such pages, and serves it."""

    def make(pages: Mapping[str, str], **more: object) -> Site:
        return serve(build(tmp_path_factory.mktemp("site"), pages, **more))

    return make


@pytest.fixture(scope="package")
def book(serve: Callable[[Path], Site]) -> Site:
    """Serve the book itself; where it is not built, skip the tests, but fail them in CI."""
    built = ROOT / "_build" / "html"
    if not (built / "index.html").exists():
        reason = "the book is not built: run nox -s book first"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return serve(built)


# --- A watched page -----------------------------------------------------------------------


@dataclass
class Watch:
    """What went wrong in a context's pages."""

    home: str
    is_scripted: bool
    faults: list[str] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        """Begin to watch."""
        context.on("console", self.console)
        context.on("weberror", lambda error: self.add("error", error.error))
        context.on("request", self.request)
        context.on("requestfailed", self.failed)
        context.on("response", self.response)

    def add(self, kind: str, what: object) -> None:
        self.faults.append(f"{kind}: {what}")

    def console(self, message: Any) -> None:
        # A breach of the policy is an error in the console, too.
        if message.type in ("error", "warning"):
            self.add(f"console {message.type}", message.text)

    def request(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.add("foreign request", request.url)

    def failed(self, request: Any) -> None:
        # A page that is left gives up what it was still waiting for.
        if request.failure == "net::ERR_ABORTED":
            return
        # Where scripts are off, the theme asks for some in vain.
        if self.is_scripted or request.resource_type != "script":
            self.add("failed request", request.url)

    def response(self, response: Any) -> None:
        if response.status >= 400:
            self.add(f"status {response.status}", response.url)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address in a watched page of its own.

    Its options are those of a browser context, such as ``color_scheme="dark"``.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_page(url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        home = url[: url.index("/", len("https://"))]
        watch = Watch(home, options.get("java_script_enabled", True))
        watch.attach(context)
        opened.append((context, watch))
        page = context.new_page()
        page.goto(url)
        return page

    yield open_page
    for context, _ in opened:
        context.close()
    faults = [fault for _, watch in opened for fault in watch.faults]
    assert not faults, "\n".join(faults)


# --- What tests do with a page ------------------------------------------------------------


def begin(page: Page, name: str) -> Locator:
    """Scroll to a widget and return it when it has started."""
    widget = page.locator(f'section.widget[data-widget="{name}"]')
    widget.scroll_into_view_if_needed()
    page.wait_for_selector(f'[data-widget="{name}"][data-started]')
    return widget


def call(page: Page, function: str, *arguments: object) -> Any:
    """Return what a function of ``annbook`` in the page gives, such as ``predictor.predict``."""
    script = """([path, values]) =>
        path.split(".").reduce((at, name) => at[name], annbook)(...values)"""
    return page.evaluate(script, [function, list(arguments)])


def axe(page: Page, selector: str) -> list[str]:
    """Return the accessibility faults that axe-core finds in a part of a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Without "preload" it asks for no style sheet again, which the policy would forbid.
    found = page.evaluate(
        "selector => axe.run(selector, { preload: false })", selector
    )
    return [
        f"{fault['id']}: {node['html']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def overflows(page: Page, selector: str) -> list[str]:
    """Return what sticks out of an element, and the page itself where it is too wide."""
    return page.evaluate(
        """selector => {
            const root = document.querySelector(selector);
            const { right } = root.getBoundingClientRect();
            const out = [...root.querySelectorAll("*")].filter((each) => {
                const box = each.getBoundingClientRect();
                return box.width > 1 && box.right > right + 0.5 && !each.closest("[tabindex]");
            });
            const wide = document.documentElement.scrollWidth - innerWidth;
            return [...out.map((each) => each.outerHTML.slice(0, 120)),
                    ...(wide > 0 ? [`the page is ${wide} px too wide`] : [])];
        }""",
        selector,
    )


def contrast(page: Page, selector: str, background: str, name: str) -> float:
    """Return the contrast of a colour of an element (``fill``, ``color``) on another's ground."""
    colours = page.evaluate(
        """([selector, background, name]) => [
            getComputedStyle(document.querySelector(selector))[name],
            getComputedStyle(document.querySelector(background)).backgroundColor,
        ]""",
        [selector, background, name],
    )
    light, dark = sorted(map(luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``rgb(r, g, b)``, as WCAG defines it."""
    parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def settings(widget: Locator) -> dict[str, Any]:
    """Return the values that a widget was given by its page."""
    return json.loads(widget.get_attribute("data-settings"))
