"""The recogniser in the page: the book's own models, answering to a pen, a sample and a camera."""

from __future__ import annotations

import base64
import itertools
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from annbook import drawing, mnist, models, preparation, web
from browser.conftest import (
    QUIET,
    Site,
    Watch,
    axe,
    begin,
    find_browser,
    overflows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.sync_api import Browser, Locator, Page

    Visit = Callable[..., Page]
    Stroke = list[tuple[float, float]]

pytestmark = pytest.mark.slow

PLACE = """\
# Put it to use

:::{widget} recogniser Draw a digit

Without scripts there is nothing to draw on.
:::
"""
SCRIPTS = ["network", "preparation", "recogniser"]
FLOORS = {"softmax": 0.86, "hidden": 0.93, "convolution": 0.95}
"""Of the digits that `annbook.drawing` draws anywhere and at any size; full edition."""

HAND: dict[int, list[Stroke]] = {
    0: [[(52, 14), (36, 22), (28, 45), (32, 70), (48, 84), (66, 76), (74, 52), (68, 26), (52, 14)]],
    1: [[(40, 30), (54, 15), (53, 50), (52, 85)]],
    2: [[(30, 32), (40, 17), (60, 16), (68, 30), (58, 50), (40, 68), (28, 82), (50, 81), (74, 83)]],
    3: [[(32, 20), (50, 13), (66, 24), (62, 40), (46, 47), (66, 54), (70, 72), (54, 86), (32, 78)]],
    4: [[(42, 14), (34, 34), (28, 55), (50, 56), (74, 54)], [(62, 18), (60, 50), (58, 87)]],
    5: [[(68, 16), (38, 17), (35, 44), (52, 40), (68, 52), (66, 74), (48, 85), (28, 77)]],
    6: [[(60, 13), (42, 30), (33, 55), (36, 76), (52, 86), (66, 74), (62, 58), (46, 55), (36, 66)]],
    7: [[(28, 18), (50, 17), (72, 16), (60, 42), (50, 64), (44, 87)]],
    8: [[(62, 24), (48, 14), (36, 26), (44, 42), (60, 54), (66, 72), (50, 86), (36, 74), (42, 56),
         (58, 42), (62, 24)]],
    9: [[(66, 30), (50, 16), (35, 28), (38, 46), (54, 48), (66, 32), (65, 58), (60, 86)]],
}  # fmt: skip
"""Ten digits drawn by hand, stroke by stroke, in hundredths of the drawing area."""


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    files = [f"recogniser/{name}.js" for name in SCRIPTS]
    site = make_site({"use": PLACE}, book_widgets={"recogniser": files})
    web.write(site.folder / "_static" / "models")
    return site


@pytest.fixture
def page(visit: Visit, site: Site) -> Page:
    page = visit(site.url("use"))
    begin(page, "recogniser")
    return page


def shares(page: Page) -> list[str]:
    return page.locator(".recogniser-share").all_inner_texts()


def spoken(page: Page) -> Locator:
    return page.locator(".recogniser ~ [aria-live=polite]")


def wait_for_digit(page: Page, digit: int) -> None:
    page.wait_for_selector(f'.widget-body[data-digit="{digit}"]')


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("canvas.recogniser-board").first.bounding_box()
    return box["x"] + x / 100 * box["width"], box["y"] + y / 100 * box["height"]


def draw(page: Page, strokes: list[Stroke]) -> None:
    for first, *rest in strokes:
        page.mouse.move(*at(page, *first))
        page.mouse.down()
        for point in rest:
            page.mouse.move(*at(page, *point), steps=4)
        page.mouse.up()


def read_by_models(page: Page, drawings: list[list[Stroke]]) -> list[str]:
    """Draw each, and return what the page then says of it."""
    found = []
    for strokes in drawings:
        page.get_by_role("button", name="Clear").click()
        page.wait_for_function("document.querySelector('li.best') === null")
        draw(page, strokes)
        page.wait_for_selector("li.best")
        page.wait_for_timeout(50)
        found.append(page.locator("li.best .recogniser-digit").inner_text())
    return found


# --- The models -----------------------------------------------------------------------------


def in_page(page: Page, name: str, pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the probabilities that a model in the page gives to images (n, 784)."""
    page.evaluate("name => annbook.load(`models/${name}.js`)", name)
    packed = base64.b64encode(pixels.astype("<f4").tobytes()).decode()
    found = page.evaluate(
        """([name, packed]) => {
            const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
            const all = new Float32Array(bytes.buffer);
            return Array.from({ length: all.length / 784 }, (_, i) =>
                annbook.predict(annbook.models[name], all.subarray(784 * i, 784 * (i + 1))));
        }""",
        [name, packed],
    )
    return np.array(found)


@pytest.mark.parametrize("name", web.MODELS)
def test_a_thousand_test_images_are_read_as_in_python(
    page: Page, name: str
) -> None:
    pixels = mnist.scale(mnist.load().test_images[:1000])
    ours = in_page(page, name, pixels)
    theirs = models.probabilities(models.load(name), pixels)
    same = int((ours.argmax(axis=1) == theirs.argmax(axis=1)).sum())
    assert same >= 999
    assert np.abs(ours - theirs).max() <= 5e-3
    np.testing.assert_allclose(ours.sum(axis=1), 1, atol=1e-6)


def test_a_model_of_another_format_is_refused(page: Page) -> None:
    message = page.evaluate(
        """() => {
            try {
                annbook.predict({ version: 99, name: "x", layers: [] }, new Float32Array(784));
            } catch (error) { return error.message; }
        }"""
    )
    assert message == "model x has format 99, not 1"


# --- The preparation ------------------------------------------------------------------------


def prepared_in_page(page: Page, function: str, picture: NDArray[Any]) -> Any:
    return page.evaluate(
        """([name, values, rows, columns]) => {
            const pixels = annbook[name](Float64Array.from(values), rows, columns);
            return pixels && Array.from(pixels);
        }""",
        [function, picture.ravel().tolist(), *picture.shape],
    )


def photos() -> Iterator[NDArray[Any]]:
    """Yield grey photos of digits: uneven light, noise, dark on light and light on dark."""
    generator = np.random.default_rng(0)
    images = mnist.load().test_images
    for index in range(12):
        ink = np.pad(np.kron(images[index] / 255, np.ones((4, 4))), 14)
        down, across = np.mgrid[: len(ink), : len(ink)] / len(ink)
        paper = 0.6 + 0.3 * across - 0.2 * down * across
        photo = paper * (1 - 0.8 * ink) + generator.normal(0, 0.02, ink.shape)
        grey = np.round(255 * np.clip(photo, 0, 1)) / 255
        yield grey if index % 2 else 1 - grey


def drawings() -> Iterator[NDArray[Any]]:
    generator = np.random.default_rng(1)
    for _ in range(8):
        rows, columns = generator.integers(1, 300, 2)
        ink = generator.random((rows, columns))
        yield ink * (generator.random((rows, columns)) < 0.02)
    yield np.eye(280)
    yield np.ones((1, 1))


@pytest.mark.parametrize(
    ("in_browser", "in_python", "pictures"),
    [
        ("place", preparation.place, drawings),
        ("prepare", preparation.prepare, photos),
    ],
    ids=["drawings", "photos"],
)
def test_a_picture_is_prepared_as_in_python(
    page: Page, in_browser: str, in_python: Any, pictures: Any
) -> None:
    near, count = 0, 0
    for picture in pictures():
        found = prepared_in_page(page, in_browser, picture)
        wanted = in_python(picture).ravel()
        near += int((np.abs(np.array(found) - wanted) <= 1 / 255).sum())
        count += wanted.size
    assert near >= 0.99 * count


@pytest.mark.parametrize("function", ["place", "prepare"])
def test_a_picture_without_ink_is_no_digit(page: Page, function: str) -> None:
    paper = (
        np.zeros((60, 50)) if function == "place" else np.full((60, 50), 0.7)
    )
    assert prepared_in_page(page, function, paper) is None


def read_in_page(page: Page, ink: list[NDArray[Any]]) -> dict[str, list[int]]:
    """Return what each model reads in drawings, prepared and read in the page."""
    packed = base64.b64encode(
        np.round(255 * np.stack(ink)).astype(np.uint8)
    ).decode()
    return page.evaluate(
        """([packed, names]) => {
            const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
            const found = Object.fromEntries(names.map((name) => [name, []]));
            for (let start = 0; start < bytes.length; start += 280 * 280) {
                const ink = Float32Array.from(
                    bytes.subarray(start, start + 280 * 280), (value) => value / 255);
                const pixels = annbook.place(ink, 280, 280);
                for (const name of names) {
                    const shares = annbook.predict(annbook.models[name], pixels);
                    found[name].push(shares.indexOf(Math.max(...shares)));
                }
            }
            return found;
        }""",
        [packed, list(web.MODELS)],
    )


@pytest.mark.skipif(
    not os.environ.get("ANNBOOK_DATA"),
    reason="ANNBOOK_DATA does not name a folder with the full MNIST",
)
def test_digits_drawn_anywhere_and_at_any_size_are_read(page: Page) -> None:
    for name in web.MODELS:
        page.evaluate("name => annbook.load(`models/${name}.js`)", name)
    data, count = mnist.load(), 500
    images = data.test_images[:count] / 255
    drawn = drawing.draw_digits(images, np.random.default_rng(0))
    right = dict.fromkeys(web.MODELS, 0)
    labels = iter(data.test_labels.tolist())
    while ink := list(itertools.islice(drawn, 50)):
        wanted = list(itertools.islice(labels, len(ink)))
        for name, found in read_in_page(page, ink).items():
            right[name] += sum(map(int.__eq__, found, wanted))
    shares = {name: number / count for name, number in right.items()}
    missed = [name for name, floor in FLOORS.items() if shares[name] < floor]
    assert missed == [], shares


# --- The pen --------------------------------------------------------------------------------


def test_ten_digits_drawn_by_hand_are_read(page: Page) -> None:
    found = read_by_models(page, list(HAND.values()))
    right = sum(
        int(text) == digit for digit, text in zip(HAND, found, strict=True)
    )
    assert right >= 9, found


def test_an_empty_drawing_gets_no_prediction(page: Page) -> None:
    assert shares(page) == ["–"] * 10
    draw(page, HAND[1])
    wait_for_digit(page, 1)
    assert sum(
        float(text.split()[0]) for text in shares(page)
    ) == pytest.approx(100, abs=0.6)
    page.get_by_role("button", name="Undo").click()
    spoken(page).get_by_text("Nothing is drawn yet.").wait_for()
    assert shares(page) == ["–"] * 10


def test_a_stroke_is_taken_back_and_all_are_wiped_off(page: Page) -> None:
    draw(page, HAND[4])
    wait_for_digit(page, 4)
    whole = ink_drawn(page)
    page.get_by_role("button", name="Undo").click()
    assert 0 < ink_drawn(page) < whole
    page.get_by_role("button", name="Clear").click()
    assert ink_drawn(page) == 0


def ink_drawn(page: Page) -> float:
    return page.evaluate(
        """() => {
            const board = document.querySelector("canvas.recogniser-board");
            const { data } = board.getContext("2d").getImageData(0, 0, 280, 280);
            return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0) / 255;
        }"""
    )


def test_a_click_leaves_a_dot_of_the_pen_s_width(page: Page) -> None:
    page.mouse.click(*at(page, 50, 50))
    assert ink_drawn(page) == pytest.approx(np.pi * 8**2, rel=0.05)


def test_softmax_fails_where_the_convolution_does_not(page: Page) -> None:
    hard = page.get_by_role("group", name="Misread by softmax").get_by_role(
        "button"
    )
    for index in range(hard.count()):
        label = (
            hard.nth(index)
            .get_attribute("aria-label")
            .removeprefix("A sample ")
        )
        page.get_by_role("radio", name="convolution").check()
        hard.nth(index).click()
        page.wait_for_selector(f'.widget-body[data-digit="{label}"]')
        page.get_by_role("radio", name="softmax").check()
        page.wait_for_selector(f'.widget-body:not([data-digit="{label}"])')


def test_it_is_used_by_keyboard_alone(page: Page) -> None:
    sample = page.get_by_role("button", name="A sample 3").first
    sample.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if sample.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    wait_for_digit(page, 3)
    spoken(page).get_by_text("The model (convolution) says 3").wait_for()


def test_it_is_drawn_on_by_touch_and_the_page_stays_where_it_is(
    visit: Visit, site: Site
) -> None:
    page = visit(
        site.url("use"),
        viewport={"width": 390, "height": 700},
        has_touch=True,
        is_mobile=True,
    )
    begin(page, "recogniser")
    client = page.context.new_cdp_session(page)
    before = page.evaluate("scrollY")
    points = [at(page, *point) for point in HAND[1][0]]

    def touch(kind: str, place: tuple[float, float] | None) -> None:
        touches = [{"x": place[0], "y": place[1]}] if place else []
        client.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches}
        )

    touch("touchStart", points[0])
    for start, end in itertools.pairwise(points):
        for share in np.linspace(0.1, 1, 10):
            touch(
                "touchMove",
                tuple(np.add(start, share * np.subtract(end, start))),
            )
    touch("touchEnd", None)
    wait_for_digit(page, 1)
    assert page.evaluate("scrollY") == before


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everybody_can_use_it(
    visit: Visit, site: Site, width: int, scheme: str
) -> None:
    page = visit(
        site.url("use"),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    begin(page, "recogniser")
    draw(page, HAND[2])
    wait_for_digit(page, 2)
    place = '[data-widget="recogniser"]'
    assert axe(page, place) == []
    assert overflows(page, place) == []


def test_models_are_loaded_only_when_they_are_needed(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("use"))
    loaded = []
    page.on(
        "request", lambda request: loaded.append(request.url.split("/")[-1])
    )
    begin(page, "recogniser")
    page.wait_for_timeout(300)
    assert not {"softmax.js", "hidden.js", "convolution.js"} & set(loaded)
    draw(page, HAND[7])
    wait_for_digit(page, 7)
    assert "convolution.js" in loaded
    assert not {"softmax.js", "hidden.js"} & set(loaded)


def test_it_works_from_a_file_on_disk(visit: Visit, site: Site) -> None:
    page = visit(site.file("use"))
    begin(page, "recogniser")
    draw(page, HAND[7])
    wait_for_digit(page, 7)


def test_without_scripts_a_sentence_stands_in_its_place(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("use"), java_script_enabled=False)
    assert page.get_by_text(
        "Without scripts there is nothing to draw on."
    ).is_visible()


# --- The camera -----------------------------------------------------------------------------


def write_video(path: Path, digit: int) -> None:
    """Write two frames of a digit on paper, as a camera would see them."""
    data = mnist.load()
    image = data.test_images[(data.test_labels == digit).argmax()]
    grey = np.full((240, 320), 215, np.uint8)
    ink = np.kron(image, np.ones((6, 6))) / 255
    grey[36:204, 76:244] = 215 - 180 * ink
    colour = np.full((120, 160), 128, np.uint8).tobytes() * 2
    frame = b"FRAME\n" + grey.tobytes() + colour
    path.write_bytes(
        b"YUV4MPEG2 W320 H240 F10:1 Ip A1:1 C420jpeg\n" + frame * 2
    )


@pytest.fixture(scope="module")
def open_with(browser: Browser) -> Iterator[Callable[..., Browser]]:
    """Return a function that starts another browser, with arguments of its own."""
    path = find_browser(browser.browser_type.executable_path)
    started = []

    def start(*arguments: str) -> Browser:
        other = browser.browser_type.launch(
            executable_path=path, args=[*QUIET, "--no-sandbox", *arguments]
        )
        started.append(other)
        return other

    yield start
    for other in started:
        other.close()


@pytest.fixture(scope="module")
def filming(
    open_with: Callable[..., Browser], tmp_path_factory: pytest.TempPathFactory
) -> Browser:
    """Start a browser whose camera sees a seven."""
    video = tmp_path_factory.mktemp("video") / "seven.y4m"
    write_video(video, 7)
    return open_with(
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    )


def open_camera(
    browser: Browser, url: str, *permissions: str
) -> tuple[Page, Watch]:
    context = browser.new_context(permissions=list(permissions))
    watch = Watch(url[: url.index("/", len("https://"))], True)
    watch.attach(context)
    page = context.new_page()
    page.goto(url)
    begin(page, "recogniser")
    page.get_by_role("button", name="Use the camera").click()
    return page, watch


def test_the_camera_sees_a_digit_and_stops_when_told(
    filming: Browser, site: Site
) -> None:
    page, watch = open_camera(filming, site.url("use"), "camera")
    wait_for_digit(page, 7)
    spoken(page).get_by_text("says 7").wait_for()
    page.get_by_role("button", name="Stop the camera").click()
    page.get_by_role("button", name="Use the camera").wait_for()
    assert page.locator("canvas.recogniser-board").first.is_visible()
    assert shares(page) == ["–"] * 10
    assert watch.faults == []
    page.context.close()


def test_the_camera_stops_when_the_page_is_out_of_sight(
    filming: Browser, site: Site
) -> None:
    page, watch = open_camera(filming, site.url("use"), "camera")
    wait_for_digit(page, 7)
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { value: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    page.get_by_role("button", name="Use the camera").wait_for()
    assert watch.faults == []
    page.context.close()


def test_a_camera_that_is_refused_leaves_the_pen(
    filming: Browser, site: Site
) -> None:
    page, watch = open_camera(filming, site.url("use"))
    spoken(page).get_by_text("The camera was not allowed.").wait_for()
    draw(page, HAND[7])
    wait_for_digit(page, 7)
    assert watch.faults == []
    page.context.close()


def test_a_device_without_a_camera_says_so(
    open_with: Callable[..., Browser], site: Site
) -> None:
    page, watch = open_camera(open_with(), site.url("use"), "camera")
    spoken(page).get_by_text("This device has no camera").wait_for()
    assert watch.faults == []
    page.context.close()


def test_a_page_that_is_not_secure_says_so(
    open_with: Callable[..., Browser], site: Site
) -> None:
    browser = open_with("--host-resolver-rules=MAP book.test 127.0.0.1")
    address = site.url("use").replace("127.0.0.1", "book.test")
    page, watch = open_camera(browser, address)
    spoken(page).get_by_text("only on pages that come over https").wait_for()
    assert watch.faults == []
    page.context.close()
