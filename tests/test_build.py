"""The book's promises, each kept or broken by a small book that is built for real."""

from __future__ import annotations

import os
import re
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest
from conftest import NOTEBOOK, Build, Checkout

pytestmark = pytest.mark.slow

GLUE = """\
```{{code-cell}}
:tags: [remove-cell]
from myst_nb import glue
glue("{0}", float({1}), display=False)
```
"""

FIGURE = """\
```{code-cell}
---
mystnb:
  figure:
    name: fig-line
    caption: A line.
  image:
    alt: A line that rises.
---
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([1, 2]);
```
"""

TWO_FIGURES = """\
```{code-cell}
for end in (3, 4):
    plt.figure()
    plt.plot([0, end])
```
"""

HIDDEN = """\
```{{code-cell}}
:tags: [remove-cell]
{0}
```
"""

ANSWER = """\
```{code-cell}
from annbook import answer
print("the answer is", answer.find())
```
"""

ENVIRONMENT = """\
```{code-cell}
import logging
import matplotlib, matplotlib.pyplot
from IPython import get_ipython
logging.getLogger("matplotlib.font_manager").warning("as at its first start")
print(matplotlib.get_backend(), matplotlib.rcParams["lines.linewidth"])
print(get_ipython().ast_node_interactivity, [name for name in globals() if "mine" in name])
```
"""

FORMULA = """\
$$ y = A x $$ (eq-line)

By {eq}`eq-line`, and {numref}`fig-line`.
"""

SAMPLE = NOTEBOOK.replace("---\n\n", "data: mnist\n---\n\n")

ANSWER_MODULE = "def find():\n    return {0}\n"

EVALUATION = f"""\
{SAMPLE}
# Evaluate

{GLUE.format("test_accuracy_percent", "100 * 7 / 8")}

It is right on {{claim}}`87.5 = test_accuracy_percent` % of the digits.
"""


def claiming(number: int) -> str:
    """Return a page whose claim is another than that of its neighbours."""
    key = f"third-{number}"
    claim = f"{{claim}}`{number / 3:.4f} = {key}`"
    return f"{NOTEBOOK}# Divide {number}\n\n{GLUE.format(key, f'{number} / 3')}\nIt is {claim}.\n"


BOOK = {
    "setup": "(setup-data)=\n# Get the data\n",
    "answer": f"{NOTEBOOK}# Answer\n\n{ANSWER}\n{HIDDEN.format('assert answer.find() > 40')}",
    "figure": f"{NOTEBOOK}# Draw\n\n{FIGURE}\n{FORMULA}\n{TWO_FIGURES}",
    "environment": f"{NOTEBOOK}# Ask the kernel\n\n{ENVIRONMENT}",
    "workshop/evaluation": EVALUATION,
    **{f"claim-{number}": claiming(number) for number in (1, 2, 4)},
}
"""A book that keeps every promise: seven pages with cells, so Sphinx reads them in parallel."""


def hostile(folder: Path) -> dict[str, str]:
    """Return variables of a user whose own settings would change every page."""
    profile = folder / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "mine.py").write_text(
        "mine_of_profile = 1\n", encoding="utf-8"
    )
    settings = "c.InteractiveShell.ast_node_interactivity = 'all'\n"
    (profile / "ipython_kernel_config.py").write_text(
        settings, encoding="utf-8"
    )
    startup, matplotlibrc = folder / "startup.py", folder / "matplotlibrc"
    startup.write_text("mine_of_python = 1\n", encoding="utf-8")
    matplotlibrc.write_text("lines.linewidth: 17\n", encoding="utf-8")
    return {
        "IPYTHONDIR": str(folder / "ipython"),
        "MATPLOTLIBRC": str(matplotlibrc),
        "MPLBACKEND": "agg",
        "PYTHONSTARTUP": str(startup),
    }


def failed(build: Build) -> bool:
    """Return whether a build failed in the way that a user and a CI job notice."""
    return build.code != 0 and "build succeeded" not in build.output


class Story(NamedTuple):
    """A checkout, and its builds one after the other."""

    checkout: Checkout
    cold: Build
    unchanged: Build
    prose: Build
    edited: Build
    edited_page: str
    reverted: Build
    reverted_page: str
    damaged: Build
    damaged_page: str
    images: tuple[set[str], set[str]]


