"""The command: ten probabilities for each picture, one line for each that is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from annbook import camera, drawing, models, recognise
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterator

SRC = Path(recognise.__file__).parents[1]
SEVEN = drawing.strokes(["60,50 200,60 110,230"])
ANSWER = np.array([0.004, 0, 0, 0.02, 0, 0, 0, 0.95, 0, 0.026])


class Asked:
    """Stands in for `annbook.models`: says 7 to whatever it is asked, and keeps what it was."""

    def __init__(self) -> None:
        self.kept = True
        self.loaded: list[str] = []
        self.pixels: list[Any] = []

    def load(self, name: str) -> str:
        self.loaded.append(name)
        return name

    def is_kept(self, _name: str) -> bool:
        return self.kept

    def probabilities(self, _trained: str, pixels: Any) -> Any:
        self.pixels.append(pixels)
        return np.tile(ANSWER, (len(pixels), 1))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Asked]:
    """A quick model, and a folder to work in."""
    stand_in = Asked()
    monkeypatch.setattr(recognise, "models", stand_in)
    monkeypatch.chdir(tmp_path)
    recognise.load_model.cache_clear()
    yield stand_in
    recognise.load_model.cache_clear()


def write(name: str, picture: Any) -> str:
    Image.fromarray(np.rint(255 * picture).astype(np.uint8)).save(name)
    return name


def test_the_digit_comes_first_and_then_a_bar_for_each() -> None:
    lines = recognise.chart(ANSWER).splitlines()
    assert [line.split()[:3] for line in lines] == [
        [str(digit), f"{share:.1f}", "%"]
        for digit, share in enumerate(100 * ANSWER)
    ]
    assert [line.count("#") for line in lines] == [
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        38,
        0,
        1,
    ]
    assert all(len(line) <= 60 for line in lines)


def test_each_picture_is_named_with_its_digit(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [write("dark.png", 1 - SEVEN), write("light.jpg", SEVEN)]
    assert recognise.main(names) == 0
    out, err = capsys.readouterr()
    chart = recognise.chart(ANSWER)
    assert out == "".join(f"{name}: 7\n{chart}\n" for name in names)
    assert err == ""
    assert asked.loaded == ["hidden"]
    dark, light = asked.pixels
    assert dark.shape == (1, 784)
    assert np.abs(dark - light).mean() < 0.02


@pytest.mark.parametrize("name", ["softmax", "hidden", "convolution"])
def test_the_named_model_is_asked(asked: Asked, name: str) -> None:
    assert recognise.main(["--model", name, write("a.png", SEVEN)]) == 0
    assert asked.loaded == [name]


def test_a_bad_file_is_one_line_and_the_others_still_go_on(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("text.png").write_text("seven")
    Path("cut.png").write_bytes(
        Path(write("whole.png", SEVEN)).read_bytes()[:200]
    )
    Image.new("1", (15_000, 15_000)).save("huge.png")
    bad = [
        write("blank.png", SEVEN * 0),
        "none.png",
        "text.png",
        "cut.png",
        "huge.png",
    ]
    good = [write("a.png", SEVEN), write("b.png", 1 - SEVEN)]
    assert recognise.main([good[0], *bad, good[1]]) == 1
    out, err = capsys.readouterr()
    assert re.findall(r"^\S+: \d$", out, re.MULTILINE) == [
        "a.png: 7",
        "b.png: 7",
    ]
    assert err.splitlines() == [
        "blank.png: shows no ink. Photograph one digit, with paper all around it.",
        "none.png: cannot be read (No such file or directory). Give a PNG or a JPEG file.",
        "text.png: is no picture. Give a PNG or a JPEG file.",
        "cut.png: is damaged. Give a PNG or a JPEG file.",
        "huge.png: has more than 120,000,000 pixels. Make the picture smaller.",
    ]
    assert len(asked.loaded) == 1


def test_no_model_is_loaded_where_there_is_nothing_to_read(
    asked: Asked,
) -> None:
    assert recognise.main(["none.png"]) == 1
    assert asked.loaded == []


@pytest.mark.parametrize("name", ["softmax", "hidden", "convolution"])
def test_the_first_use_says_that_it_trains_and_how_long(
    asked: Asked, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked.kept = False
    arguments = [write("a.png", SEVEN), write("b.png", SEVEN)]
    assert recognise.main(["--model", name, *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == (
        f"Training the model {name!r} on this machine, once: {recognise.FIRST_USE[name]}.\n"
    )
    assert out.startswith("a.png: 7\n")


def test_there_is_a_time_for_each_of_the_book_s_models() -> None:
    for name in recognise.FIRST_USE:
        assert models.is_kept(name) in {True, False}


def test_data_that_cannot_be_had_is_one_line(
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(_name: str) -> str:
        raise BookError("is damaged", "a file", "Replace it")

    monkeypatch.setattr(asked, "load", refuse)
    assert recognise.main([write("a.png", SEVEN), "b.png"]) == 1
    assert capsys.readouterr() == ("", "a file: is damaged. Replace it.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--model", "hidden"],
        ["a.png", "--camera"],
        ["a.png", "--model", "other"],
    ],
)
def test_other_arguments_are_explained_with_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        recognise.main(arguments)
    assert raised.value.code == 2
    assert "usage: python -m annbook.recognise" in capsys.readouterr().err


# The camera.


class Window:
    """Stands in for `annbook.camera.Screen`."""

    opened: int = 0
    shown: int = 0

    def __init__(self) -> None:
        Window.opened += 1

    def show(self, _picture: Any) -> bool:
        Window.shown += 1
        return Window.shown < 3

    def close(self) -> None:
        Window.opened -= 1


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        (["--camera"], 0),
        (["--camera", "2"], 2),
        (["--camera", "film.avi"], "film.avi"),
    ],
)
def test_the_camera_is_watched_with_the_model_until_the_window_closes(
    arguments: list[str],
    source: int | str,
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = []

    def frames(source: int | str) -> Iterator[Any]:
        sources.append(source)
        while True:
            yield np.rint(255 * np.dstack([SEVEN] * 3)).astype(np.uint8)

    Window.opened = Window.shown = 0
    monkeypatch.setattr(camera, "Screen", Window)
    monkeypatch.setattr(camera, "frames", frames)
    assert recognise.main([*arguments, "--model", "softmax"]) == 0
    assert sources == [source]
    assert (Window.shown, Window.opened) == (3, 0)
    assert asked.loaded == ["softmax"]
    assert len(asked.pixels) == 3


def test_without_a_camera_one_line_says_so_and_the_window_is_closed(
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    Window.opened = 0
    monkeypatch.setattr(camera, "Screen", Window)
    assert recognise.main(["--camera", "99"]) == 1
    assert capfd.readouterr() == (
        "",
        "camera 99: gives no picture. Connect a camera, allow this program to use it, "
        "or try another number.\n",
    )
    assert Window.opened == 0
    assert asked.loaded == []


# As a reader runs it.


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def run(folder: Path, kept: Path, *arguments: str) -> Any:
    env = os.environ | {
        "PYTHONPATH": str(SRC),
        "ANNBOOK_EDITION": "sample",
        "ANNBOOK_MODELS": str(kept),
    }
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TF_CPP_MIN_LOG_LEVEL"):
        env.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "annbook.recognise", *arguments],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_command_trains_once_and_reads_pictures(
    tmp_path: Path, kept: Path
) -> None:
    photo = drawing.photograph(SEVEN, np.random.default_rng(0))
    Image.fromarray(photo).save(tmp_path / "seven.png")
    first = run(tmp_path, kept, "seven.png")
    assert first.stderr.startswith(
        "Training the model 'hidden' on this machine"
    )
    assert len(first.stderr.splitlines()) == 1
    assert first.stdout.splitlines()[0] == "seven.png: 7"
    shares = re.findall(r"^  \d +([\d.]+) %", first.stdout, re.MULTILINE)
    assert len(shares) == 10
    assert sum(map(float, shares)) == pytest.approx(100, abs=0.5)
    again = run(tmp_path, kept, "seven.png", "none.png")
    assert again.stdout == first.stdout
    assert again.stderr.startswith("none.png: ")
    assert (first.returncode, again.returncode) == (0, 1)


@pytest.mark.slow
def test_the_workshop_s_model_reads_without_tensorflow_s_log(
    tmp_path: Path, kept: Path
) -> None:
    Image.fromarray(np.rint(255 * SEVEN).astype(np.uint8)).save(
        tmp_path / "seven.png"
    )
    read = run(tmp_path, kept, "--model", "softmax", "seven.png")
    assert read.stdout.startswith("seven.png: 7\n")
    assert len(read.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="others have a screen")
def test_without_a_screen_the_command_says_so_in_one_line(
    tmp_path: Path, kept: Path
) -> None:
    read = run(tmp_path, kept, "--camera")
    assert (read.returncode, read.stdout) == (1, "")
    assert read.stderr == (
        "--camera: there is no screen to show it on. Run it on a machine with a screen, "
        "or give it picture files.\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no such name is possible")
def test_a_file_whose_name_no_terminal_can_show_is_read(
    tmp_path: Path, kept: Path
) -> None:
    name = os.fsdecode(b"seven-\xff.png")
    try:
        Path(tmp_path, name).write_bytes(b"")
    except OSError:
        pytest.skip("this file system refuses the name")
    Image.fromarray(np.rint(255 * SEVEN).astype(np.uint8)).save(tmp_path / name)
    read = run(tmp_path, kept, name)
    assert read.stdout.startswith("seven-\\udcff.png: 7\n")
    assert read.returncode == 0
