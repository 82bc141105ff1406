"""A saved model answers as the trained one, in every format, or is not saved at all."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annbook import convolution, reuse, saving, softmax
from annbook.errors import BookError

NAMES = ("model.keras", "model.tflite", "model")
GENERATOR = np.random.default_rng(0)


def trained(inputs: int = 6, classes: int = 3, seed: int = 0) -> softmax.Model:
    draw = np.random.default_rng(seed).normal
    return softmax.Model(
        tf.Variable(draw(size=(inputs, classes)).astype(np.float32)),
        tf.Variable(draw(size=classes).astype(np.float32)),
    )


MODEL = trained()
IMAGES = GENERATOR.random((7, 6), np.float32)
ANSWERS = softmax.predict(MODEL, IMAGES).numpy()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def save(path: Path, model: softmax.Model = MODEL) -> Path:
    return saving.save(saving.to_keras(model), path, IMAGES, ANSWERS)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=10)
@given(st.integers(1, 9), st.integers(2, 5), st.integers(0, 99))
def test_the_keras_model_is_the_same_model(
    inputs: int, classes: int, seed: int
) -> None:
    model = trained(inputs, classes, seed)
    images = np.random.default_rng(seed).random((4, inputs), np.float32)
    found = saving.to_keras(model)(images)
    wanted = softmax.predict(model, images)
    np.testing.assert_allclose(found, wanted, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_model_answers_as_the_trained_one(
    name: str, tmp_path: Path
) -> None:
    path = save(tmp_path / "very" / "deep" / name)
    loaded = saving.load(path)
    assert loaded.shape == (6,)
    np.testing.assert_allclose(loaded.ask(IMAGES), ANSWERS, atol=1e-6)
    np.testing.assert_allclose(loaded.ask(IMAGES[:1]), ANSWERS[:1], atol=1e-6)
    assert saving.size(path) > 6 * 3 * 4
    assert [each.name for each in path.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_saved_without_a_word(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / name)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_network_of_images_takes_rows_of_pixels(
    name: str, tmp_path: Path
) -> None:
    model = convolution.new_model(1)
    pixels = GENERATOR.random((3, 784), np.float32)
    answers = convolution.predict(model, pixels)
    path = saving.save(model, tmp_path / name, pixels, answers)
    loaded = saving.load(path)
    assert loaded.shape == (28, 28, 1)
    np.testing.assert_allclose(loaded.ask(pixels), answers, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_without_the_trained_weights_is_not_saved(
    name: str, tmp_path: Path
) -> None:
    same_shape = tf.keras.models.clone_model(saving.to_keras(MODEL))
    with pytest.raises(BookError, match="answers differently from the trained"):
        saving.save(same_shape, tmp_path / name, IMAGES, ANSWERS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_one_weight_that_moved_is_noticed(name: str, tmp_path: Path) -> None:
    path = save(tmp_path / name)
    saving.require_same_answers(path, IMAGES, ANSWERS)
    weights = MODEL.weights.numpy()
    weights[2, 1] += 0.01
    moved = softmax.predict(
        softmax.Model(tf.Variable(weights), MODEL.bias), IMAGES
    )
    with pytest.raises(BookError, match=r"by up to 0\.00"):
        saving.require_same_answers(path, IMAGES, moved)
    with pytest.raises(BookError, match="by up to nan"):
        saving.require_same_answers(path, IMAGES, ANSWERS * np.nan)


@pytest.mark.parametrize("name", NAMES)
def test_a_failed_save_leaves_the_old_model_as_it_was(
    name: str, tmp_path: Path
) -> None:
    path = save(tmp_path / name)
    with pytest.raises(BookError):
        save(path, trained(seed=1))
    saving.require_same_answers(path, IMAGES, ANSWERS)
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_model_replaces_an_older_one(name: str, tmp_path: Path) -> None:
    save(tmp_path / name)
    other = trained(seed=1)
    answers = softmax.predict(other, IMAGES).numpy()
    saving.save(saving.to_keras(other), tmp_path / name, IMAGES, answers)
    saving.require_same_answers(tmp_path / name, IMAGES, answers)
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(28, "No space left on device"), BookError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["full", "interrupted"],
)
def test_a_folder_whose_replacement_fails_comes_back(
    failure: BaseException,
    told: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = save(tmp_path / "model")
    replace = Path.replace

    def fail(self: Path, target: Path) -> Any:
        if self.name == "draft":
            raise failure
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(told, match=r"^$|cannot be written \(No space left"):
        save(path)
    monkeypatch.undo()
    saving.require_same_answers(path, IMAGES, ANSWERS)
    assert [each.name for each in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_something_else_is_not_replaced(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.txt").write_text("years", encoding="utf-8")
    with pytest.raises(BookError, match="holds no model, and is not replaced"):
        save(tmp_path / name)
    assert (tmp_path / name / "thesis.txt").read_text("utf-8") == "years"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", ["missing", "foreign", "empty", "cut short"])
def test_what_is_no_saved_model_is_told_in_one_line(
    name: str, damage: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if damage == "cut short":
        save(path)
        cut(path if path.is_file() else path / "saved_model.pb")
    elif damage == "empty":
        path.touch()
    elif damage == "foreign":
        path.write_text("<html>not found</html>", encoding="utf-8")
    with pytest.raises(BookError) as caught:
        saving.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "Save the model again" in str(caught.value)
    # Keras says so of a file that is there and cut short.
    assert "not found: filepath" not in str(caught.value)


def test_a_folder_with_half_of_its_weights_is_told_in_one_line(
    tmp_path: Path,
) -> None:
    path = save(tmp_path / "model")
    for file in (path / "variables").glob("variables.data*"):
        cut(file)
    with pytest.raises(BookError, match="no saved model that can be read"):
        saving.load(path)


@pytest.mark.parametrize("signed", [False, True])
def test_a_folder_that_does_not_answer_is_told_in_one_line(
    signed: bool, tmp_path: Path
) -> None:
    silent = tf.Module()
    silent.double = tf.function(lambda x: 2 * x)
    known = silent.double.get_concrete_function(tf.TensorSpec((None, 6)))
    tf.saved_model.save(
        silent,
        str(tmp_path / "model"),
        signatures={"serving_default": known} if signed else None,
    )
    with pytest.raises(BookError, match="no saved model that can be read"):
        saving.load(tmp_path / "model")


# A LiteRT file has no checksum. Read straight from the file, some of these end the program.
@pytest.mark.parametrize("seed", range(3))
def test_a_litert_file_with_wrong_bytes_never_ends_the_program(
    seed: int, tmp_path: Path
) -> None:
    path = save(tmp_path / "model.tflite")
    whole = path.read_bytes()
    for place in np.random.default_rng(seed).integers(len(whole), size=20):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        with contextlib.suppress(BookError):
            assert saving.load(path).ask(IMAGES).shape == ANSWERS.shape


def test_a_place_that_is_no_folder_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(BookError, match="cannot be written"):
        save(tmp_path / "file" / "model.keras")


@pytest.mark.parametrize("call", [saving.load, save])
def test_another_ending_is_refused(call: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"model\.h5 must end in"):
        call(tmp_path / "model.h5")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(2, 5), (6,), (2, 7)])
def test_images_of_another_size_are_refused(
    name: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    path = save(tmp_path / name)
    images = np.zeros(shape, np.float32)
    with pytest.raises(BookError, match="takes 6 values for each") as caught:
        saving.load(path).ask(images)
    assert str(path) in str(caught.value)


def test_an_error_names_the_model_and_not_its_draft(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    for images, answers in [(IMAGES[:, 1:], ANSWERS), (IMAGES, ANSWERS + 1)]:
        with pytest.raises(BookError) as caught:
            saving.save(saving.to_keras(MODEL), path, images, answers)
        assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.slow
def test_another_process_gets_the_same_answers_from_every_format(
    tmp_path: Path,
) -> None:
    paths = [str(save(tmp_path / name)) for name in NAMES]
    np.save(tmp_path / "images.npy", IMAGES)
    arguments = [str(tmp_path / "images.npy"), str(tmp_path / "answers.npz")]
    done = subprocess.run(
        [sys.executable, "-m", "annbook.reuse", *arguments, *paths],
        env=os.environ | {"PYTHONPATH": str(Path(saving.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "asked 3 models about 7 images\n"
    with np.load(tmp_path / "answers.npz") as answers:
        assert len(answers.files) == len(NAMES)
        for name in answers.files:
            np.testing.assert_allclose(answers[name], ANSWERS, atol=1e-6)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and images for it."""
    folder = tmp_path_factory.mktemp("saved")
    save(folder / "model.keras")
    np.save(folder / "images.npy", IMAGES)
    np.save(folder / "other.npy", IMAGES[:, 1:])
    np.save(folder / "words.npy", np.array(["word"]))
    (folder / "foreign.npy").write_text("<html>", encoding="utf-8")
    whole = (folder / "images.npy").read_bytes()
    (folder / "half.npy").write_bytes(whole[: len(whole) // 2])
    return folder


def run(folder: Path, *names: str) -> int:
    return reuse.main([str(folder / name) for name in names])


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("images.npy", "new.npz", "none.keras"), "none.keras: is missing"),
        (("other.npy", "new.npz", "model.keras"), "takes 6 values"),
        (("none.npy", "new.npz", "model.keras"), "none.npy: is no array"),
        (("words.npy", "new.npz", "model.keras"), "words.npy: is no array"),
        (("foreign.npy", "new.npz", "model.keras"), "foreign.npy: is no array"),
        (("half.npy", "new.npz", "model.keras"), "half.npy: is no array"),
        (("images.npy", "no/new.npz", "model.keras"), "new.npz: cannot be wr"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_the_other_program_says_what_is_wrong_in_one_line(
    names: tuple[str, ...],
    told: str,
    saved: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = sorted(saved.iterdir())
    assert run(saved, *names) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert sorted(saved.iterdir()) == before


def test_the_other_program_replaces_older_answers(saved: Path) -> None:
    answers = saved / "answers.npz"
    answers.write_text("older", encoding="utf-8")
    assert run(saved, "images.npy", "answers.npz", "model.keras") == 0
    with np.load(answers) as found:
        np.testing.assert_allclose(found["arr_0"], ANSWERS, atol=1e-6)


def test_the_other_program_tells_how_to_call_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert reuse.main([]) == 1
    assert capsys.readouterr().out.startswith("usage:")