def images(checkout: Checkout) -> set[str]:
    """Return the names of the drawn images, each its content's own digest."""
    return {path.name for path in checkout.root.glob("_build/html/_images/*")}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Build the good book cold, and again after each kind of edit."""
    checkout = Checkout(tmp_path_factory.mktemp("story"))
    checkout.write("src/annbook/answer.py", ANSWER_MODULE.format(42))
    checkout.write_pages(BOOK)
    cold = checkout.build(**hostile(tmp_path_factory.mktemp("user")))
    assert cold.code == 0, cold.warnings
    first_images = images(checkout)
    unchanged = checkout.build()
    checkout.write("book/figure.md", BOOK["figure"] + "\nOne sentence more.\n")
    # As where the clock was set back.
    os.utime(checkout.root / "book" / "figure.md", (1e9, 1e9))
    prose = checkout.build()
    checkout.write("src/annbook/answer.py", ANSWER_MODULE.format(43))
    edited = checkout.build()
    edited_page = checkout.page("answer").text
    checkout.write("src/annbook/answer.py", ANSWER_MODULE.format(42))
    reverted = checkout.build()
    reverted_page = checkout.page("answer").text
    for path in checkout.root.glob("_build/outputs/answer/*.json"):
        path.write_bytes(path.read_bytes().replace(b"42", b"41"))
    checkout.write("book/answer.md", BOOK["answer"] + "\nRead me again.\n")
    damaged = checkout.build()
    return Story(
        checkout,
        cold,
        unchanged,
        prose,
        edited,
        edited_page,
        reverted,
        reverted_page,
        damaged,
        checkout.page("answer").text,
        (first_images, images(checkout)),
    )


def ran(build: Build) -> tuple[int, int]:
    """Return how many cells, on how many pages, a build says that it ran."""
    cells, pages = re.match(
        r"(\d+) \(on (\d+) pages", build.line("Cells run")
    ).groups()
    return int(cells), int(pages)


def test_a_cold_build_shows_each_page_that_it_runs(story: Story) -> None:
    assert story.cold.warnings == ""
    assert story.cold.code == 0
    shown = re.findall(
        r"^  \[(\d)/7\] ([\w/-]+): \d+\.\d s$", story.cold.output, re.MULTILINE
    )
    assert [int(number) for number, _ in shown] == [*range(1, 8)]
    assert {page for _, page in shown} == BOOK.keys() - {"setup"}


def test_the_closing_lines_say_what_was_built(story: Story) -> None:
    assert story.cold.line("Pages") == "10"
    assert ran(story.cold) == (9, 7)
    assert story.cold.line("Figures") == "3"
    assert float(story.cold.line("Seconds")) > 0
    assert story.cold.line("Edition").startswith(
        "sample (4,000 digits to train on, 1,000 to test"
    )
    assert story.cold.line("Test accuracy") == "87.50 %"
    index = story.checkout.root / "_build" / "html" / "index.html"
    assert story.cold.line("Open") == index.as_uri()


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_claim_that_holds_is_read_as_a_figure(
    story: Story, number: int
) -> None:
    assert (
        f"It is {number / 3:.4f}."
        in story.checkout.page(f"claim-{number}").text
    )


def test_a_figure_appears_though_the_environment_asks_for_another_backend(
    story: Story,
) -> None:
    figure = story.checkout.page("figure").select_one("figure#fig-line")
    assert figure.img["src"].endswith(".svg")
    assert figure.img["alt"] == "A line that rises."
    assert figure.figcaption.p.text.startswith("Fig. 1 A line.")
    assert len(story.checkout.page("figure").select("div.cell_output img")) == 3


def test_a_users_own_settings_do_not_reach_the_kernel(story: Story) -> None:
    output = (
        story.checkout.page("environment").select_one("div.cell_output").text
    )
    backend, linewidth, interactivity, *names = output.split()
    assert backend in ("inline", "module://matplotlib_inline.backend_inline")
    assert float(linewidth) == 1.5
    assert interactivity == "last_expr"
    assert names == ["[]"]


def test_the_same_figures_are_drawn_by_every_build_whoever_the_user(
    story: Story,
) -> None:
    first, last = story.images
    assert len(first) == 3
    assert last == first


def test_the_sample_edition_is_told_where_mnist_is_used_and_only_there(
    story: Story,
) -> None:
    notice = story.checkout.page("workshop/evaluation").select_one(
        ".sample-edition"
    )
    assert notice.a["href"] == "../setup.html#setup-data"
    assert story.checkout.page("setup").find(id="setup-data") is not None
    for name in BOOK.keys() - {"workshop/evaluation"}:
        assert story.checkout.page(name).select(".sample-edition") == []


def test_formulas_are_mathml_with_numbers_and_need_no_script(
    story: Story,
) -> None:
    page = story.checkout.page("figure")
    assert page.select_one("div.math-block math")["display"] == "block"
    assert page.select_one("span.eqno").text == "(1)"
    assert "By (1), and Fig. 1." in page.text
    assert not [
        each
        for each in page.find_all("script")
        if "mathjax" in str(each).lower()
    ]


def test_an_unchanged_book_is_left_as_it_is(story: Story) -> None:
    assert story.unchanged.code == 0
    first = story.unchanged.output.splitlines()[0]
    assert first == "nothing has changed since the last build"
    assert "Running Sphinx" not in story.unchanged.output
    for line in ("Pages", "Figures", "Test accuracy"):
        assert story.unchanged.line(line) == story.cold.line(line)


def test_an_edit_of_prose_runs_no_cell_and_reads_that_page_alone(
    story: Story,
) -> None:
    assert story.prose.code == 0
    assert ran(story.prose) == (0, 0)
    assert "0 added, 1 changed, 0 removed" in story.prose.output
    assert "One sentence more." in story.checkout.page("figure").text
    assert story.prose.line("Figures") == story.cold.line("Figures")


def test_an_edited_function_runs_the_page_that_uses_it_and_no_other(
    story: Story,
) -> None:
    assert story.edited.code == 0
    assert "[1/1] answer: " in story.edited.output
    assert ran(story.edited) == (2, 1)
    assert "the answer is 43" in story.edited_page
    assert "the answer is 42" not in story.edited_page


def test_a_function_edited_back_finds_its_old_results_in_the_cache(
    story: Story,
) -> None:
    assert story.reverted.code == 0
    assert ran(story.reverted) == (0, 0)
    assert "the answer is 42" in story.reverted_page
    assert "the answer is 43" not in story.reverted_page


def test_outputs_that_are_damaged_are_made_again(story: Story) -> None:
    assert story.damaged.code == 0
    assert ran(story.damaged) == (2, 1)
    assert "the answer is 42" in story.damaged_page
    assert "the answer is 41" not in story.damaged_page
    assert "Read me again." in story.damaged_page


def test_a_failing_cell_fails_the_build_twice_and_is_all_that_it_ends_with(
    story: Story,
) -> None:
    page = claiming(1) + "```{code-cell}\nx = 1\nx / 0\n```\n"
    story.checkout.write("book/claim-1.md", page)
    line = page.splitlines().index("x / 0") + 1
    path = Path("book", "claim-1.md")
    for build in (story.checkout.build(), story.checkout.build()):
        assert failed(build)
        assert build.warnings.strip().splitlines() == [
            f"ERROR: {path}:{line}: cell 2 failed:",
            "",
            f"    {line - 1:4} | x = 1",
            f"  > {line:4} | x / 0",
            "",
            "ZeroDivisionError: division by zero",
            "To run this page alone: nox -s page -- claim-1",
        ]
    assert "Traceback" in story.checkout.build("-v").warnings


def test_a_page_runs_the_code_of_its_own_checkout_whatever_is_installed(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write("src/annbook/answer.py", ANSWER_MODULE.format(41))
    checkout.write_pages({"answer": BOOK["answer"]})
    # Of a page's kernel, which works in the page's folder, this is no folder.
    build = checkout.build(PYTHONPATH="src")
    assert (build.code, build.warnings) == (0, "")
    assert "the answer is 41" in checkout.page("answer").text


def test_a_function_that_breaks_a_hidden_assertion_fails_the_build_twice(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write("src/annbook/answer.py", ANSWER_MODULE.format(40))
    checkout.write_pages({"answer": BOOK["answer"]})
    for build in (checkout.build(), checkout.build()):
        assert failed(build)
        assert "cell 2 failed:" in build.warnings
        assert "| assert answer.find() > 40\n" in build.warnings
        assert "AssertionError" in build.warnings


STOPS = {
    "os._exit(3)": "cell 1 took its kernel with it: it died:",
    "time.sleep(600)": "cell 1 was not done after 2 seconds:",
}


@pytest.mark.parametrize(("cell", "reason"), STOPS.items())
def test_a_cell_that_does_not_come_back_is_told_with_its_page(
    tmp_path: Path, cell: str, reason: str
) -> None:
    checkout = Checkout(tmp_path)
    page = (
        f"{NOTEBOOK}# Stop\n\n```{{code-cell}}\nimport os, time\n{cell}\n```\n"
    )
    checkout.write_pages({"stop": page})
    build = checkout.build("-D", "nb_execution_timeout=2")
    assert failed(build)
    assert f"stop.md:9: {reason}" in build.warnings
    assert build.warnings.count("\n") < 9


def test_a_build_that_is_killed_leaves_nothing_wrong_behind(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    waits = "while not pathlib.Path('go').exists(): time.sleep(0.1)"
    slow = (
        f"```{{code-cell}}\nimport pathlib, time\n{waits}\nprint('gone')\n```\n"
    )
    checkout.write_pages(
        {"slow": f"{NOTEBOOK}# Wait\n\n{slow}", "claim-1": BOOK["claim-1"]}
    )
    first = checkout.start()
    assert first.stdout is not None
    for line in first.stdout:
        if "] claim-1" in line:
            break
    # Another build waits for the first, and goes on when it is gone.
    second = checkout.start()
    assert second.stdout is not None
    for line in second.stdout:
        if "waiting for another build" in line:
            break
    first.kill()
    first.communicate()
    checkout.write("book/go", "")
    output, warnings = second.communicate(timeout=120)
    assert (second.returncode, warnings) == (0, "")
    assert "[1/1] slow: " in output
    assert "It is 0.3333." in checkout.page("claim-1").text
    assert "gone" in checkout.page("slow").text


def test_a_folder_that_cannot_hold_outputs_ends_the_build_in_one_line(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write_pages({})
    checkout.write("_build/outputs", "no folder")
    build = checkout.build()
    assert failed(build)
    assert "cannot be written (File exists). Make room" in build.warnings
    assert build.warnings.count("\n") == 1


FAULTS = {
    "wrong-claim": (
        f"{GLUE.format('third', '1 / 3')}\nIt is {{claim}}`0.3334 = third`.",
        "claim '0.3334 = third': the page says 0.3334, this build computed 0.3333333333333333",
    ),
    "missing-key": (
        f"{GLUE.format('third', '2 / 6')}\nIt is {{claim}}`0.3333 = thrid`.",
        "claim '0.3333 = thrid': no cell of this page glues 'thrid'",
    ),
    "missing-glue": (
        f"{GLUE.format('third', '3 / 9')}\nIt is {{glue:text}}`thrid`.",
        "No key 'thrid' found in glue data",
    ),
    "stderr": (
        "```{code-cell}\nimport warnings\nwarnings.warn('a gate', stacklevel=1)\n```",
        "stderr was found in the cell outputs",
    ),
    "undrawn-figure": (
        FIGURE.replace("ax.plot([1, 2]);", "plt.close()"),
        "this cell announces a figure and draws none",
    ),
    "question": (
        ":::{question} Which?\n- [ ] this\n\n  No.\n:::",
        "a question has exactly one choice marked [x]",
    ),
}
"""Pages that run and yet must fail the build, and what it says of each."""

INTERRUPTION = """

