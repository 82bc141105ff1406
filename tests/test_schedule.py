"""Jobs side by side: in order, not too many at once, and all ended with the first that fails."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.schedule import every, in_turn


@given(
    pauses=st.lists(st.integers(0, 3), max_size=12), workers=st.integers(1, 4)
)
def test_every_job_is_done_once_in_order_with_no_more_at_a_time_than_workers(
    pauses: list[int], workers: int
) -> None:
    begun: list[int] = []
    running, most = 0, 0

    async def work(job: int) -> None:
        nonlocal running, most
        begun.append(job)
        running += 1
        most = max(most, running)
        for _ in range(pauses[job]):
            await asyncio.sleep(0)
        running -= 1

    asyncio.run(in_turn(range(len(pauses)), workers, work))
    assert begun == [*range(len(pauses))]
    assert most <= workers
    assert running == 0


def test_all_workers_are_at_work() -> None:
    together = asyncio.Barrier(3)

    async def work(_: int) -> None:
        async with asyncio.timeout(5):
            await together.wait()

    asyncio.run(in_turn(range(6), 3, work))


def test_a_job_that_fails_ends_the_others_and_is_the_error() -> None:
    done: list[str] = []

    async def work(job: str) -> None:
        try:
            if job == "bad":
                await asyncio.sleep(0)
                raise ValueError(job)
            await asyncio.sleep(60)
            done.append(job)
        finally:
            done.append(f"end of {job}")

    with pytest.raises(ValueError, match=r"^bad$"):
        asyncio.run(in_turn(["slow", "bad", "never"], 2, work))
    assert sorted(done) == ["end of bad", "end of slow"]


def test_what_is_told_again_and_again_is_told_until_the_end() -> None:
    told: list[int] = []

    async def work() -> None:
        async with every(0.001, lambda: told.append(1)):
            while len(told) < 3:
                await asyncio.sleep(0.001)
        said = len(told)
        await asyncio.sleep(0.02)
        assert len(told) == said

    asyncio.run(work())
