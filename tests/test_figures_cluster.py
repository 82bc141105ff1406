"""The diagram of data parallel training is legible, complete and always the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawing import flaws, words

from annbook.figures import cluster

SHARES = [[50, 50], [34, 33, 33], [100], [1, 1, 1, 1, 1]]


@pytest.mark.parametrize("shares", SHARES, ids=str)
def test_it_shows_each_worker_with_its_share_and_the_whole_batch(
    shares: list[int],
) -> None:
    figure: Any = cluster.data_parallel(shares)
    written = words(figure)
    for worker, share in enumerate(shares):
        assert f"worker {worker}:\n{share} records" in written
        assert f"worker {worker}:\nsame step" in written
    assert f"batch of\n{sum(shares)} records" in written
    assert {"split", "compute", "average", "update"} <= set(written)
    assert len(written) == 2 * len(shares) + 6
    assert flaws(figure) == []


def test_each_worker_is_joined_to_the_batch_and_to_the_mean_both_ways() -> None:
    figure: Any = cluster.data_parallel([50, 50])
    arrows = [text for text in figure.axes[0].texts if not text.get_text()]
    heights = [
        (arrow.xyann[1], arrow.xy[1])
        for arrow in sorted(arrows, key=lambda arrow: (arrow.xyann, arrow.xy))
    ]
    low, high = heights[0][1], heights[1][1]
    middle = (low + high) / 2
    assert low < high
    out, back = [(middle, low), (middle, high)], [(low, middle), (high, middle)]
    assert heights == pytest.approx(np.array([*out, *back, *out]))


def test_every_process_draws_the_same() -> None:
    drawings = [cluster.data_parallel([50, 50])._repr_svg_() for _ in range(2)]
    assert drawings[0] == drawings[1]


@pytest.mark.parametrize("shares", [[], [50, 0], [-1]], ids=str)
def test_shares_that_make_no_sense_are_named(shares: list[int]) -> None:
    with pytest.raises(ValueError, match=r"1 record or more"):
        cluster.data_parallel(shares)
