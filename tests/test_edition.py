"""The sample edition is told on every page it concerns, and on no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

INDEX = """\
# Book

(setup-data)=
## Get the data

```{toctree}
train
```
"""


def page(front: str) -> str:
    return f"---\n{front}\n---\n\n(train)=\n# Train\n\nIt learns.\n"


def test_a_page_that_uses_mnist_says_so_under_its_title_and_links_the_way_out(
    render: Render,
) -> None:
    built = render(
        INDEX, {"train.md": page("data: mnist")}, book_edition="sample"
    )
    assert built.warnings == ""
    train = built.page("train")
    notice = train.h1.find_next_sibling()
    assert {"admonition", "warning", "sample-edition"} <= set(notice["class"])
    assert "5,000 digits" in notice.text
    assert notice.a.text == "How to get the full edition"
    name, anchor = notice.a["href"].split("#")
    assert name == "index.html"
    assert built.page("index").find(id=anchor) is not None
    assert built.page("index").select(".sample-edition") == []


@pytest.mark.parametrize(
    ("front", "edition"),
    [
        ("data: mnist", "full"),
        ("data: none", "sample"),
        ("minutes: 5", "sample"),
    ],
)
def test_there_is_no_notice_with(
    render: Render, front: str, edition: str
) -> None:
    built = render(INDEX, {"train.md": page(front)}, book_edition=edition)
    assert built.warnings == ""
    assert built.page("train").select(".sample-edition") == []


def test_a_notice_whose_link_leads_nowhere_fails_the_build(
    render: Render,
) -> None:
    index = INDEX.replace("(setup-data)=\n", "")
    built = render(
        index, {"train.md": page("data: mnist")}, book_edition="sample"
    )
    assert "undefined label: 'setup-data'" in built.warnings
