"""The strip of the workshop's steps: every step a link, the page's own one marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

STEPS = {"MNIST": "mnist", "Evaluation & use": "deep/use"}
FILES = {"mnist.md": "# Meet *digits*\n", "deep/use.md": "# Use it\n"}


def page(front: str) -> str:
    head = f"---\n{front}\n---\n" if front else ""
    return f"{head}# Title\n\nText.\n\n```{{toctree}}\nmnist\ndeep/use\n```\n"


def test_the_strip_stands_under_the_title_with_a_link_for_each_step(
    render: Render,
) -> None:
    built = render(page("step: MNIST"), FILES, book_chain=STEPS)
    assert built.warnings == ""
    strip = built.page("index").select_one("h1 + nav.chain")
    assert strip["aria-label"] == "Steps of the workshop"
    assert [(a.text, a["href"]) for a in strip.select("ol > li a")] == [
        ("MNIST", "mnist.html"),
        ("Evaluation & use", "deep/use.html"),
    ]


@pytest.mark.parametrize(
    ("step", "marked"),
    [
        ("MNIST", ["MNIST"]),
        ("Evaluation & use", ["Evaluation & use"]),
        ("all", []),
    ],
)
def test_the_page_s_own_step_is_marked_and_no_other(
    render: Render, step: str, marked: list[str]
) -> None:
    built = render(page(f"step: {step}"), FILES, book_chain=STEPS)
    found = built.page("index").select('nav.chain li[aria-current="step"]')
    assert [item.text.strip() for item in found] == marked
    assert len(built.page("index").select("nav.chain li")) == len(STEPS)


def test_links_of_a_page_in_a_folder_lead_out_of_it(render: Render) -> None:
    files = {**FILES, "deep/use.md": "---\nstep: all\n---\n# Use it\n"}
    built = render(page(""), files, book_chain=STEPS)
    links = built.page("deep/use").select("nav.chain a")
    assert [a["href"] for a in links] == ["../mnist.html", "#"]


def test_a_page_that_names_no_step_has_no_strip(render: Render) -> None:
    built = render(page(""), FILES, book_chain=STEPS)
    assert built.page("index").select("nav.chain") == []


def test_a_step_that_is_not_in_the_chain_is_told(render: Render) -> None:
    built = render(page("step: Lunch"), FILES, book_chain=STEPS)
    assert (
        "there is no step 'Lunch' in the chain: MNIST, Eval" in built.warnings
    )
    assert built.page("index").select("nav.chain") == []
