"""Templates are compiled once, and anew where they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.testing.util import SphinxTestApp

if TYPE_CHECKING:
    from pathlib import Path


def build(folder: Path, word: str) -> SphinxTestApp:
    """Build a small book whose pages end with a word of its own template."""
    source = folder / "source"
    (source / "_templates").mkdir(parents=True, exist_ok=True)
    (source / "conf.py").touch()
    (source / "index.md").write_text("# A book\n", encoding="utf-8")
    layout = f"{{% extends '!layout.html' %}}{{% block footer %}}{word}{{% endblock %}}"
    (source / "_templates" / "layout.html").write_text(layout, encoding="utf-8")
    app = SphinxTestApp(
        srcdir=source,
        builddir=folder / "build",
        freshenv=True,
        confoverrides={
            "extensions": ["myst_nb", "bookbuild"],
            "html_theme": "basic",
            "nb_execution_mode": "off",
            "templates_path": ["_templates"],
        },
    )
    app.build(force_all=True)
    app.cleanup()
    return app


def test_a_template_is_compiled_once_and_anew_where_it_changes(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "build" / "doctrees" / "templates"
    for word in ("first", "second"):
        app = build(tmp_path, word)
        assert word in (app.outdir / "index.html").read_text(encoding="utf-8")
    times = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    assert len(times) > 1
    build(tmp_path, "second")
    assert {path: path.stat().st_mtime_ns for path in kept.iterdir()} == times
