"""What a page's outputs depend on, as one key.

That is: the page's cells, the modules that they import and theirs in turn, the data files of
these modules, the installed packages, and how a kernel is run. The page's prose is no part of it.

``grimp`` finds the imports, those inside functions too, and leaves out those that only a type
checker sees. What no import shows is found by its name: a module that a string names, as in
``[sys.executable, "-m", "package.module"]``, a data file that a string names, and a module that
a string chooses from a package, as in ``models.load("softmax")``, count as used.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import (
        Collection,
        Container,
        Iterable,
        Iterator,
        Mapping,
    )

    from nbformat import NotebookNode

WHOLE = "*"
"""Stands for all modules, where a page's cells cannot be read."""

KERNEL = Path(__file__).with_name("kernel.py")
"""How a page is run; not imported, since it takes long and only builds that run pages need it."""

MARKS = frozenset({"raises-exception", "skip-execution"})
"""The tags that change how a cell runs."""


def digest(*parts: str | bytes) -> str:
    """Return a key of 32 hexadecimal digits that changes with any part."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        # With its length: a part must not run on into the next.
        whole.update(f"{len(content)}:".encode() + content)
    return whole.hexdigest()[:32]


def of_files(root: Path, files: Iterable[Path]) -> str:
    """Return a key that changes with the names and contents of files.

    Parameters
    ----------
    root : Path
        The folder of the files; where it lies does not matter.
    files : iterable of Path
        Their order does not matter.
    """
    parts: list[str | bytes] = []
    for path in sorted(files):
        # With its folder: a module that moved is a module that old imports no longer find.
        parts += [path.relative_to(root).as_posix(), path.read_bytes()]
    return digest(*parts)


def installed() -> str:
    """Return a key of Python, the platform and all installed packages with their versions."""
    # A package's folder is named with its version; to read its metadata takes long.
    packages = {
        path.name
        for folder in sys.path
        for path in Path(folder).glob("*.dist-info")
    }
    return digest(sys.version, sysconfig.get_platform(), *sorted(packages))


@dataclass(frozen=True)
class Package:
    """The files of a package, and which of them each module needs.

    A module goes by its name, another file by its path from the folder of the package.
    """

    name: str
    contents: Mapping[str, str]
    """A key of each file's content."""
    needs: Mapping[str, Iterable[str]]
    """The files that each module needs itself."""

    def closure(self, names: Iterable[str]) -> set[str]:
        """Return all that these names need, theirs in turn too.

        A name that is no module counts as the module that holds it; a foreign one as none.
        """
        found: set[str] = set()
        waiting = [*self.contents] if WHOLE in names else [*names]
        while waiting:
            node = self.find(waiting.pop())
            if node and node not in found:
                found.add(node)
                waiting += self.needs.get(node, ())
        return found

    def used_by(self, cells: Cells) -> set[str]:
        """Return all that a page's cells need."""
        chosen = chosen_modules(
            self.contents, map(self.find, cells.names), cells.words
        )
        return self.closure([*cells.names, *chosen])

    def find(self, name: str) -> str | None:
        """Return the module that is named, or that holds what is named."""
        while name and name not in self.contents:
            name = name.rpartition(".")[0]
        return name or None


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files of the package in a folder, by the names that `Package` gives them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            place = path.relative_to(folder.parent)
            if path.suffix != ".py":
                found[place.as_posix()] = path
            elif path.name == "__init__.py":
                found[".".join(place.parent.parts)] = path
            else:
                found[".".join(place.with_suffix("").parts)] = path
    return found


def read_contents(files: Mapping[str, Path]) -> dict[str, str]:
    """Return a key of each file's content."""
    return {name: digest(path.read_bytes()) for name, path in files.items()}


