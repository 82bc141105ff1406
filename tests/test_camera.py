"""The camera's program, without a camera and a screen: a video, and a window of the test's own."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from annbook import camera, drawing, preparation
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEVEN = drawing.strokes(["60,50 200,60 110,230"])
BLANK = np.full((280, 360, 3), 220, np.uint8)


def frame() -> Any:
    """Return a seven on paper in the middle of a wide frame, in colours that are not grey."""
    picture = BLANK.copy()
    ink = SEVEN[..., np.newaxis]
    picture[:, 40:320] = np.rint(
        picture[:, 40:320] * (1 - ink) + ink * [90, 20, 0]
    )
    return picture


def video(path: Path, pictures: list[Any]) -> str:
    rows, columns = pictures[0].shape[:2]
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (columns, rows)
    )
    assert writer.isOpened()
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return str(path)


class Window:
    """A window that keeps what it is shown, and closes itself after a number of pictures."""

    def __init__(self, most: int = 1000) -> None:
        self.shown: list[Any] = []
        self._most = most

    def show(self, picture: Any) -> bool:
        self.shown.append(picture)
        return len(self.shown) < self._most


class Model:
    """A model that says 7, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(self, pixels: Any) -> Any:
        self.asked.append(pixels)
        return np.array([[0.01] * 7 + [0.91] + [0.01] * 2])


def test_every_frame_of_a_video_is_read_and_shown(tmp_path: Path) -> None:
    path = video(tmp_path / "seven.avi", [frame()] * 4 + [BLANK])
    model, window = Model(), Window()
    assert camera.watch(camera.frames(path), model, window) == 5
    assert len(window.shown) == 5
    assert [asked.shape for asked in model.asked] == [(1, 784)] * 4
    expected = preparation.place(SEVEN)
    assert expected is not None
    assert np.abs(model.asked[0].reshape(28, 28) - expected).mean() < 0.03


def test_it_goes_on_until_the_window_says_stop() -> None:
    window = Window(most=3)
    assert camera.watch([frame()] * 10, Model(), window) == 3


def test_the_video_is_given_back_at_the_end_and_after_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = []

    class Video:
        def __init__(self, source: str) -> None:
            self._video = real(source)

        def read(self) -> Any:
            return self._video.read()

        def release(self) -> None:
            released.append(True)
            self._video.release()

    real, path = cv2.VideoCapture, video(tmp_path / "a.avi", [frame()] * 3)
    monkeypatch.setattr(cv2, "VideoCapture", Video)
    camera.watch(camera.frames(path), Model(), Window())
    assert len(released) == 1
    pictures: Iterator[Any] = camera.frames(path)
    camera.watch(pictures, Model(), Window(most=1))
    del pictures
    assert len(released) == 2


