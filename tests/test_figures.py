"""The figures: what they show is legible, complete and the same in every build."""

from __future__ import annotations

import functools
import itertools
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from sklearn.isotonic import IsotonicRegression

from annbook.figures import diagrams, digits, evaluation, lines, style, training
from annbook.predictor import train_line
from annbook.statistics import Calibration, calibration, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

GENERATOR = np.random.default_rng(7)
IMAGES = GENERATOR.integers(0, 256, (30, 28, 28), dtype=np.uint8)
BLANK = np.zeros((1, 28, 28), np.uint8)
LABELS = np.arange(30, dtype=np.uint8) % 10
INSECTS = [(1, 3, "worm"), (3, 1, "caterpillar")]
CLOUD = [(1.2, 2.6, "worm"), (0.8, 3.3, "worm"), (2.8, 1.2, "caterpillar")]
TARGETS = [(3, 1.1), (1, 2.9)]
WEIGHTS = GENERATOR.normal(size=(784, 10))
COUNTS = GENERATOR.integers(0, 60, (10, 10)) + 900 * np.eye(10, dtype=int)
COSTS = 0.3 + 1.2 * np.exp(-np.arange(30) / 4)
CERTAIN, DOUBTFUL = (
    np.eye(10)[7],
    np.array([0.1, 0, 0, 0.1, 0, 0, 0, 0.6, 0.1, 0.1]),
)
HIDDEN = np.array([[0.9, 0.3, 0.4], [0.2, 0.8, 0.2], [0.1, 0.5, 0.6]])
TO_HIDDEN, TO_OUTPUT = (
    np.array([[3.0, 2.0], [1.0, 7.0]]),
    np.array([[2.0, 3.0], [1.0, 4.0]]),
)
ERRORS = [[0.362, 0.938], [0.42, 0.88], [0.8, 0.5]]
SHARES = [
    np.array([[0.252, 0.168], [0.11, 0.77]]),
    np.array([[0.32, 0.48], [0.1, 0.4]]),
]
PLANE = [np.linspace(-2, 10, 25), np.linspace(-3, 4, 15)]
# A valley whose lowest place, of cost 0.25, lies at (9, -1).
VALLEY = 0.25 + np.hypot((PLANE[0][:, None] - 9) / 4, PLANE[1] + 1)
WALK = np.stack([9 - 9 * 0.8 ** np.arange(20), np.linspace(2, 0, 20)], axis=1)
GROUPS = calibration(np.linspace(0.15, 1, 4000) ** 0.5, np.arange(4000) % 4 > 0)
STAGES = {
    "human": ["question", "think", "answer"],
    "example": ["input\n4 × 5", "compute\n5 + 5 + 5 + 5", "output\n20"],
}


def histories(*rates: float) -> dict[str, list[float]]:
    return {
        f"L = {rate}": [
            0.25,
            *(s.slope for s in train_line(TARGETS, 0.25, learning_rate=rate)),
        ]
        for rate in rates
    }


class Case(NamedTuple):
    make: Callable[[], Any]
    shows: str
    """Words and numbers that must be written in the figure, each in one text of its own."""


