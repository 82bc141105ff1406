"""How much memory a page takes: with more than its share, its kernel is ended.

What counts is the memory in use, of the kernel and of the processes that it has started. A limit
of the system's own, such as ``RLIMIT_AS`` or ``RLIMIT_DATA``, counts what is reserved, of which
TensorFlow has plenty; it is unknown on Windows, and without effect on macOS.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import psutil

from bookbuild.schedule import every

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

SECONDS = 0.5
"""So often is looked."""

GIGABYTE = 10**9


class Footprint:
    """The memory that one page's kernel may take.

    Parameters
    ----------
    limit : float
        In gigabytes.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.exceeded = False
        """Whether the kernel was ended since it took more."""
        self._kernel: psutil.Process | None = None

    def begin(self, kernel: int) -> None:
        """Take down the number of the kernel's process."""
        with contextlib.suppress(psutil.Error):
            self._kernel = psutil.Process(kernel)

    def watched(self) -> AbstractAsyncContextManager[None]:
        """Return a context in which the kernel is looked at again and again."""
        return every(SECONDS, self.look)

    def look(self) -> None:
        """End the kernel, and what it has started, where they take more than they may."""
        if self._kernel is None:
            return
        # Each of them may end at any moment.
        with contextlib.suppress(psutil.Error):
            family = [self._kernel, *self._kernel.children(recursive=True)]
            if sum(map(resident, family)) > self.limit * GIGABYTE:
                self.exceeded = True
                for process in family:
                    end(process)


def resident(process: psutil.Process) -> int:
    """Return the bytes that a process has in memory; none where it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def end(process: psutil.Process) -> None:
    """End a process, unless it has ended already."""
    with contextlib.suppress(psutil.Error):
        process.kill()
