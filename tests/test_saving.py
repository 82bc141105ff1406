"""A saved model answers as the trained one, in every format, or is not saved at all."""

from __future__ import annotations

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
    path = save(tmp_path / "deep" / name)
    loaded = saving.load(path)
    assert loaded.shape == (6,)
    np.testing.assert_allclose(loaded.ask(IMAGES), ANSWERS, atol=1e-6)
    np.testing.assert_allclose(loaded.ask(IMAGES[:1]), ANSWERS[:1], atol=1e-6)
    assert saving.size(path) > 6 * 3 * 4
    assert [each.name for each in path.parent.iterdir()] == [name]


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


def test_a_folder_whose_replacement_fails_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "model")
    replace = Path.replace

    def fail(self: Path, target: Path) -> Any:
        if self.name == "draft":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(BookError, match=r"cannot be written \(No space left"):
        save(path)
    monkeypatch.undo()
    saving.require_same_answers(path, IMAGES, ANSWERS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", ["missing", "foreign", "cut short"])
def test_what_is_no_saved_model_is_told_in_one_line(
    name: str, damage: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if damage == "cut short":
        save(path)
        file = path if path.is_file() else path / "saved_model.pb"
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "foreign":
        path.write_text("<html>not found</html>", encoding="utf-8")
    with pytest.raises(BookError) as caught:
        saving.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "Save the model again" in str(caught.value)


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
    loaded = saving.load(save(tmp_path / name))
    with pytest.raises(ValueError, match="takes 6 values for each"):
        loaded.ask(np.zeros(shape, np.float32))


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


def test_the_other_program_says_what_is_wrong_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "images.npy", IMAGES)
    missing = str(tmp_path / "model.keras")
    arguments = [
        str(tmp_path / "images.npy"),
        str(tmp_path / "out.npz"),
        missing,
    ]
    assert reuse.main(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out.npz").exists()
    assert reuse.main([]) == 1
    assert capsys.readouterr().out.startswith("usage:")