CASES = {
    "guesses": Case(
        lambda: lines.guesses(62.137, 100, [0.5, 0.6, 0.7, 0.61]),
        "1|2|3|4|c = 0.5: 12.137|c = 0.6: 2.137|c = 0.7: −7.863|c = 0.61: 1.137"
        "|overshot: too many miles",
    ),
    "guesses: one": Case(lambda: lines.guesses(10, 10, [1]), "c = 1: 0"),
    "insects": Case(
        lambda: lines.insects(INSECTS, [0.25, 0.3083, 0.3667, 1.6042, 2.9]),
        "worm (1, 3)|caterpillar (3, 1)|A = 0.25|A = 0.3083|A = 0.3667|A = 1.604|A = 2.9",
    ),
    "insects: without a line": Case(
        lambda: lines.insects(INSECTS[:1]), "worm (1, 3)"
    ),
    "insects: shaded": Case(
        lambda: lines.insects(
            [*INSECTS, (2, 2.6, "unknown")], [1.6042], others=CLOUD, shaded=True
        ),
        "unknown (2, 2.6)|above: worm|below: caterpillar|A = 1.604",
    ),
    "insects: a falling line": Case(
        lambda: lines.insects(INSECTS, [-0.5]), "A = −0.5"
    ),
    "steps": Case(
        lambda: lines.steps(0.25, train_line(TARGETS, 0.25, learning_rate=0.5)),
        "start: A = 0.25|step 1: A = 0.3083|step 2: A = 1.604|target 1.1\nE = 0.35"
        "|target 2.9\nE = 2.592",
    ),
    "steps: none": Case(lambda: lines.steps(0.25, []), "start: A = 0.25"),
    "steps: many": Case(
        lambda: lines.steps(
            0.25, train_line(TARGETS, 0.25, learning_rate=0.5, passes=5)
        ),
        "start: A = 0.25|step 10: A = 2.054",
    ),
    "slope_history": Case(
        lambda: lines.slope_history(histories(1.0, 0.5, 0.1), (1 / 3, 3)),
        "L = 1.0|L = 0.5|L = 0.1|grey: slopes that separate the insects",
    ),
    "slope_history: one step": Case(
        lambda: lines.slope_history({"start": [0.25]}), "start"
    ),
    "grid": Case(
        lambda: digits.grid(IMAGES[:23], LABELS[:23]), "0|1|2|3|4|5|6|7|8|9"
    ),
    "grid: one blank image": Case(
        lambda: digits.grid(BLANK, ["nothing"]), "nothing"
    ),
    "grid: floats, no labels": Case(lambda: digits.grid(IMAGES[:3] / 255), ""),
    "rows_by_class": Case(
        lambda: digits.rows_by_class(IMAGES, LABELS, 3), "0|1|9"
    ),
    "rows_by_class: one image": Case(
        lambda: digits.rows_by_class(BLANK, LABELS[:1]), "0|9"
    ),
    "pixels": Case(lambda: digits.pixels(IMAGES[0]), "0|7|14|21|27|row|column"),
    "pixels: blank": Case(lambda: digits.pixels(BLANK[0]), "27"),
    "pixel_values": Case(
        lambda: digits.pixel_values(IMAGES[0], range(6, 10), range(12, 24)),
        "|".join(map(str, IMAGES[0, 6:10, 12:24].ravel())) + "|6|9|12|23",
    ),
    "pixel_values: one float": Case(
        lambda: digits.pixel_values(BLANK[0] / 255, range(1), range(1)), "0.00"
    ),
    "weights": Case(lambda: digits.weights(WEIGHTS), "0|1|2|3|4|5|6|7|8|9"),
    "weights: untrained": Case(
        lambda: digits.weights(np.zeros((784, 2))), "0|1"
    ),
    "signed: one, under a long name": Case(
        lambda: digits.signed(
            WEIGHTS[:, :1].reshape(1, 28, 28),
            ["a seven"],
            1,
            "weight (+ for the digit, − against it)",
        ),
        "a seven|weight (+ for the digit, − against it)",
    ),
    "class_counts": Case(
        lambda: digits.class_counts(np.repeat(LABELS, 2000), LABELS),
        "training: 60,000|test: 30|6,000|3|0|9",
    ),
    "class_counts: one": Case(
        lambda: digits.class_counts(LABELS[:1], LABELS[:1]),
        "training: 1|test: 1",
    ),
    "cost_curve": Case(
        lambda: training.cost_curve(COSTS), "1.5|0.3009|epoch|mean cost"
    ),
    "cost_curve: one epoch": Case(lambda: training.cost_curve([0.5]), "0.5"),
    "cost_curve: several": Case(
        lambda: training.cost_curve(
            {
                "rate 0.01": COSTS,
                "rate 0.1": 0.97 * COSTS,
                "rate 0.0001": 2.3 - COSTS / 9,
            }
        ),
        "rate 0.01: 0.3009|rate 0.1: 0.2918|rate 0.0001: 2.267",
    ),
    "cost_curve: diverging": Case(
        lambda: training.cost_curve(
            {"rate 0.01": COSTS, "rate 9": [1, 10, 1e4, 1e6, np.inf]},
            logarithmic=True,
        ),
        "rate 0.01: 0.3009|rate 9: not finite|1,000,000",
    ),
    "cost_curve: accuracy": Case(
        lambda: training.cost_curve(1 - COSTS / 2, quantity="accuracy"),
        "accuracy|0.25|0.8496",
    ),
    "cost_curve: from before the first step": Case(
        lambda: training.cost_curve(
            {"training": COSTS[:6], "validation": COSTS[:6] + 0.1}, first=0
        ),
        "training: 0.6438|validation: 0.7438|0|5",
    ),
    "cost_curve: before the first step alone": Case(
        lambda: training.cost_curve([2.3], first=0), "2.3|0|1"
    ),
    "landscape": Case(
        lambda: training.landscape(PLANE, VALLEY, WALK),
        "start|end|1|1.5|2|along the first direction|along the second",
    ),
    "landscape: a path below": Case(
        lambda: training.landscape(PLANE, VALLEY, WALK * [1, -1]),
        "start|end|1|2",
    ),
    "landscape: one place": Case(
        lambda: training.landscape(PLANE, VALLEY, [[3, 0]]), "start|end|2"
    ),
    "landscape: level ground": Case(
        lambda: training.landscape(PLANE, np.ones_like(VALLEY), WALK),
        "start|end",
    ),
    "landscape: steep": Case(
        lambda: training.landscape(PLANE, 100 * VALLEY**3, WALK),
        "200|1,000|10,000",
    ),
    "cost_of_probability": Case(
        lambda: training.cost_of_probability([1, 0.6, 0.1]),
        "−ln 1 = 0|−ln 0.6 = 0.51|−ln 0.1 = 2.3|p → 0: cost → ∞",
    ),
    "cost_of_probability: no point": Case(
        training.cost_of_probability, "cost −ln p"
    ),
    "confusion": Case(
        lambda: evaluation.confusion(COUNTS),
        "|".join(map(str, COUNTS.ravel())) + "|true digit|predicted digit",
    ),
    "confusion: no mistakes": Case(
        lambda: evaluation.confusion(np.eye(1, dtype=int)), "1"
    ),
    "by_class": Case(
        lambda: evaluation.by_class(
            {
                "precision": np.linspace(0.85, 0.975, 10),
                "recall": np.linspace(0.96, 0.8, 10),
            }
        ),
        "precision|recall|digit|0|9|85.0|96.0|80.0|97.5|share of records, %",
    ),
    "by_class: equal": Case(
        lambda: evaluation.by_class({"a": [0.5, 1], "b": [0.5, 1]}),
        "50.0|100.0|a|b",
    ),
    "by_class: a class never predicted": Case(
        lambda: evaluation.by_class({"a": [np.nan, 0.25], "b": [0, 1]}),
        "0.0|25.0|100.0",
    ),
    "reliability": Case(
        lambda: evaluation.reliability(GROUPS),
        "|".join(f"{count:,}" for count in GROUPS.records)
        + "|more often right\nthan it says|less often right\nthan it says|records"
        "|share that is right|confidence: probability of its answer",
    ),
    "reliability: one record": Case(
        lambda: evaluation.reliability(calibration([1], [True], 4)), "0|1"
    ),
    "mistakes": Case(
        lambda: evaluation.mistakes(
            IMAGES[:7],
            LABELS[:7],
            LABELS[1:8],
            np.array([0.97, 1, 0.5, 0.4, 0.3, 0.2, 0.11]),
        ),
        "0 taken for 1\n97 %|1 taken for 2\n100 %|6 taken for 7\n11 %",
    ),
    "probabilities": Case(
        lambda: evaluation.probabilities(DOUBTFUL, 7),
        "0.1|0|0.6|7\nlabel|digit|probability",
    ),
    "probabilities: nearly sure": Case(
        lambda: evaluation.probabilities([0.997, 0.003, 0]), ">0.99|<0.01|0"
    ),
    "distributions": Case(
        lambda: evaluation.distributions(CERTAIN, DOUBTFUL),
        "1|0|0.6|0.1|label y|prediction p",
    ),
    "stages": Case(
        lambda: diagrams.stages(STAGES),
        "human|question|think|answer|input\n4 × 5|compute\n5 + 5 + 5 + 5|output\n20",
    ),
    "stages: one": Case(lambda: diagrams.stages({"name": ["box"]}), "name|box"),
    "neuron": Case(
        lambda: diagrams.neuron(
            [0.9, 0.1, 0.8], [0.9, 0.3, 0.4], total=1.16, output=0.761
        ),
        "0.9|0.1|0.8|0.3|0.4|Σ\n1.16|0.761|sigmoid",
    ),
    "neuron: one input, bias": Case(
        lambda: diagrams.neuron(
            [1], [-2], total=-3.5, output=0, bias=-1.5, activation="step"
        ),
        "1|−2|Σ\n−3.5|0|step|bias −1.5",
    ),
    "neuron: names": Case(
        lambda: diagrams.neuron(
            ["x₁", "x₂", diagrams.DOTS, "xₙ"],
            ["w₁", "w₂", "", "wₙ"],
            total="",
            output="o",
        ),
        "x₁|x₂|⋮|xₙ|w₁|w₂|wₙ|Σ|o",
    ),
    "logistic_regression": Case(
        diagrams.logistic_regression, "x₁|x₄|⋮|x₇₈₄|Σ|sigmoid|p"
    ),
    "softmax_regression": Case(
        diagrams.softmax_regression,
        "x₁|x₄|⋮|x₇₈₄|Σ|softmax|p₀|p₉|784\ninputs|10\nprobabilities",
    ),
    "network": Case(
        lambda: diagrams.network(
            [HIDDEN],
            [[0.9, 0.1, 0.8], [0.7613, 0.6034, 0.6502]],
            ["input", "hidden"],
        ),
        "0.9|0.3|0.4|0.2|0.8|0.1|0.5|0.6|0.761|0.603|0.65|input|hidden",
    ),
    "network: three columns": Case(
        lambda: diagrams.network([HIDDEN, -HIDDEN]),
        "−0.9|0.9|hidden|dashed: negative weight",
    ),
    "network: many weights": Case(
        lambda: diagrams.network(
            [WEIGHTS[:5, :6], WEIGHTS[:4, :5], WEIGHTS[:3, :4]]
        ),
        "input|hidden 1|hidden 2|output",
    ),
    "network: a single zero": Case(
        lambda: diagrams.network([np.zeros((1, 1))]), "0"
    ),
    "error_split": Case(
        lambda: diagrams.error_split(
            [TO_OUTPUT], ERRORS[1:], SHARES[1:], ["hidden", "output"]
        ),
        "e₁\n0.8|e₂\n0.5|e₁\n0.42|e₂\n0.88|0.32\nw = 2|0.48\nw = 3|0.1\nw = 1|0.4\nw = 4"
        "|hidden errors|output errors",
    ),
    "error_split: both layers": Case(
        lambda: diagrams.error_split([TO_HIDDEN, TO_OUTPUT], ERRORS, SHARES),
        "e₁\n0.362|e₂\n0.938|0.252\nw = 3|0.168\nw = 2|0.11\nw = 1|0.77\nw = 7|0.48\nw = 3"
        "|input errors",
    ),
    "biological_neuron": Case(
        diagrams.biological_neuron,
        "dendrites\nreceive|cell body\ndecides|axon\nsends",
    ),
    "step_and_sigmoid": Case(
        diagrams.step_and_sigmoid, "step|sigmoid|0.5|output"
    ),
}


