"""What the site needs beyond Sphinx and its extensions: one module for each need.

It never imports the lessons' package: ``conf.py`` hands over what it must know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookbuild import (
    access,
    addresslist,
    anchors,
    chain,
    claims,
    descriptions,
    download,
    edition,
    execution,
    failure,
    images,
    lean,
    lesson,
    licences,
    listing,
    llms,
    mathml,
    moved,
    navigation,
    plan,
    policy,
    published,
    question,
    report,
    revision,
    search,
    source,
    terms,
    widget,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part with Sphinx; all of them are safe in parallel."""
    for part in (
        access,
        addresslist,
        anchors,
        chain,
        claims,
        descriptions,
        download,
        edition,
        execution,
        failure,
        images,
        lean,
        lesson,
        licences,
        llms,
        listing,
        mathml,
        moved,
        navigation,
        policy,
        plan,
        published,
        question,
        report,
        revision,
        search,
        source,
        terms,
        widget,
    ):
        part.setup(app)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
