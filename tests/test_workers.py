"""Workers: held to the workshop's training, to NumPy in float64, and to each other bit for bit."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from annbook import checkpoint, cluster, softmax, workers
from annbook.errors import BookError

Array = np.ndarray[Any, np.dtype[Any]]

# No share is like the other: batches of 5 are split into 3 and 2, the last one of 4 into 2 and 2.
RECORDS, INPUTS = 84, 6
SETTINGS: dict[str, Any] = {
    "epochs": 4,
    "batch_size": 5,
    "learning_rate": 0.5,
    "seed": 3,
}
STEPS_OF_AN_EPOCH = 17


def records(count: int = RECORDS) -> tuple[Array, Array]:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, softmax.CLASSES, count)
    images = generator.uniform(0, 1, (count, INPUTS))
    images[:, 0] = labels / softmax.CLASSES
    return images.astype(np.float32), labels.astype(np.int32)


IMAGES, LABELS = records()


def numpy_gradient(
    weights: Array, bias: Array, images: Array, labels: Array
) -> tuple[Array, Array, float]:
    """Return the gradients by weights and bias, and the mean cost, in float64."""
    sums = images.astype(np.float64) @ weights + bias
    raised = np.exp(sums - sums.max(axis=1, keepdims=True))
    found = raised / raised.sum(axis=1, keepdims=True)
    cost = -np.log(found[np.arange(len(labels)), labels]).mean()
    surplus = found - np.eye(softmax.CLASSES)[labels]
    by_weights = images.T.astype(np.float64) @ surplus / len(labels)
    return by_weights, surplus.mean(axis=0), float(cost)


def numpy_training() -> tuple[Array, Array, Array]:
    """Return weights, bias and costs of the training with one worker, in float64."""
    weights = np.zeros((INPUTS, softmax.CLASSES))
    bias = np.zeros(softmax.CLASSES)
    generator, costs = np.random.default_rng(SETTINGS["seed"]), []
    for _ in range(SETTINGS["epochs"]):
        order, total = generator.permutation(RECORDS), 0.0
        for first in range(0, RECORDS, SETTINGS["batch_size"]):
            batch = order[first : first + SETTINGS["batch_size"]]
            by_weights, by_bias, cost = numpy_gradient(
                weights, bias, IMAGES[batch], LABELS[batch]
            )
            total += cost * len(batch)
            weights = weights - SETTINGS["learning_rate"] * by_weights
            bias = bias - SETTINGS["learning_rate"] * by_bias
        costs.append(total / RECORDS)
    return weights, bias, np.array(costs)


def bits(state: checkpoint.State) -> list[bytes]:
    """Return what must be equal: all but the time."""
    return [part.tobytes() for part in state[:3]]


# Shares.


@given(st.integers(1, 200), st.data())
def test_the_shares_are_the_batch_cut_in_order_and_nearly_equal(
    size: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, min(size, 9)))
    batch = np.random.default_rng(size).permutation(1000)[:size]
    shares = [workers.share_of(batch, each, count) for each in range(count)]
    assert np.array_equal(np.concatenate(shares), batch)
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1


@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_the_weighted_mean_of_the_shares_gradients_is_the_batch_s(
    size: int, count: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=(INPUTS, softmax.CLASSES))
    batch = generator.permutation(RECORDS)[: max(size, count)]
    whole = numpy_gradient(weights, weights[0], IMAGES[batch], LABELS[batch])
    mean: list[Any] = [0, 0, 0]
    for each in range(count):
        share = workers.share_of(batch, each, count)
        parts = numpy_gradient(
            weights, weights[0], IMAGES[share], LABELS[share]
        )
        for place, part in enumerate(parts):
            mean[place] += len(share) / len(batch) * part
    for found, wanted in zip(mean, whole, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)


@given(st.integers(1, 60), st.integers(1, 70))
def test_the_batches_are_the_order_cut_into_pieces(
    count: int, size: int
) -> None:
    order = np.random.default_rng(count).permutation(count)
    found = list(workers.batches(order, size))
    assert np.array_equal(np.concatenate(found), order)
    assert [len(batch) for batch in found[:-1]] == [size] * (len(found) - 1)
    assert 1 <= len(found[-1]) <= size


# One worker, in this process.


class Alone:
    """A strategy that connects nobody: what a worker asks of it, and no more."""

    num_replicas_in_sync = 1

    class cluster_resolver:  # noqa: N801  # an attribute's name, given by TensorFlow
        task_id = 0

    def scope(self) -> Any:
        return nullcontext()

    def run(self, function: Any, arguments: Any) -> Any:
        return function(*arguments)


def train(start: checkpoint.State | None = None, **options: Any) -> Any:
    options = {
        "tick": lambda _: None,
        "watch": lambda _: None,
        **SETTINGS,
        **options,
    }
    if start is None:
        start = checkpoint.untrained(INPUTS, softmax.CLASSES)
    return workers.train(Alone(), IMAGES, LABELS, start, **options)


def random_model() -> softmax.Model:
    generator = np.random.default_rng(1)
    return softmax.Model(
        tf.Variable(generator.normal(size=(INPUTS, 10)), dtype=tf.float32),
        tf.Variable(generator.normal(size=10), dtype=tf.float32),
    )


def test_the_step_of_a_single_worker_is_the_workshops() -> None:
    ours, theirs = random_model(), random_model()
    cost = workers.descend(ours, IMAGES, LABELS, tf.constant(1.0), 0.5)
    assert float(cost) == float(softmax.descend(theirs, IMAGES, LABELS, 0.5))
    for one, other in zip(ours, theirs, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())


def test_a_share_of_a_quarter_counts_a_quarter() -> None:
    start, whole, quarter = random_model(), random_model(), random_model()
    cost = workers.descend(whole, IMAGES, LABELS, tf.constant(1.0), 0.5)
    part = workers.descend(quarter, IMAGES, LABELS, tf.constant(0.25), 0.5)
    assert float(part) == pytest.approx(float(cost) / 4)
    for before, one, other in zip(start, whole, quarter, strict=True):
        np.testing.assert_allclose(
            other - before, (one - before) / 4, rtol=0, atol=1e-6
        )


def test_a_single_worker_trains_as_the_workshop_does() -> None:
    state = train()
    expected = softmax.train(IMAGES, LABELS, **SETTINGS)
    for found, wanted in zip(state[:2], expected.model, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6)
    np.testing.assert_allclose(state.costs, expected.costs, rtol=1e-6)
    assert state.seconds.shape == state.costs.shape
    assert (state.seconds >= 0).all()
    assert state.seconds.sum() > 0


@pytest.mark.parametrize("done", range(SETTINGS["epochs"] + 1))
def test_from_any_epoch_on_the_training_is_the_undisturbed_one(
    done: int,
) -> None:
    started: list[int] = []
    seen: list[checkpoint.State] = []
    saved = train(epochs=done)
    state = train(saved, tick=started.append, watch=seen.append)
    assert bits(state) == bits(train())
    left = SETTINGS["epochs"] - done
    assert started == list(range(left * STEPS_OF_AN_EPOCH))
    assert [len(each.costs) for each in seen] == list(
        range(done + 1, SETTINGS["epochs"] + 1)
    )
    assert state.seconds[:done].tolist() == saved.seconds.tolist()


def test_a_training_that_leaves_the_numbers_is_stopped() -> None:
    with pytest.raises(BookError) as caught:
        train(learning_rate=1e38)
    # An epoch has many steps: one of them is enough.
    said = r"training: the cost became (nan|inf) in epoch 1\. .* below 1e\+38\."
    assert re.fullmatch(said, str(caught.value))


# The program.


def test_a_worker_trains_as_the_workshop_where_nothing_else_is_said() -> None:
    assert vars(workers.parse(["folder"])) == {
        "folder": Path("folder"),
        "epochs": 30,
        "batch_size": 100,
        "learning_rate": 0.01,
        "seed": 0,
        "die_before_step": None,
        "tied": False,
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with records, for a worker that is alone in this process."""
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda *_: None)
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", Alone)
    parts = {"images": IMAGES, "labels": LABELS}
    checkpoint.write(tmp_path / cluster.RECORDS, parts)
    return tmp_path