@functools.cache
def figure_of(name: str) -> Any:
    return CASES[name].make()


@functools.cache
def svg_of(name: str) -> str:
    return str(CASES[name].make()._repr_svg_())


@functools.cache
def texts_of(name: str) -> list[Text]:
    """Return the texts that are really drawn: an axis keeps more ticks than it shows."""
    drawn = dict.fromkeys(figure_of(name).findobj(Text), False)
    draw = Text.draw

    def spy(text: Text, renderer: Any) -> None:
        drawn[text] = bool(text.get_text()) and text.get_visible()
        draw(text, renderer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", spy)
        FigureCanvasAgg(figure_of(name)).draw()
    return [text for text in drawn if drawn[text]]


@pytest.mark.parametrize("name", CASES)
def test_a_figure_shows_the_numbers_and_words_it_was_given(name: str) -> None:
    assert isinstance(figure_of(name), Figure)
    wanted = set(filter(None, CASES[name].shows.split("|")))
    assert wanted - {text.get_text() for text in texts_of(name)} == set()


@pytest.mark.parametrize("name", CASES)
def test_equal_arguments_give_equal_bytes(name: str) -> None:
    assert CASES[name].make()._repr_svg_() == svg_of(name)


@pytest.mark.parametrize("name", CASES)
def test_no_text_is_cut_off(name: str) -> None:
    page = figure_of(name).bbox
    boxes = {
        text.get_text(): text.get_window_extent() for text in texts_of(name)
    }
    inside = {
        text: page.x0 <= box.x0
        and page.y0 <= box.y0
        and box.x1 <= page.x1
        and box.y1 <= page.y1
        for text, box in boxes.items()
    }
    assert [text for text in inside if not inside[text]] == []


@pytest.mark.parametrize("name", CASES)
def test_no_text_lies_on_another(name: str) -> None:
    boxes = [
        (text.get_text(), text.get_window_extent().padded(-1))
        for text in texts_of(name)
    ]
    pairs = itertools.combinations(boxes, 2)
    assert [
        (a, b) for (a, box_a), (b, box_b) in pairs if box_a.overlaps(box_b)
    ] == []


@pytest.mark.parametrize("name", CASES)
def test_every_text_is_large_enough_for_a_phone(name: str) -> None:
    small = [
        text
        for text in texts_of(name)
        if float(text.get_fontsize()) < style.NOTE_SIZE
    ]
    assert small == []


@pytest.mark.parametrize("name", CASES)
def test_text_stays_text_in_the_readers_font_and_is_never_a_formula(
    name: str,
) -> None:
    svg = svg_of(name)
    assert svg.count("<text") == svg.count(
        "font-family: 'DejaVu Sans', sans-serif;"
    )
    assert [
        outline for outline in ("<tspan", "DejaVuSans-") if outline in svg
    ] == []


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (
            lambda: lines.guesses(1, 1, []),
            "slopes must hold one guess or more, not 0",
        ),
        (lambda: lines.insects([]), "not []"),
        (lambda: lines.insects([(1, 1, "moth")]), "not ['moth']"),
        (lambda: lines.insects(INSECTS, shaded=True), "slopes is empty"),
        (lambda: lines.slope_history({}), "one label or more"),
        (
            lambda: lines.slope_history({"L = 1": []}),
            "each with one slope or more",
        ),
        (
            lambda: digits.grid(IMAGES[0]),
            "images must have shape (n, n, n), not (28, 28)",
        ),
        (lambda: digits.grid(IMAGES[:0]), "not (0, 28, 28)"),
        (
            lambda: digits.grid(IMAGES, LABELS[:9]),
            "as many as the 30 images, not 9",
        ),
        (lambda: digits.grid(IMAGES, columns=0), "1 image or more, not 0"),
        (
            lambda: digits.grid(255.0 * BLANK + 9),
            "float64 must be from 0 to 1, not from 9.0",
        ),
        (
            lambda: digits.grid(BLANK.astype(int) - 1),
            "int64 must be from 0 to 255, not from -1",
        ),
        (
            lambda: digits.rows_by_class(IMAGES, LABELS[:9]),
            "labels must have shape (30), not (9,)",
        ),
        (
            lambda: digits.rows_by_class(IMAGES, LABELS, 0),
            "1 image or more, not 0",
        ),
        (
            lambda: digits.pixels(IMAGES),
            "image must have shape (n, n), not (30, 28, 28)",
        ),
        (
            lambda: digits.pixel_values(IMAGES[0], range(3), range(27, 29)),
            "columns must lie in 0 to 27, not range(27, 29)",
        ),
        (
            lambda: digits.pixel_values(IMAGES[0], range(-1, 3), range(3)),
            "rows must lie in 0 to 27, not range(-1, 3)",
        ),
        (
            lambda: digits.pixel_values(IMAGES[0], range(0), range(3)),
            "not range(0, 0)",
        ),
        (
            lambda: digits.weights(WEIGHTS.T),
            "weights must have shape (784, n), not (10, 784)",
        ),
        (
            lambda: digits.class_counts(LABELS, LABELS[:0]),
            "test labels must have shape (n)",
        ),
        (
            lambda: digits.class_counts(LABELS + 1, LABELS),
            "training labels must be integers from 0 to 9, not uint8 from 1 to 10",
        ),
        (
            lambda: digits.class_counts(LABELS / 1, LABELS),
            "not float64 from 0.0 to 9.0",
        ),
        (
            lambda: training.landscape(PLANE, VALLEY.T, WALK),
            "costs must have shape (25, 15), not (15, 25)",
        ),
        (
            lambda: training.landscape(PLANE, VALLEY - 1, WALK),
            "costs must be finite and positive, not from -0.75",
        ),
        (
            lambda: training.landscape(PLANE, VALLEY, [[11, 0]]),
            "path must stay from [-2.0, -3.0] to [10.0, 4.0], not from [11.0, 0.0]",
        ),
        (
            lambda: training.landscape(PLANE, VALLEY, [[0]]),
            "path must have shape (n, 2), not (1, 1)",
        ),
        (lambda: evaluation.by_class({"a": [1]}), "two, not 1"),
        (
            lambda: evaluation.by_class({"a": [1, 1], "b": [1]}),
            "shares must have shape (2), not (1,)",
        ),
        (
            lambda: evaluation.by_class({"a": [1.5], "b": [1]}),
            "from 0 to 1, not [[1.5], [1.0]]",
        ),
        (
            lambda: evaluation.by_class({"a": [np.nan], "b": [np.nan]}),
            "from 0 to 1, not [[nan], [nan]]",
        ),
        (
            lambda: evaluation.reliability(
                Calibration(*(np.zeros(n) for n in (2, 2, 3)))
            ),
            "accuracy must have shape (2), not (3,)",
        ),
        (
            lambda: evaluation.reliability(
                Calibration(*(np.zeros(n) for n in (2, 2, 2)))
            ),
            "one record or more, not 0",
        ),
        (lambda: training.cost_curve({}), "one curve or more"),
        (
            lambda: training.cost_curve([]),
            "costs must have shape (n), not (0,)",
        ),
        (
            lambda: training.cost_curve({"a": [COSTS]}),
            "costs a must have shape (n), not (1, 30)",
        ),
        (
            lambda: training.cost_curve([np.nan]),
            "costs must have a finite value, not [nan]",
        ),
        (lambda: training.cost_of_probability([1, 0]), "not [0]"),
        (lambda: training.cost_of_probability([1.1]), "not [1.1]"),
        (
            lambda: evaluation.confusion(COUNTS[:9]),
            "counts must have shape (n, 9), not (9, 10)",
        ),
        (lambda: evaluation.confusion(LABELS), "counts must have shape"),
        (
            lambda: evaluation.mistakes(
                IMAGES[:2], LABELS[:2], LABELS[1:3], np.ones((2, 10))
            ),
            "probabilities must have shape (2), not (2, 10)",
        ),
        (
            lambda: evaluation.mistakes(
                IMAGES[:2], LABELS[:2], LABELS[[1, 1]], np.ones(2)
            ),
            "images must be classified wrongly, and [1] are not",
        ),
        (
            lambda: evaluation.probabilities([[1.0]]),
            "probabilities must have shape (n)",
        ),
        (lambda: evaluation.probabilities([7.0, -6.0]), "must be from 0 to 1"),
        (
            lambda: evaluation.probabilities([0.5, 0.5], 2),
            "label must be from 0 to 1, not 2",
        ),
        (
            lambda: evaluation.distributions(CERTAIN, DOUBTFUL[:9]),
            "prediction must have shape (10), not (9,)",
        ),
        (lambda: diagrams.stages({}), "one or more"),
        (lambda: diagrams.stages({"a": ["b"], "c": []}), "equally many"),
        (
            lambda: diagrams.neuron([1, 2], [3], total=3, output=1),
            "must be equally many, not 2 and 1",
        ),
        (lambda: diagrams.neuron([], [], total=0, output=0), "not 0 and 0"),
        (
            lambda: diagrams.softmax_regression(784),
            "inputs_shown must be from 1 to 783, not 784",
        ),
        (lambda: diagrams.logistic_regression(0), "from 1 to 783, not 0"),
        (
            lambda: diagrams.softmax_regression(classes=0),
            "classes must be 1 or more, not 0",
        ),
        (lambda: diagrams.network([]), "one matrix of weights or more"),
        (
            lambda: diagrams.network([HIDDEN, TO_OUTPUT]),
            "weights must have shape (n, 3), not (2, 2)",
        ),
        (
            lambda: diagrams.network([HIDDEN], [[1, 2, 3]]),
            "outputs must have the shapes [(3,), (3,)], not [(3,)]",
        ),
        (
            lambda: diagrams.network([HIDDEN], names=["input"]),
            "as many as the 2 columns, not 1",
        ),
        (
            lambda: diagrams.error_split([HIDDEN], [[1, 2, 3]] * 2, SHARES[:1]),
            "the weights' shapes [(3, 3)], not [(2, 2)]",
        ),
    ],
)
def test_a_likely_mistake_is_named(
    make: Callable[[], Figure], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        make()


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0.25, 4, "0.25"),
        (-7.863, 4, "−7.863"),
        (62.137 - 50, 5, "12.137"),
        (0.30833333333, 4, "0.3083"),
        (2.0, 4, "2"),
        (-0.0, 4, "0"),
        (-1e-16, 4, "0"),
        (0.1 + 0.2, 4, "0.3"),
        (np.float32(0.1), 4, "0.1"),
        (5923, 4, "5,923"),
    ],
)
def test_a_number_is_written_as_in_print(
    value: float, digits: int, written: str
) -> None:
    assert style.number(value, digits) == written


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0, 0.3))
def test_labels_that_would_touch_move_apart_as_little_as_will_do(
    positions: list[float], gap: float
) -> None:
    moved = style.spread(positions, gap)
    order = np.argsort(positions, kind="stable")
    ranks = gap * np.arange(len(positions))
    # The least squares solution under the same order: another's code for the same question.
    isotonic = IsotonicRegression().fit_transform(
        np.arange(len(positions)), np.array(positions)[order] - ranks
    )
    assert np.allclose(moved[order], isotonic + ranks, atol=1e-9)
    assert np.all(np.diff(moved[order]) >= gap - 1e-9)