def setup(app):
    def interrupt(*_):
        raise KeyboardInterrupt

    if "INTERRUPT" in os.environ:
        app.connect("html-page-context", interrupt)
"""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, ...]:
    """Build a book of faults: interrupted while it writes its pages, then whole, then again."""
    checkout = Checkout(tmp_path_factory.mktemp("faulty"))
    settings = checkout.root / "conf.py"
    checkout.write(
        "conf.py", settings.read_text(encoding="utf-8") + dedent(INTERRUPTION)
    )
    checkout.write_pages(
        {
            name: f"{NOTEBOOK}# Page\n\n{fault}\n"
            for name, (fault, _) in FAULTS.items()
        }
    )
    return checkout.build(INTERRUPT="1"), checkout.build(), checkout.build()


@pytest.mark.parametrize(
    ("page", "complaint"), [(k, v[1]) for k, v in FAULTS.items()], ids=FAULTS
)
def test_a_fault_is_told_of_its_page_in_every_build(
    faulty: tuple[Build, ...], page: str, complaint: str
) -> None:
    for build in faulty:
        told = [
            line for line in build.warnings.splitlines() if f"{page}.md" in line
        ]
        assert [line for line in told if complaint in line], build.warnings


def test_faults_fail_the_build_each_time_and_nothing_else_is_complained_of(
    faulty: tuple[Build, ...],
) -> None:
    interrupted, second, third = faulty
    assert interrupted.code != 0
    assert "Interrupted!" in interrupted.warnings
    for build in (second, third):
        assert failed(build)
        assert (
            f"build finished with problems, {len(FAULTS)} warnings"
            in build.output
        )


def test_a_data_folder_that_is_missing_ends_the_build_in_one_clear_line(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path / "checkout")
    checkout.write_pages({})
    missing = tmp_path / "no-such-folder"
    build = checkout.build(ANNBOOK_EDITION="auto", ANNBOOK_DATA=str(missing))
    assert failed(build)
    (line,) = [
        line for line in build.warnings.splitlines() if str(missing) in line
    ]
    assert "is not a folder that can be read" in line
    assert "unset it" in line
    assert build.warnings.strip() == line