def words(folder: Path, **changed: Any) -> list[str]:
    """Return a worker's command line."""
    found = [str(folder)]
    for name, value in {**SETTINGS, **changed}.items():
        found += [f"--{name.replace('_', '-')}", str(value)]
    return found


def test_the_program_leaves_a_result_and_a_checkpoint(folder: Path) -> None:
    assert workers.main(words(folder)) == 0
    state, settings = checkpoint.read(folder / cluster.result(0))
    assert bits(state) == bits(train())
    saved = checkpoint.load(folder / cluster.CHECKPOINT, settings)
    assert saved is not None
    assert bits(saved) == bits(state)


def test_the_program_goes_on_from_the_checkpoint(folder: Path) -> None:
    assert workers.main(words(folder, epochs=1)) == 0
    (folder / cluster.result(0)).unlink()
    assert workers.main([*words(folder), "--die-before-step", "900"]) == 0
    state, _ = checkpoint.read(folder / cluster.result(0))
    assert bits(state) == bits(train())
    first, _ = checkpoint.read(folder / cluster.CHECKPOINT)
    assert len(first.costs) == SETTINGS["epochs"]


@pytest.mark.parametrize(
    "changed",
    [{"seed": 4}, {"batch_size": 6}, {"learning_rate": 0.4}, {"epochs": 3}],
    ids=str,
)
def test_the_program_refuses_a_checkpoint_of_another_training(
    folder: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any]
) -> None:
    assert workers.main(words(folder)) == 0
    assert workers.main(words(folder, **changed)) == cluster.REFUSED
    said = capsys.readouterr().err
    assert f"{cluster.CHECKPOINT}: " in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("part", ["images", "labels"])