def luminance(color: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in channels
    ]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize(
    "role", ["INK", "MUTED", "MODEL", "TRUTH", "ERROR", "WORM"]
)
def test_text_in_this_colour_is_legible_on_paper(role: str) -> None:
    contrast = (luminance(style.PAPER) + 0.05) / (
        luminance(getattr(style, role)) + 0.05
    )
    assert contrast >= 4.5


def test_curves_differ_in_more_than_colour() -> None:
    looks = style.SERIES
    assert len({look.linestyle for look in looks}) == len(
        {look.marker for look in looks}
    )
    assert (
        len({look.marker for look in looks})
        == len({look.color for look in looks})
        == len(looks)
    )


def canvas_of(figure: Any) -> NDArray[np.float64]:
    """Return the pixels of a figure's only picture, the gaps as not a number."""
    (picture,) = figure.axes[0].images
    return np.ma.filled(picture.get_array(), np.nan)


@pytest.mark.parametrize("images", [IMAGES[:4], IMAGES[:4] / 255])
def test_images_are_drawn_pixel_for_pixel(images: NDArray[Any]) -> None:
    figure: Any = digits.grid(images)
    canvas = canvas_of(figure)
    assert np.array_equal(
        canvas[:, np.isfinite(canvas[0])], np.hstack([*IMAGES[:4]]) / 255
    )
    assert "image-rendering:pixelated" in figure._repr_svg_()


