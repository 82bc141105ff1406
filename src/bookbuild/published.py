"""Where the book and its sources are published, once they are.

``book_address`` is the address of the site's first page, ``book_repository`` that of its sources.
Both are empty until then, and nothing links there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinx.errors import ConfigError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def complete(_app: Sphinx, config: Config) -> None:
    """Check both addresses, and end them the same way: the site's with a slash, the other without.

    Raises
    ------
    ConfigError
        Where one is not an address on the web.
    """
    for name, end in {"book_address": "/", "book_repository": ""}.items():
        address = config[name]
        if address and not address.startswith("https://"):
            raise ConfigError(
                f"{name} starts with https://, or is empty: {address}"
            )
        config[name] = address.rstrip("/") + end if address else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the two addresses."""
    app.add_config_value("book_address", "", "html", str)
    app.add_config_value("book_repository", "", "html", str)
    app.connect("config-inited", complete, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
