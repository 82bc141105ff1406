"""Picture files of every kind give the same picture, and a bad one gives one clear line."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from annbook import pictures, preparation
from annbook.errors import BookError

if TYPE_CHECKING:
    from pathlib import Path

STROKE = np.full((40, 30), 230, np.uint8)
STROKE[5:35, 12:16] = 20
"""A dark stroke on light paper, upright."""

ORIENTATION = 0x0112
TURNS: dict[int, Any] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.T,
    6: np.rot90,
    7: lambda a: np.rot90(a, 2).T,
    8: lambda a: np.rot90(a, -1),
}
"""How a camera that was held in another way stores the picture, after the Exif standard."""


def opaque_png(mode: str) -> Image.Image:
    return Image.fromarray(STROKE).convert(mode)


def palette_with_a_transparent_colour() -> Image.Image:
    image = Image.fromarray((STROKE > 100).astype(np.uint8))
    image.putpalette([20, 20, 20, 30, 20, 20])
    image.info["transparency"] = 1
    return image


def on_transparent(mode: str) -> Image.Image:
    ink = np.where(STROKE < 100, 255, 0).astype(np.uint8)
    # Where nothing is to be seen, the colour is the ink's.
    image = Image.new(mode, (30, 40), 20 if mode == "L" else (20, 20, 20))
    image.putalpha(Image.fromarray(ink))
    return image


IMAGES = {
    "grey": opaque_png("L"),
    "RGB": opaque_png("RGB"),
    "RGBA": opaque_png("RGBA"),
    "palette": opaque_png("P"),
    "yes and no": Image.fromarray(STROKE > 100),
    "16 bits": Image.fromarray(STROKE.astype(np.uint16) * 257),
    "grey, transparent": on_transparent("L"),
    "RGB, transparent": on_transparent("RGB"),
    "palette, transparent": palette_with_a_transparent_colour(),
}


def written(
    folder: Path, image: Image.Image, kind: str = "PNG", **options: Any
) -> Path:
    path = folder / f"picture.{kind.lower()}"
    image.save(path, kind, **options)
    return path


def prepared(picture: Any) -> Any:
    pixels = preparation.prepare(picture)
    assert pixels is not None
    return pixels


@pytest.mark.parametrize("name", IMAGES)
def test_every_kind_of_png_shows_the_stroke(name: str, tmp_path: Path) -> None:
    picture = pictures.read(written(tmp_path, IMAGES[name]))
    np.testing.assert_allclose(prepared(picture), prepared(STROKE), atol=0.01)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF", "BMP"])
def test_every_format_shows_the_stroke(kind: str, tmp_path: Path) -> None:
    picture = pictures.read(written(tmp_path, IMAGES["RGB"], kind))
    # JPEG blurs the edges of the stroke, and so its ends.
    assert np.abs(prepared(picture) - prepared(STROKE)).mean() < 0.04


def test_16_bits_are_kept(tmp_path: Path) -> None:
    ramp = np.arange(1200, dtype=np.uint16).reshape(30, 40) * 50
    picture = pictures.read(written(tmp_path, Image.fromarray(ramp)))
    assert picture.dtype == np.uint16
    np.testing.assert_array_equal(picture, ramp)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", TURNS)
def test_a_picture_is_turned_as_its_camera_was_held(
    orientation: int, kind: str, tmp_path: Path
) -> None:
    corner = STROKE.copy()
    corner[5:9, 12:28] = 20
    stored = Image.fromarray(np.ascontiguousarray(TURNS[orientation](corner)))
    exif = stored.getexif()
    exif[ORIENTATION] = orientation
    picture = pictures.read(written(tmp_path, stored, kind, exif=exif))
    assert picture.shape == corner.shape
    assert np.abs(picture.astype(int) - corner).mean() < 5


def test_a_large_picture_is_shrunk(tmp_path: Path) -> None:
    large = Image.fromarray(np.kron(STROKE, np.ones((80, 80), np.uint8)))
    picture = pictures.read(written(tmp_path, large))
    assert picture.shape == (1600, 1200)
    np.testing.assert_allclose(prepared(picture), prepared(STROKE), atol=1e-6)


@pytest.mark.slow
def test_a_picture_of_12_000_by_9_000_pixels_is_read(tmp_path: Path) -> None:
    huge = np.full((9000, 12000), 230, np.uint8)
    huge[2000:7000, 5900:6400] = 20
    path = written(tmp_path, Image.fromarray(huge), compress_level=1)
    np.testing.assert_allclose(
        prepared(pictures.read(path)), prepared(huge[::40, ::40]), atol=0.1
    )


# 15,000 x 15,000 is what Pillow itself refuses; in black and white it is a small file.
@pytest.mark.parametrize("side", [10_960, 15_000])
def test_a_picture_beyond_the_limit_is_one_line(
    side: int, tmp_path: Path
) -> None:
    path = written(tmp_path, Image.new("1", (side, side)))
    with pytest.raises(BookError) as raised:
        pictures.read(path)
    assert str(raised.value) == (
        f"{path}: has more than 120,000,000 pixels. Make the picture smaller."
    )


def test_a_missing_file_a_folder_and_a_text_are_each_one_line(
    tmp_path: Path,
) -> None:
    text = tmp_path / "text.png"
    text.write_text("a digit")
    said = []
    for path in (tmp_path / "none.png", tmp_path, text):
        with pytest.raises(BookError) as raised:
            pictures.read(path)
        said.append(str(raised.value).removeprefix(f"{path}: "))
    assert said[0] == (
        "cannot be read (No such file or directory). Give a PNG or a JPEG file."
    )
    # What a folder is to a program, each system puts in its own words.
    assert said[1].startswith("cannot be read (")
    assert said[2] == "is no picture. Give a PNG or a JPEG file."


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_damaged_file_is_a_book_error_or_still_a_picture(
    kind: str, tmp_path: Path
) -> None:
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (40, 30), dtype=np.uint8)
    Image.fromarray(noise).save(stream, kind)
    whole, path, refused = stream.getvalue(), tmp_path / "damaged", 0
    generator = np.random.default_rng(1)
    for cut in generator.integers(0, len(whole), 60).tolist():
        flipped = bytearray(whole)
        flipped[cut] ^= 0xFF
        for damaged in (whole[:cut], bytes(flipped)):
            path.write_bytes(damaged)
            try:
                assert pictures.read(path).size
            except BookError as error:
                refused += "\n" not in str(error)
    assert refused > 50
