"""Running the pages before Sphinx reads them: those whose outputs are not kept, the longest first.

Each page has a key of all that its outputs depend on (`fingerprint`). Where no outputs are kept
under it (`outputs`), the page's cells run in a kernel of their own (`kernel`), as many pages side
by side as Sphinx has workers. Reading a page then only puts the outputs into its cells.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myst_nb.core.read import (
    is_myst_markdown_notebook,
    read_myst_markdown_notebook,
)
from myst_nb.sphinx_ import NbMetadataCollector
from nbformat import NotebookNode, from_dict
from sphinx.util import logging

from bookbuild import fingerprint, kernel
from bookbuild.failure import BuildError, PageError, describe, line_in_page
from bookbuild.footprint import Footprint
from bookbuild.outputs import Memo, Store, read_checked, writing
from bookbuild.schedule import every, in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docutils import nodes
    from myst_parser.config.main import MdParserConfig
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)

PATIENCE = 20.0
"""After so many seconds a page that runs says where it is."""

FEW = 3
"""Where not more pages are read, one process reads and writes: to start others takes longer."""


class EditedError(BuildError):
    """Code that cannot be read, or that changed while pages ran."""


@dataclass(frozen=True)
class Page:
    """A page with cells, as it is when the build starts."""

    name: str
    path: Path
    text: str
    cells: fingerprint.Cells
    key: str
    """Of all that its outputs depend on."""


class Sources:
    """The files that a build is made of, each looked at once."""

    def __init__(self, config: Config, memo: Memo) -> None:
        self._config, self._memo = config, memo
        self._surroundings = fingerprint.surroundings()
        # What was found out by other rules must be found out anew.
        self._rules = Path(fingerprint.__file__).read_bytes()

    def read_package(self) -> fingerprint.Package:
        """Return the package that the pages use, as its files are now.

        Raises
        ------
        EditedError
            Where one of its modules is no Python.
        """
        name = self._config.book_package
        files = fingerprint.files_of(Path(self._config.book_source, name))
        contents = fingerprint.read_contents(files)
        parts = [part for pair in contents.items() for part in pair]
        key = fingerprint.digest(self._rules, *parts)
        try:
            needs = self._memo.recall(
                key, lambda: fingerprint.read_needs(name, files)
            )
        except SyntaxError as error:
            raise EditedError(
                f"{error.filename}:{error.lineno}: {error.msg}"
            ) from None
        return fingerprint.Package(name, contents, needs)

    @cached_property
    def package(self) -> fingerprint.Package:
        """The package as it was when the build started."""
        return self.read_package()

    def find_page(
        self, name: str, path: Path, config: MdParserConfig
    ) -> Page | None:
        """Return a page, or None where it has no cells."""
        text = path.read_text(encoding="utf-8")
        package = self._config.book_package

        def find() -> dict[str, Any] | None:
            if not is_myst_markdown_notebook(text):
                return None
            notebook = read_notebook(text, path, config)
            return asdict(fingerprint.read_cells(notebook, package))

        key = fingerprint.digest(self._rules, package, text)
        found = self._memo.recall(key, find)
        if not found or not found["count"]:
            return None
        cells = fingerprint.Cells(**found)
        return Page(
            name, path, text, cells, self.key(name, cells, self.package)
        )

    def key(
        self, page: str, cells: fingerprint.Cells, package: fingerprint.Package
    ) -> str:
        """Return the key of a page's outputs."""
        facts = self._config.book_facts
        return fingerprint.page_key(
            page, cells, package, facts, self._surroundings
        )

    def is_edited(self, page: Page) -> bool:
        """Return whether what a page runs is no longer what it was when the build started."""
        return self.key(page.name, page.cells, self.read_package()) != page.key

    def size(self, page: Page) -> int:
        """Return how many modules and cells a page runs."""
        return len(self.package.used_by(page.cells)) + page.cells.count


def read_notebook(
    text: str, path: Path, config: MdParserConfig
) -> NotebookNode:
    """Return a page's cells as myst-nb reads them."""
    return read_myst_markdown_notebook(
        text, config=config, add_source_map=True, path=path
    )


def read_kept(page: Page, outputs: Path) -> dict[str, Any]:
    """Return the outputs of a page that has run.

    Raises
    ------
    EditedError
        Where they were damaged or removed since.
    """
    kept: dict[str, Any] | None = read_checked(outputs)
    if kept is None:
        raise EditedError(
            f"the outputs of {page.path} in {outputs} changed while it was read: build again"
        )
    return kept


