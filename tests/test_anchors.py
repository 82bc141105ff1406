"""What can be linked to on a page, and how long each section is."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from bookbuild.anchors import Anchor, count_words, read_anchors

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """\
(old-name)=
(name)=
# A page

two words

(part)=
## Exercises

```{figure} a.png
:name: fig-a

A caption
```

(question-a)=
:::{question} Is it?
- [x] yes

  It is.
:::

:::{question} And this, without a label?
- [x] yes

  It is.
:::

```{exercise} Alone
:label: exercise-a

Do it.
```

```{solution} exercise-a
Seven words that nobody has to read.
```
"""


@pytest.fixture(scope="module")
def anchors(tmp_path_factory: pytest.TempPathFactory) -> list[Anchor]:
    folder: Path = tmp_path_factory.mktemp("book")
    (folder / "index.md").write_text(PAGE, encoding="utf-8")
    (folder / "a.png").write_bytes(b"")
    settings = {
        "extensions": ["myst_nb", "sphinx_exercise", "bookbuild.question"],
        "myst_enable_extensions": ["colon_fence"],
        "nb_execution_mode": "off",
    }
    with (
        patch_docutils(folder),
        docutils_namespace(),
        warnings.catch_warnings(),
    ):
        # sphinx-exercise still uses what a later Sphinx will drop.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        app = Sphinx(
            folder, None, folder / "out", folder / "trees", "html",
            confoverrides=settings, status=None, warning=None,
        )  # fmt: skip
        app.build()
        return list(read_anchors(app.env.get_doctree("index")))


def test_every_part_with_a_label_is_an_anchor_in_its_order(
    anchors: list[Anchor],
) -> None:
    assert [each[:3] for each in anchors] == [
        ("page", "name", "A page"),
        ("section", "part", "Exercises"),
        ("figure", "fig-a", "A caption"),
        ("question", "question-a", "Is it?"),
        ("exercise", "exercise-a", "Alone"),
    ]


def test_solutions_take_no_time(anchors: list[Anchor]) -> None:
    words = {each.label: each.words for each in anchors}
    # The title, the texts, the caption, both questions, and the exercise with its own title.
    assert words["name"] == words["part"] + 2 + 2
    assert words["exercise-a"] == 4
    assert words["part"] < 30


def test_what_is_computed_takes_no_time() -> None:
    text = nodes.paragraph(text="three words here")
    output = nodes.container("", text.deepcopy(), classes=["cell_output"])
    assert count_words(nodes.container("", text, output)) == 3