@pytest.mark.parametrize(
    "weights", [WEIGHTS, -abs(WEIGHTS), np.zeros((784, 10))]
)
def test_the_colours_of_weights_are_symmetrical_about_zero(
    weights: NDArray[Any],
) -> None:
    (picture,) = digits.weights(weights).axes[0].images
    low, high = picture.get_clim()
    assert high == -low == (abs(weights).max() or 1)


def test_the_diagonal_does_not_hide_the_mistakes() -> None:
    picture: Any = evaluation.confusion(COUNTS).axes[0].images[0]
    assert picture.norm.vmax < 100 < COUNTS.max()
    assert np.array_equal(
        np.ma.getmaskarray(picture.get_array()), np.eye(10, dtype=bool)
    )


def test_rows_by_class_shows_the_first_images_of_each_digit() -> None:
    canvas = canvas_of(digits.rows_by_class(IMAGES, LABELS, 2))
    assert np.array_equal(canvas[31:59, :28], IMAGES[1] / 255)
    assert np.array_equal(canvas[31:59, 31:], IMAGES[11] / 255)


def test_the_ground_is_darker_where_the_cost_is_higher_and_the_path_lies_on_it() -> (
    None
):
    figure: Any = training.landscape(PLANE, VALLEY, WALK)
    (axes,) = figure.axes
    filled, lines = axes.collections[:2]
    shades = [
        0.3 * r + 0.6 * g + 0.1 * b for r, g, b, _ in filled.get_facecolor()
    ]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == len(shades) == len(lines.levels) + 1
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        # Not turned over: the lines are where the cost is what they say.
        x, y = path.vertices.T
        cost = 0.25 + np.hypot((x - 9) / 4, y + 1)
        assert np.allclose(cost, level, atol=0.05)
    assert np.array_equal(axes.lines[0].get_xydata(), WALK)
    assert axes.get_aspect() == 1