def read_with_outputs(
    text: str, *, page: Page, outputs: Path, config: MdParserConfig
) -> NotebookNode:
    """Return a page's cells with the outputs that are kept: so myst-nb reads a page that has run.

    Raises
    ------
    EditedError
        Where the page or its outputs are no longer what they were when the build started.
    """
    kept = read_kept(page, outputs)
    notebook = read_notebook(text, page.path, config)
    if fingerprint.cells_key(notebook) != page.cells.key:
        raise EditedError(f"{page.path} changed while it was read: build again")
    code = fingerprint.code_cells(notebook)
    for cell, put_out in zip(code, kept["cells"], strict=True):
        cell.execution_count = put_out["count"]
        cell.outputs = from_dict(put_out["outputs"])
    notebook.metadata["language_info"] = from_dict(kept["language_info"])
    return notebook


class Engine:
    """What one build knows of its pages with cells."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.ran: list[str] = []
        self._store: Store
        self._sources: Sources
        self._words: dict[str, str] = {}
        self._settings = 0

    def find_outdated(
        self, app: Sphinx, env: BuildEnvironment, *_: object
    ) -> list[str]:
        """Return the pages whose words or outputs are others than those that were read last.

        Sphinx compares times, and misses an edit where the clock was set back.
        """
        if not app.config.book_outputs:
            return []
        folder = Path(app.config.book_outputs)
        memo = Memo(folder / "findings.json")
        self._store, self._sources = Store(folder), Sources(app.config, memo)
        config = env.myst_config  # type: ignore[attr-defined]
        for name in env.found_docs:
            path = Path(env.doc2path(name))
            self._words[name] = fingerprint.digest(path.read_bytes())
            if page := self._sources.find_page(name, path, config):
                self.pages[name] = page
        memo.save()
        known = getattr(env, "book_states", {})
        return [
            name
            for name in env.found_docs
            if known.get(name) != self._state(env, name)
        ]

    def execute(
        self, app: Sphinx, _env: BuildEnvironment, docnames: Sequence[str]
    ) -> None:
        """Run those of the pages to be read whose outputs are not kept.

        Raises
        ------
        PageError
            Where a cell does not come to its end.
        EditedError
            Where code was edited while it ran: nobody knows what the outputs come from.
        """
        pages = [self.pages[name] for name in docnames if name in self.pages]
        missing = [
            page for page in pages if not self._store.holds(page.name, page.key)
        ]
        missing.sort(key=self._expected_seconds, reverse=True)
        if missing:
            logger.info("running the cells of %d pages", len(missing))

            async def run(page: Page) -> None:
                await self._run(app, page, len(missing))

            try:
                asyncio.run(in_turn(missing, max(1, app.parallel), run))
            finally:
                self._store.remember()
        if pages:
            self._store.note_use({page.name: page.key for page in pages})
        app.emit("book-pages-ran", self.ran)
        if 0 < len(docnames) <= FEW:
            app.parallel = 1

    async def _run(self, app: Sphinx, page: Page, pages: int) -> None:
        notebook = read_notebook(page.text, page.path, app.env.myst_config)  # type: ignore[attr-defined]
        at, start = 0, time.monotonic()
        footprint = Footprint(app.config.book_memory)
        settings = self._prepare(app)

        def at_cell(place: int) -> None:
            nonlocal at
            at = place
            if notebook.cells[place].cell_type == "code":
                logger.verbose("%s: %s", page.name, where())

        def where() -> str:
            number = code_number(notebook, at)
            return f"cell {number} of {page.cells.count}, {time.monotonic() - start:.0f} s"

        try:
            async with (
                every(
                    PATIENCE,
                    lambda: logger.info("  ... %s: %s", page.name, where()),
                ),
                footprint.watched(),
            ):
                await kernel.run(
                    notebook,
                    page.path.parent,
                    app.config.nb_execution_timeout,
                    footprint.begin,
                    at_cell,
                )
        except kernel.CellError as error:
            if footprint.exceeded:
                reason = f"took more than {footprint.limit:g} GB of memory"
                error = kernel.CellError(error.cell, reason)
            raise PageError(explain(page, notebook, error)) from None
        if self._prepare(app) != settings or self._sources.is_edited(page):
            raise EditedError(
                f"what {page.path} runs was edited while it ran: build again"
            )
        seconds = time.monotonic() - start
        self._store.keep(page.name, page.key, outputs_of(notebook, seconds))
        self.ran.append(page.name)
        logger.info(
            "  [%d/%d] %s: %.1f s", len(self.ran), pages, page.name, seconds
        )

    def _prepare(self, app: Sphinx) -> int:
        """Write the kernels' settings where they are missing, and return how often they were.

        Whoever clears the folder away while pages run has them run with others.
        """
        folder = Path(app.config.book_kernels)
        with writing(folder):
            self._settings += kernel.write_settings(folder)
        return self._settings

    def _expected_seconds(self, page: Page) -> tuple[bool, float]:
        """Return how long a page took when it last ran; pages that never ran come before."""
        known = self._store.seconds.get(page.name)
        if known is None:
            return True, self._sources.size(page)
        return False, known

    def hand_over(self, app: Sphinx, docname: str, _content: object) -> None:
        """Have myst-nb read a page's cells together with their outputs."""
        if not app.config.book_outputs:
            return
        env, formats, page = app.env, {}, self.pages.get(docname)
        if page:
            settings = {
                "page": page,
                "outputs": self._store.path(page.name, page.key),
                "config": env.myst_config,  # type: ignore[attr-defined]
            }
            reader = f"{__name__}.{read_with_outputs.__name__}"
            formats = {".md": (reader, settings, False)}
        config = env.mystnb_config  # type: ignore[attr-defined]
        env.mystnb_config = config.copy(custom_formats=formats)  # type: ignore[attr-defined]

    def note_execution(self, app: Sphinx, _doctree: nodes.document) -> None:
        """Tell myst-nb of a page with cells when they ran, and how long they took."""
        page = self.pages.get(app.env.docname)
        if page:
            kept = read_kept(page, self._store.path(page.name, page.key))
            facts = {
                "mtime": kept["finished"],
                "runtime": kept["seconds"],
                "method": "cache",
                "succeeded": True,
                "error": None,
                "traceback": None,
            }
            NbMetadataCollector.set_exec_data(app.env, page.name, facts)

    def note_states(self, app: Sphinx, env: BuildEnvironment) -> None:
        """Remember what each page was read from."""
        if app.config.book_outputs:
            config = env.mystnb_config  # type: ignore[attr-defined]
            env.mystnb_config = config.copy(custom_formats={})  # type: ignore[attr-defined]
            env.book_states = {  # type: ignore[attr-defined]
                name: self._state(env, name) for name in env.found_docs
            }

    def _state(self, env: BuildEnvironment, name: str) -> str:
        """Return a key of a page's words, its outputs, and the files that it shows."""
        page = self.pages.get(name)
        parts: list[str | bytes] = [self._words[name], page.key if page else ""]
        for each in sorted(map(str, env.dependencies.get(name, ()))):
            file = Path(env.srcdir, each)
            parts.append(file.read_bytes() if file.is_file() else "")
        return fingerprint.digest(*parts)


