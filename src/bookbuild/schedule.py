"""Jobs side by side: some at a time, in order, and all ended where one fails."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    T = TypeVar("T")


async def in_turn(
    jobs: Iterable[T], workers: int, work: Callable[[T], Awaitable[None]]
) -> None:
    """Do all jobs, the first ones first, never more than ``workers`` at a time.

    Raises
    ------
    Exception
        That of the first job that fails. Those that run are ended, the others not begun.
    """
    waiting = iter(jobs)

    async def worker() -> None:
        for job in waiting:
            await work(job)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(worker())
    except* Exception as failures:
        raise failures.exceptions[0] from None


@contextlib.asynccontextmanager
async def every(
    seconds: float, tell: Callable[[], object]
) -> AsyncIterator[None]:
    """Call a function again and again while the body runs."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(seconds)
            tell()

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()