@pytest.mark.parametrize(
    ("shape", "side"), [((4, 8, 3), 4), ((9, 4, 3), 4), ((5, 5, 3), 5)]
)
def test_the_middle_square_of_a_frame_is_kept(
    shape: tuple[int, ...], side: int
) -> None:
    numbered = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    square = camera.crop_square(numbered)
    assert square.shape == (side, side, 3)
    rows, columns = shape[:2]
    corner = numbered[(rows - side) // 2, (columns - side) // 2]
    np.testing.assert_array_equal(square[0, 0], corner)


def test_red_and_blue_are_not_mistaken_for_each_other() -> None:
    # Blue looks darker than red, so of two strokes the blue one is more ink.
    picture = np.full((280, 280, 3), 255, np.uint8)
    picture[60:220, 80:100] = (255, 0, 0)
    picture[60:220, 180:200] = (0, 0, 255)
    model = Model()
    camera.watch([picture], model, Window())
    bright = np.ones((280, 280))
    bright[60:220, 80:100], bright[60:220, 180:200] = 0.114, 0.299
    np.testing.assert_allclose(
        model.asked[0].reshape(28, 28), preparation.prepare(bright), atol=1e-6
    )


def test_a_cross_is_drawn_in_the_middle_and_the_frame_is_left_as_it_was() -> (
    None
):
    square = BLANK[:, :280].copy()
    shown = camera.annotate(square, None)
    np.testing.assert_array_equal(square, BLANK[:, :280])
    changed = (shown != square).any(axis=2)
    assert changed[140, 120:161].all()
    assert changed[120:161, 140].all()
    changed[110:171, 110:171] = False
    assert not changed.any()


def test_the_digit_is_written_where_there_is_one() -> None:
    square = BLANK[:, :280]
    without = camera.annotate(square, None)
    seven, one = (
        camera.annotate(square, np.eye(10)[digit]) for digit in (7, 1)
    )
    assert (seven[:60] != without[:60]).any()
    assert (seven[:60] != one[:60]).any()


@pytest.mark.parametrize("side", [1, 20, 2000])
def test_a_frame_of_any_size_can_be_annotated(side: int) -> None:
    square = np.zeros((side, side, 3), np.uint8)
    assert camera.annotate(square, np.eye(10)[3]).shape == square.shape


@pytest.mark.parametrize("source", [99, "no-such-video.avi"])
def test_a_source_that_gives_nothing_is_one_line(
    source: int | str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BookError) as raised:
        next(camera.frames(source))
    assert str(source) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_no_video_is_one_line(tmp_path: Path) -> None:
    text = tmp_path / "text.avi"
    text.write_text("a digit")
    with pytest.raises(BookError, match="is no video that can be read"):
        next(camera.frames(str(text)))


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (ModuleNotFoundError("No module named 'cv2'"), "OpenCV is missing"),
        (ImportError("libGL.so.1"), "OpenCV does not load (libGL.so.1)"),
    ],
)
def test_without_opencv_one_line_says_how_to_get_it(
    error: Exception, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> Any:
        raise error

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(BookError) as raised:
        next(camera.frames(0))
    assert str(raised.value) == (
        f"--camera: {what}. Install it: python -m pip install opencv-python."
    )


# The real window, as far as it goes without one.


class Opencv:
    """The part of OpenCV that a window needs, without a window."""

    error = cv2.error
    WND_PROP_VISIBLE = cv2.WND_PROP_VISIBLE

    def __init__(self, key: int = -1, visible: float = 1.0) -> None:
        self._key, self._visible = key, visible
        self.calls: list[str] = []

    def namedWindow(self, title: str) -> None:  # noqa: N802
        self.calls.append(f"open {title}")

    def imshow(self, title: str, picture: Any) -> None:
        self.calls.append(f"show {title} {picture.shape}")

    def waitKey(self, milliseconds: int) -> int:  # noqa: N802
        assert milliseconds > 0
        return self._key

    def getWindowProperty(self, _title: str, _name: int) -> float:  # noqa: N802
        return self._visible

    def destroyAllWindows(self) -> None:  # noqa: N802
        self.calls.append("close")


@pytest.fixture
def on_a_screen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DISPLAY", ":0")
    return monkeypatch


@pytest.mark.parametrize(
    ("key", "visible", "goes_on"),
    [
        (-1, 1.0, True),
        (ord("x"), 1.0, True),
        (ord("q"), 1.0, False),
        (27, 1.0, False),
        (0x100000 + 27, 1.0, False),
        (-1, 0.0, False),
        (-1, -1.0, False),
    ],
)
def test_q_escape_and_the_window_s_own_button_end_it(
    key: int, visible: float, goes_on: bool, on_a_screen: pytest.MonkeyPatch
) -> None:
    opencv = Opencv(key, visible)
    on_a_screen.setattr(camera, "opencv", lambda: opencv)
    screen = camera.Screen()
    assert screen.show(BLANK) is goes_on
    screen.close()
    assert [call.split()[0] for call in opencv.calls] == [
        "open",
        "show",
        "close",
    ]


def test_an_opencv_without_windows_is_one_line(
    on_a_screen: pytest.MonkeyPatch,
) -> None:
    class Headless(Opencv):
        def namedWindow(self, title: str) -> None:  # noqa: N802
            raise cv2.error(f"The function is not implemented: {title}")

    on_a_screen.setattr(camera, "opencv", Headless)
    with pytest.raises(
        BookError, match="this OpenCV was built without windows"
    ):
        camera.Screen()


def test_without_a_screen_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(camera, "has_screen", lambda *_: False)
    with pytest.raises(BookError, match="there is no screen"):
        camera.Screen()


@pytest.mark.parametrize(
    ("platform", "env", "has"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_screen_is_looked_for_on_linux_alone(
    platform: str, env: dict[str, str], has: bool
) -> None:
    assert camera.has_screen(platform, env) is has
