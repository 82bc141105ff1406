"""The role that holds a figure in the prose to the value that this build computed.

A page writes ``{claim}`0.0583 = change``` and glues ``change`` in a cell. The
reader sees 0.0583; the build fails where the value does not round to it.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

MINUS = "\N{MINUS SIGN}"
INFINITY = "∞"
# Digits, perhaps in groups of three set apart by commas or narrow spaces, perhaps a fraction.
FIGURE = re.compile(
    r"(?P<sign>[-\N{MINUS SIGN}+]?)"
    r"(?P<whole>\d{1,3}(?:[,\N{NARROW NO-BREAK SPACE}]\d{3})+|\d+)"
    r"(?P<fraction>\.\d+)?"
)
# A float carries about 16 digits: its last ones are noise, not a wrong figure.
FLOAT_NOISE = Decimal("1e-12")


class ClaimError(ValueError):
    """A claim that is malformed, or that does not hold."""


def read_figure(printed: str) -> Decimal:
    """Return the number that a printed figure stands for.

    Parameters
    ----------
    printed : str
        As the reader sees it: ``0.35``, ``−7.863``, ``60,000``, ``∞``.

    Raises
    ------
    ClaimError
        Where it is not a figure.
    """
    if printed in (INFINITY, MINUS + INFINITY, "-" + INFINITY):
        return Decimal("Infinity" if printed == INFINITY else "-Infinity")
    match = FIGURE.fullmatch(printed)
    if match is None:
        raise ClaimError(f"{printed!r} is not a figure")
    sign = "-" if match["sign"] in (MINUS, "-") else ""
    whole = re.sub(r"\D", "", match["whole"])
    return Decimal(f"{sign}{whole}{match['fraction'] or ''}")


def read_value(text: str) -> Decimal:
    """Return the number in a glued value's plain text.

    Raises
    ------
    ClaimError
        Where it is not a number, as for ``np.float64(0.35)``.
    """
    try:
        return Decimal(text)
    except InvalidOperation:
        advice = "glue a plain int or float, as in glue('name', float(x))"
        raise ClaimError(
            f"the glued value {text} is not a number: {advice}"
        ) from None


def check(printed: str, value: str) -> None:
    """Do nothing where ``value`` rounds to ``printed`` at the precision printed.

    A value half-way between two figures rounds to either.

    Raises
    ------
    ClaimError
        Where it rounds to another figure, or either is not a number.
    """
    figure, computed = read_figure(printed), read_value(value)
    if computed.is_nan() or figure.is_infinite() or computed.is_infinite():
        holds = not computed.is_nan() and figure == computed
    else:
        last_digit = Decimal(1).scaleb(int(figure.as_tuple().exponent))
        noise = FLOAT_NOISE * max(abs(computed), last_digit)
        holds = abs(figure - computed) <= last_digit / 2 + noise
    if not holds:
        raise ClaimError(
            f"the page says {printed}, this build computed {value}"
        )


def split_claim(text: str) -> tuple[str, str]:
    """Return the printed figure and the glue key of ``figure = key``.

    Raises
    ------
    ClaimError
        Where one of the two is missing.
    """
    printed, equals, key = (part.strip() for part in text.partition("="))
    if not (printed and equals and key):
        raise ClaimError(f"{text!r} is not of the form 'figure = key'")
    return printed, key


def glued_text(document: nodes.document, key: str) -> str:
    """Return the plain text of what this page's cells glued as ``key``.

    Raises
    ------
    ClaimError
        Where no cell of the page glued it.
    """
    # The page's own values only: another page's would go stale without notice.
    renderer = document.get("nb_renderer")
    glued = renderer.renderer.nb_client.glue_data if renderer else {}
    if key not in glued:
        raise ClaimError(f"no cell of this page glues {key!r}")
    return str(glued[key]["data"].get("text/plain", ""))


class ClaimRole(SphinxRole):
    """The role itself: prints the figure, and warns where the claim fails."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the printed figure as text."""
        try:
            printed, key = split_claim(self.text)
            check(printed, glued_text(self.inliner.document, key))
        except ClaimError as error:
            location = self.get_location()
            logger.warning(
                "claim %r: %s",
                self.text,
                error,
                location=location,
                type="claim",
            )
            return [nodes.problematic(self.text, self.text)], []
        return [nodes.inline(printed, printed, classes=["claim"])], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role."""
    app.add_role("claim", ClaimRole())
    return {"parallel_read_safe": True}
