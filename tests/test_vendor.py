"""Other people's files are those that the list names, and a renewal is exact."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

from bookbuild import vendor

if TYPE_CHECKING:
    from pathlib import Path

KEPT = "tests/browser/vendor/axe.min.js"


def entry(data: bytes, **changes: str) -> vendor.Vendored:
    made = vendor.Vendored(
        KEPT, "axe-core", "1.0.0", "axe.min.js", "MPL-2.0", ""
    )
    return made._replace(sha256=vendor.checksum(data), **changes)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with one such file."""
    file = tmp_path / KEPT
    file.parent.mkdir(parents=True)
    file.write_bytes(b"old")
    text = vendor.written([entry(b"old")])
    (tmp_path / vendor.LIST).write_text(text, encoding="utf-8")
    return tmp_path


def offer(monkeypatch: pytest.MonkeyPatch, data: bytes) -> list[str]:
    """Have npm's place taken by a package with this file; return what is asked for."""
    asked: list[str] = []

    def fetch(package: str, version: str, folder: Path) -> Path:
        asked.append(f"{package}@{version}")
        archive = folder / "package.tgz"
        with tarfile.open(archive, "w:gz") as packed:
            member = tarfile.TarInfo("package/axe.min.js")
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
        return archive

    monkeypatch.setattr(vendor, "fetch", fetch)
    return asked


def test_the_files_kept_here_are_those_that_the_list_names() -> None:
    listed = vendor.read(ROOT)
    assert list(vendor.differences(ROOT, listed)) == []
    assert len(listed) >= 2
    assert all(each.licence and each.version for each in listed)


def test_the_list_is_as_a_renewal_would_write_it() -> None:
    text = (ROOT / vendor.LIST).read_text(encoding="utf-8")
    assert vendor.written(vendor.read(ROOT)) == text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("another byte", "is not the file"),
        ("a file more", "not listed"),
        ("a file less", "not there"),
    ],
)
def test_a_difference_is_named(root: Path, change: str, said: str) -> None:
    file = root / KEPT
    assert list(vendor.differences(root, vendor.read(root))) == []
    if change == "another byte":
        file.write_bytes(b"odd")
    elif change == "a file more":
        file.with_name("more.js").write_bytes(b"")
    else:
        file.unlink()
    (fault,) = vendor.differences(root, vendor.read(root))
    assert said in fault


def test_a_renewal_brings_back_the_same_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = offer(monkeypatch, b"old")
    (root / KEPT).unlink()
    vendor.renew(root, {})
    assert (root / KEPT).read_bytes() == b"old"
    assert asked == ["axe-core@1.0.0"]


def test_a_package_that_changed_under_its_version_changes_nothing_here(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, b"odd")
    with pytest.raises(vendor.VendorError, match="is not the file"):
        vendor.renew(root, {})
    assert (root / KEPT).read_bytes() == b"old"


def test_another_version_is_noted_with_its_checksum(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = offer(monkeypatch, b"new")
    vendor.renew(root, {"axe-core": "2.0.0"})
    assert asked == ["axe-core@2.0.0"]
    assert vendor.read(root) == [entry(b"new", version="2.0.0")]
    assert (root / KEPT).read_bytes() == b"new"


def test_a_package_that_is_not_listed_is_refused(root: Path) -> None:
    with pytest.raises(vendor.VendorError, match="no package left-pad"):
        vendor.renew(root, {"left-pad": "1.0.0"})


def test_a_package_without_the_file_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, b"old")
    text = vendor.written([entry(b"old", member="gone.js")])
    (root / vendor.LIST).write_text(text, encoding="utf-8")
    with pytest.raises(vendor.VendorError, match=r"no file gone\.js"):
        vendor.renew(root, {})