def test_the_program_refuses_a_checkpoint_of_other_records(
    folder: Path, part: str
) -> None:
    assert workers.main(words(folder)) == 0
    parts = {"images": IMAGES.copy(), "labels": LABELS.copy()}
    parts[part][0] = 1 - parts[part][0]
    checkpoint.write(folder / cluster.RECORDS, parts)
    assert workers.main(words(folder)) == cluster.REFUSED


def test_only_worker_0_writes_checkpoints(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Alone.cluster_resolver, "task_id", 1)
    monkeypatch.setattr(Alone, "num_replicas_in_sync", 2)
    assert workers.main(words(folder)) == 0
    assert (folder / cluster.result(1)).exists()
    assert not (folder / cluster.CHECKPOINT).exists()


def test_a_worker_whose_others_are_gone_says_so_last(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise tf.errors.UnavailableError(
            None, None, "connection reset\nby peer"
        )

    monkeypatch.setattr(workers, "train", fail)
    assert workers.main(words(folder)) == cluster.DESERTED
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "The other workers are gone (UnavailableError)."
    assert any("connection reset" in line for line in said)


def test_a_worker_whose_port_is_in_use_ends_with_the_code_for_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(message: str) -> None:
        def strategy() -> None:
            raise tf.errors.UnknownError(None, None, message)

        monkeypatch.setattr(
            tf.distribute, "MultiWorkerMirroredStrategy", strategy
        )

    fail("Could not start gRPC server")
    assert workers.main(words(folder)) == cluster.PORT_TAKEN
    fail("Something else")
    with pytest.raises(tf.errors.UnknownError):
        workers.main(words(folder))


def test_a_worker_dies_before_the_step_it_was_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        pass

    def kill(process: int, how: int) -> None:
        assert process == os.getpid()
        assert how == getattr(signal, "SIGKILL", signal.SIGTERM)
        raise Death

    monkeypatch.setattr(os, "kill", kill)
    step = 2 * STEPS_OF_AN_EPOCH + 1
    with pytest.raises(Death):
        workers.main([*words(folder), "--die-before-step", str(step)])
    saved, _ = checkpoint.read(folder / cluster.CHECKPOINT)
    assert bits(saved) == bits(train(epochs=2))


def test_tf_config_is_what_tensorflow_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses = ["127.0.0.1:20001", "127.0.0.1:20002"]
    monkeypatch.setenv("TF_CONFIG", cluster.tf_config(addresses, 1))
    found = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    assert found.cluster_spec().as_dict() == {"worker": addresses}
    assert (found.task_type, found.task_id) == ("worker", 1)


# Two workers, in processes of their own.


class Life(NamedTuple):
    """A training that went well, one in which a worker died, and its continuation."""

    undisturbed: list[checkpoint.State]
    lost: cluster.WorkerError
    said: str
    saved: checkpoint.State
    again: list[checkpoint.State]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Run two workers three times; it takes some seconds each."""
    # The kernels of the pages find the same: with more threads they fight for the cores.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"):
            patch.setenv(f"{name}_THREADS", "1")
        folder = tmp_path_factory.mktemp("cluster")
        undisturbed = cluster.run(2, IMAGES, LABELS, **SETTINGS)
        deaths = {0: 2 * STEPS_OF_AN_EPOCH + 3}
        with pytest.raises(cluster.WorkerError) as caught:
            cluster.run(2, IMAGES, LABELS, folder, **SETTINGS, deaths=deaths)
        said = cluster.last_line(folder / cluster.log(1))
        saved, _ = checkpoint.read(folder / cluster.CHECKPOINT)
        again = cluster.run(2, IMAGES, LABELS, folder, **SETTINGS)
    return Life(undisturbed, caught.value, said, saved, again)


@pytest.mark.slow
def test_two_workers_make_the_model_that_one_makes(life: Life) -> None:
    first, second = life.undisturbed
    assert bits(first) == bits(second)
    for found, wanted in zip(first, numpy_training(), strict=False):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-6)
    alone = softmax.train(IMAGES, LABELS, **SETTINGS)
    np.testing.assert_allclose(first.costs, alone.costs, rtol=1e-6)


@pytest.mark.slow
def test_the_death_of_one_ends_the_other_and_is_named(life: Life) -> None:
    assert str(life.lost).startswith("worker 0 of 2: ")
    assert {end.worker for end in life.lost.ends} == {0, 1}
    assert 0 not in {end.code for end in life.lost.ends}
    assert life.said == "The other workers are gone (UnavailableError)."


@pytest.mark.slow
def test_after_a_death_the_training_goes_on_to_the_same_bits(
    life: Life,
) -> None:
    assert len(life.saved.costs) == 2
    assert np.array_equal(life.saved.costs, life.undisturbed[0].costs[:2])
    for state in life.again:
        assert bits(state) == bits(life.undisturbed[0])
        # The two epochs that were saved were not done again.
        assert np.array_equal(state.seconds[:2], life.saved.seconds)


@pytest.mark.slow
def test_a_worker_finds_other_ports_where_its_own_is_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:
        taken.bind((cluster.ADDRESS, 0))
        taken.listen()
        ports = [
            [taken.getsockname()[1]],
            cluster.free_ports(1, random.SystemRandom()),
        ]
        monkeypatch.setattr(cluster, "free_ports", lambda *_: ports.pop(0))
        (state,) = cluster.run(1, IMAGES, LABELS, **SETTINGS)
    assert not ports
    assert len(state.costs) == SETTINGS["epochs"]