def test_no_cost_is_written_on_the_path() -> None:
    figure: Any = training.landscape(PLANE, VALLEY, WALK)
    (axes,) = figure.axes
    inch = 12 / 5.6
    for text in axes.texts:
        if text.get_text() not in {"start", "end"}:
            gaps = np.hypot(*(np.subtract(text.get_position(), WALK)).T)
            assert gaps.min() > 0.4 * inch


def test_a_curve_from_before_the_first_step_begins_at_epoch_0() -> None:
    for first in (0, 1):
        axes = training.cost_curve([3.0, 2.0, 1.0], first=first).axes[0]
        assert axes.lines[0].get_xdata().tolist() == [
            first,
            first + 1,
            first + 2,
        ]
        assert axes.get_xlim() == (first, first + 2)


def test_a_group_s_point_lies_at_what_it_said_and_what_came_true() -> None:
    above, below = evaluation.reliability(GROUPS).axes
    held = GROUPS.records > 0
    points = above.lines[1].get_xydata()
    assert np.array_equal(
        points, np.transpose([GROUPS.confidence, GROUPS.accuracy])[held]
    )
    for (_, share), count, bar in zip(
        points,
        GROUPS.records[held].tolist(),
        above.collections[0].get_segments(),
        strict=True,
    ):
        expected = wilson_interval(round(share * count), count)
        assert bar[:, 1].tolist() == pytest.approx(expected)
    heights = [bar.get_height() for bar in below.patches]
    assert heights == GROUPS.records.tolist()


def test_each_class_has_its_two_shares_in_its_row() -> None:
    axes = evaluation.by_class({"a": [0.5, 0.7], "b": [0.9, 0.6]}).axes[0]
    assert [line.get_xydata().tolist() for line in axes.lines] == [
        [[50, 0], [70, 1]],
        [[90, 0], [60, 1]],
    ]


def test_a_notebook_shows_a_figure_as_svg_though_nothing_has_loaded_a_backend() -> (
    None
):
    shown, _ = DisplayFormatter().format(CASES["step_and_sigmoid"].make())
    assert shown["image/svg+xml"] == svg_of("step_and_sigmoid")


def test_importing_the_figures_is_cheap_and_every_process_draws_the_same() -> (
    None
):
    program = """
import hashlib, sys
from annbook.figures import diagrams, digits, evaluation, lines, style, training
svg = lines.slope_history({"a": [1.0, 2.0], "b": [2.0, 1.5]})._repr_svg_()
heavy = {"tensorflow", "matplotlib.pyplot", "pooch", "IPython"} & sys.modules.keys()
print(sorted(heavy), hashlib.sha256(svg.encode()).hexdigest())
"""
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0].startswith("[] ")
    assert printed[0] == printed[1]