def code_number(notebook: NotebookNode, place: int) -> int:
    """Return which code cell, from 1, is the cell at a place, from 0."""
    return sum(cell.cell_type == "code" for cell in notebook.cells[: place + 1])


def outputs_of(notebook: NotebookNode, seconds: float) -> dict[str, Any]:
    """Return what is kept of a notebook that has run."""
    return {
        "seconds": seconds,
        "finished": time.time(),
        "language_info": notebook.metadata["language_info"],
        "cells": [
            {"count": cell.execution_count, "outputs": joined(cell.outputs)}
            for cell in fingerprint.code_cells(notebook)
        ],
    }


def joined(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return outputs in which what was printed without a break is one text.

    Jupyter sends on what has been printed so far every now and then, be it in the middle of a
    line, and myst-nb would begin a new line there.
    """
    whole: list[NotebookNode] = []
    for output in outputs:
        name = output.get("name")
        if name and whole and whole[-1].get("name") == name:
            text = whole[-1]["text"] + output["text"]
            whole[-1] = NotebookNode(whole[-1] | {"text": text})
        else:
            whole.append(output)
    return whole


def explain(page: Page, notebook: NotebookNode, error: kernel.CellError) -> str:
    """Return all that is to be said of a cell that did not come to its end."""
    cell = notebook.cells[error.cell]
    start = notebook.metadata["source_map"][error.cell]
    return describe(
        page.name,
        Path(os.path.relpath(page.path)),
        code_number(notebook, error.cell),
        (cell.source, line_in_page(page.text, cell.source, start)),
        (error.reason, error.traceback),
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the pages' execution and its settings; without ``book_outputs`` no cell runs.

    ``book_outputs`` is the folder where outputs are kept, ``book_package`` the package whose
    modules the pages use, ``book_facts`` what a module's results depend on beside its code.
    ``book_kernels`` is the folder of the kernels' settings, ``book_memory`` the gigabytes that a
    page may take.
    When ``book_fingerprint`` changes, every page is read again.
    """
    app.add_config_value("book_fingerprint", "", "env", str)
    app.add_config_value("book_outputs", "", "", str)
    app.add_config_value("book_package", "", "", str)
    app.add_config_value("book_facts", {}, "", dict)
    app.add_config_value("book_kernels", "", "", str)
    app.add_config_value("book_memory", 4, "", [int, float])
    app.add_event("book-pages-ran")
    engine = Engine()
    app.connect("env-get-outdated", engine.find_outdated)
    app.connect("env-before-read-docs", engine.execute)
    app.connect("source-read", engine.hand_over)
    app.connect("doctree-read", engine.note_execution)
    app.connect("env-updated", engine.note_states)
    return {"parallel_read_safe": True}
