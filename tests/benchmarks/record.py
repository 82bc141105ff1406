"""The file of what was measured, and the circumstances of a run."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookbuild import benchmarks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bookbuild.benchmarks import Row

PACKAGES = (
    "tensorflow-cpu",
    "tensorflow",
    "keras",
    "numpy",
    "scikit-learn",
    "sphinx",
    "myst-nb",
    "jupyter-cache",
)


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    told = Path("/proc/cpuinfo")
    if told.is_file():
        for line in told.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def memory() -> str:
    """Return how much memory there is, where the system tells it."""
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return "unknown"
    size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{size / 2**30:.0f} GiB"


def load() -> float | None:
    """Return how many processes have wanted to run in the last minute, where the system counts."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def versions() -> dict[str, str]:
    """Return the versions of Python and of those of the packages that are installed."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Return the commit that is checked out, and whether files differ from it."""
    program = shutil.which("git")
    if program is None:
        return "unknown"
    command = [program, "describe", "--always", "--dirty=, with changes"]
    ended = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False
    )
    return ended.stdout.strip() or "unknown"


def stamp() -> dict[str, str]:
    """Return the day, and the commit that is checked out."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
    }


def circumstances(edition: str) -> dict[str, Any]:
    """Return when, on what and from what something is about to be measured."""
    return {
        **stamp(),
        "edition": edition,
        "load": load(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "memory": memory(),
            "system": platform.platform(),
        },
        "versions": versions(),
    }


def renew(
    path: Path, name: str, about: dict[str, Any], rows: Sequence[Row]
) -> None:
    """Write one part anew, and leave the others as they are; the file is whole at any time."""
    parts = benchmarks.read(path) if path.is_file() else {}
    parts[name] = {
        "about": about,
        "rows": [benchmarks.write_row(row) for row in rows],
    }
    content = {"form": benchmarks.FORM, "parts": parts}
    draft = path.with_name(f"{path.name}.draft")
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