def read_needs(package: str, files: Mapping[str, Path]) -> dict[str, list[str]]:
    """Return the files of a package that each of its modules needs itself.

    Raises
    ------
    SyntaxError, ValueError
        Where a module is no Python.
    """
    modules = {
        name: path for name, path in files.items() if path.suffix == ".py"
    }
    trees = {
        name: ast.parse(path.read_bytes(), str(path))
        for name, path in modules.items()
    }
    # Only now: it takes longer to import than a build that runs nothing has time for.
    import grimp

    graph = grimp.build_graph(
        package, cache_dir=None, exclude_type_checking_imports=True
    )
    data = {Path(name).name: name for name in files.keys() - modules.keys()}
    needs = {}
    for name, tree in trees.items():
        said = [*texts(tree)]
        found = {*graph.find_modules_directly_imported_by(name)}
        found |= {each for text in said for each in names_in(text, package)}
        found |= {data[text] for text in said if text in data}
        found |= chosen_modules(modules, found, said)
        # To import a module runs the package around it first.
        found.add(name.rpartition(".")[0])
        needs[name] = sorted(found - {name, ""})
    return needs


def texts(tree: ast.Module) -> Iterator[str]:
    """Yield the strings of a module or a cell, but not its docstrings."""
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
        ):
            yield node.value


def names_in(text: str, package: str) -> list[str]:
    """Return the dotted names in a text that start with the package's."""
    return re.findall(rf"(?<![\w.]){re.escape(package)}(?:\.\w+)+", text)


def chosen_modules(
    modules: Container[str],
    packages: Iterable[str | None],
    words: Collection[str],
) -> set[str]:
    """Return the modules that words choose from packages, as in ``models.load("softmax")``."""
    choices = {
        f"{package}.{word}" for package in packages if package for word in words
    }
    return {name for name in choices if name in modules}


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a cell imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@dataclass(frozen=True)
class Cells:
    """What a page runs."""

    key: str
    """Changes with what the cells do, and not with the page's prose."""
    count: int
    names: tuple[str, ...]
    """What of the package the cells import or name."""
    words: tuple[str, ...]
    """The strings of the cells that may be a module's name."""


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return a notebook's cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def cells_key(notebook: NotebookNode) -> str:
    """Return a key of what a notebook's cells do."""
    parts = [notebook.metadata.get("kernelspec", {}).get("name", "")]
    for cell in code_cells(notebook):
        marks = MARKS & {*cell.metadata.get("tags", [])}
        parts += [cell.source, *sorted(marks)]
    return digest(*parts)


def read_cells(notebook: NotebookNode, package: str) -> Cells:
    """Return what a notebook runs."""
    code = code_cells(notebook)
    names: set[str] = set()
    words: set[str] = set()
    for cell in code:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            # IPython's own words, or a mistake: who knows what it needs.
            names.add(WHOLE)
            continue
        said = [*texts(tree)]
        named = {name for text in said for name in names_in(text, package)}
        named |= {*imports(tree)}
        names |= {name for name in named if name.split(".")[0] == package}
        words |= {text for text in said if text.isidentifier()}
    key = cells_key(notebook)
    return Cells(key, len(code), tuple(sorted(names)), tuple(sorted(words)))


def page_key(
    page: str,
    cells: Cells,
    package: Package,
    facts: Mapping[str, str],
    surroundings: str,
) -> str:
    """Return the key of a page's outputs.

    Parameters
    ----------
    page : str
        Its name: the cells work in its folder.
    cells : Cells
        What it runs.
    package : Package
        What it may use.
    facts : mapping of str to str
        What a module's results depend on beside its code, such as the edition of the data.
    surroundings : str
        What all pages depend on, as from `surroundings`.
    """
    parts: list[Any] = [page, cells.key, surroundings]
    for name in sorted(package.used_by(cells)):
        parts += [name, package.contents[name], facts.get(name, "")]
    return digest(*parts)


def surroundings() -> str:
    """Return a key of what every page's outputs depend on."""
    return digest(KERNEL.read_bytes(), installed())
