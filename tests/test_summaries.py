"""The logs hold what happened, come back as written, and the real TensorBoard shows them."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins import projector

from annbook import graphs, mnist, softmax, summaries
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS = ("train", "validation")
BOOK_EPOCHS, EPOCHS = summaries.EPOCHS, 3
POINTS = 30


def few(step: int) -> mnist.Mnist:
    """Return every so-manieth digit of the packaged sample."""
    data = mnist._load_sample(mnist._SAMPLE)
    return mnist.Mnist(
        data.train_images[::step],
        data.train_labels[::step],
        data.test_images[::step],
        data.test_labels[::step],
        data.edition,
        data.source,
    )


DATA = few(10)


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Train for a few epochs and show a few images, for all tests alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries, "EPOCHS", EPOCHS)
        patch.setattr(summaries, "EMBEDDED", POINTS)
        yield


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return logs that no test changes."""
    folder = tmp_path_factory.mktemp("logs")
    summaries.write_into(folder, DATA)
    return folder


@pytest.fixture(scope="module")
def history() -> dict[str, list[tuple[float, float]]]:
    """Return each run's loss and accuracy, measured without the logs."""
    split = mnist.hold_back(DATA)
    records = {
        "train": (mnist.scale(split.images), split.labels),
        "validation": (
            mnist.scale(split.validation_images),
            split.validation_labels,
        ),
    }
    noted: dict[str, list[tuple[float, float]]] = {run: [] for run in RUNS}

    def note(_: int, model: softmax.Model) -> None:
        for run, (images, labels) in records.items():
            said = softmax.predict(model, images).numpy().astype(float)
            right = said.argmax(axis=1) == labels
            loss = -np.log(said[np.arange(len(labels)), labels]).mean()
            noted[run].append((float(loss), float(right.mean())))

    softmax.train(*records["train"], epochs=EPOCHS, watch=note)
    return noted


# What is written, and read back.


@pytest.mark.parametrize("run", RUNS)
def test_the_curves_are_the_model_s_loss_and_accuracy(
    run: str, logs: Path, history: dict[str, list[tuple[float, float]]]
) -> None:
    curves = summaries.read_scalars(logs, run)
    assert list(curves) == ["loss", "accuracy"]
    for column, curve in enumerate(curves.values()):
        assert curve.steps.tolist() == [*range(EPOCHS + 1)]
        wanted = [noted[column] for noted in history[run]]
        np.testing.assert_allclose(curve.values, wanted, rtol=1e-5)


def test_logs_are_closed_when_they_are_written(tmp_path: Path) -> None:
    with summaries.open_writers(tmp_path, RUNS) as writers:
        assert [*writers] == [*RUNS]
    for writer in writers.values():
        with pytest.raises(RuntimeError, match="closed"):
            writer.set_as_default()


def test_the_last_graph_of_a_log_is_read(tmp_path: Path) -> None:
    @tf.function
    def double(x: Any) -> Any:
        return 2 * x

    earlier = double.get_concrete_function(tf.TensorSpec((None,)))
    later = summaries.trace(softmax.new_model(5, 3))
    with (
        summaries.open_writers(tmp_path, ["train"]) as writers,
        writers["train"].as_default(),
    ):
        tf.summary.graph(earlier.graph)
        tf.summary.graph(later.graph)
    found = summaries.read_graph(tmp_path)
    assert "model/Softmax" in found
    assert {node.name for node in later.graph.as_graph_def().node} == set(found)


@pytest.mark.parametrize("run", RUNS)
def test_a_log_begins_with_its_start(run: str, logs: Path) -> None:
    first, second, *_ = summaries.read_events(logs / run)
    assert first.file_version == "brain.Event:2"
    assert second.session_log.status == tf.compat.v1.SessionLog.START


def test_the_graph_leads_from_the_pixels_to_loss_and_accuracy(
    logs: Path,
) -> None:
    graph = summaries.read_graph(logs)
    kinds = {node.kind for node in graph.values()}
    assert {"MatMul", "AddV2", "Softmax", "ArgMax", "Mean"} <= kinds
    ends = graphs.collapse(graph, {"Placeholder", "Mean"})
    everything = {"images", "weights", "bias", "labels"}
    assert set(ends["loss/Mean"].inputs) == everything
    assert set(ends["accuracy/Mean"].inputs) == everything
    softmax_inputs = graphs.collapse(graph, {"Placeholder", "Softmax"})
    assert set(softmax_inputs["model/Softmax"].inputs) == everything - {
        "labels"
    }


def test_the_points_are_the_test_images_and_their_weighted_sums(
    logs: Path,
) -> None:
    pixels, labels = summaries.read_embedding(logs, "pixels")
    sums, again = summaries.read_embedding(logs, "sums")
    images = mnist.scale(DATA.test_images[:POINTS])
    np.testing.assert_array_equal(pixels, images)
    np.testing.assert_array_equal(labels, DATA.test_labels[:POINTS])
    np.testing.assert_array_equal(labels, again)
    split = mnist.hold_back(DATA)
    model = softmax.train(
        mnist.scale(split.images), split.labels, epochs=EPOCHS
    ).model
    expected = softmax.weighted_sums(model, images)
    np.testing.assert_allclose(sums, expected, atol=1e-5)
    rows = (logs / "train" / "metadata.tsv").read_text().splitlines()
    read_as = [int(row.split("\t")[1]) for row in rows[1:]]
    assert read_as == softmax.classify(model, images).tolist()


def test_a_reading_without_a_label_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        summaries.write_labels(tmp_path, np.array([1]), np.array([1, 2]))


def test_the_projector_finds_the_labels_and_pictures_of_all_points(
    logs: Path,
) -> None:
    written = (logs / "train" / "projector_config.pbtxt").read_text()
    config = text_format.Parse(written, projector.ProjectorConfig())
    names = [points.tensor_name for points in config.embeddings]
    assert names == [*map(summaries.tensor_name, ("pixels", "sums"))]
    for points in config.embeddings:
        assert (logs / "train" / points.metadata_path).is_file()
        assert (logs / "train" / points.sprite.image_path).is_file()
        assert points.sprite.single_image_dim == [28, 28]


def test_the_sprite_holds_every_image_in_its_place(logs: Path) -> None:
    picture = np.asarray(Image.open(logs / "train" / "sprite.png"))
    assert picture.shape == (6 * 28, 6 * 28)
    for place, image in enumerate(DATA.test_images[:POINTS]):
        row, column = divmod(place, 6)
        tile = picture[28 * row :, 28 * column :][:28, :28]
        assert np.array_equal(255 - tile.astype(int), image)
    assert (picture[28 * 5 :] == 255).all()


@pytest.mark.parametrize(
    ("count", "side"), [(1, 1), (2, 2), (4, 2), (5, 3), (500, 23)]
)
def test_a_sprite_is_the_smallest_square_that_holds_all(
    count: int, side: int
) -> None:
    picture = summaries.sprite(np.full((count, 2, 3), 255, np.uint8))
    assert picture.shape == (2 * side, 3 * side)
    assert (picture == 0).sum() == 6 * count


def test_what_is_assessed_is_the_book_s_cost_and_accuracy() -> None:
    generator = np.random.default_rng(0)
    weights, bias = generator.normal(size=(5, 3)), generator.normal(size=3)
    model = softmax.Model(
        tf.Variable(weights, dtype=tf.float32),
        tf.Variable(bias, dtype=tf.float32),
    )
    images = generator.uniform(size=(40, 5)).astype(np.float32)
    labels = generator.integers(0, 3, 40)
    loss, accuracy = summaries.trace(model)(
        *model, tf.constant(images), tf.constant(labels)
    )
    assert float(loss) == pytest.approx(
        float(softmax.mean_cost(model, images, labels)), rel=1e-6
    )
    said = softmax.classify(model, images)
    assert float(accuracy) == pytest.approx(softmax.accuracy(labels, said))


# Where it is kept.


def test_a_log_may_begin_where_there_is_no_folder_yet(tmp_path: Path) -> None:
    summaries.mark_start(tmp_path / "new" / "train")
    assert len(summaries.read_events(tmp_path / "new" / "train")) == 2


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANNBOOK_LOGS", str(tmp_path / "logs"))
    return tmp_path / "logs"


def test_the_folder_is_the_one_that_is_named_or_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNBOOK_LOGS", "here")
    assert summaries.folder() == Path("here").absolute()
    monkeypatch.setenv("ANNBOOK_LOGS", "")
    monkeypatch.setenv("ANNBOOK_CACHE", str(tmp_path))
    assert summaries.folder() == tmp_path / "logs"


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_logs_that_are_whole_are_left_and_others_are_replaced(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert summaries.write(DATA) == place
    first = files(place)
    summaries.write(DATA)
    assert files(place) == first
    (place / "train" / "sprite.png").unlink()
    summaries.write(DATA)
    assert files(place).keys() != first.keys()
    assert (place / "train" / "sprite.png").exists()
    monkeypatch.setattr(summaries.store, "key", lambda *_: "other code")
    second = files(place)
    summaries.write(DATA)
    events = {name for name in files(place) if name.endswith(".v2")}
    assert events.isdisjoint(second)
    assert len(events) == 3
    curve = summaries.read_scalars(place, "train")["loss"]
    assert curve.steps.tolist() == [*range(EPOCHS + 1)]


def test_another_edition_has_logs_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = []
    monkeypatch.setattr(
        summaries.folders, "keep", lambda _folder, key, _fill: keys.append(key)
    )
    full = mnist.Mnist(*[*vars(DATA).values()][:4], "full", "a test")
    for data in (DATA, full, DATA):
        summaries.write(data)
    assert keys[0] == keys[2] != keys[1]


# What may be wrong.


def garble(run: Path) -> None:
    for path in run.glob("events*.v2"):
        path.write_bytes(path.read_bytes()[:-2])


def no_log(run: Path) -> None:
    for path in run.glob("events*"):
        path.unlink()


def only_the_start(run: Path) -> None:
    for path in run.glob("events*.v2"):
        path.unlink()


def no_checkpoint(run: Path) -> None:
    for path in run.glob("points*"):
        path.unlink()


def no_table(run: Path) -> None:
    (run / "metadata.tsv").unlink()


def a_strange_table(run: Path) -> None:
    (run / "metadata.tsv").write_text("digit\tread as\nseven\t7\n")


def read_scalars(logs: Path) -> object:
    return summaries.read_scalars(logs, "train")


def read_points(logs: Path) -> object:
    return summaries.read_embedding(logs, "pixels")


@pytest.mark.parametrize(
    ("read", "damage", "complaint"),
    [
        (read_scalars, garble, "holds a damaged log"),
        (read_scalars, no_log, "holds no log"),
        (read_scalars, only_the_start, "holds no curve"),
        (summaries.read_graph, garble, "holds a damaged log"),
        (summaries.read_graph, no_log, "holds no log"),
        (summaries.read_graph, only_the_start, "holds no graph"),
        (read_points, no_checkpoint, "holds no points 'pixels'"),
        (read_points, no_table, "holds no points 'pixels'"),
        (read_points, a_strange_table, "holds no points 'pixels'"),
    ],
)
def test_a_damaged_log_is_told_in_one_line(
    read: Callable[[Path], object],
    damage: Callable[[Path], None],
    complaint: str,
    logs: Path,
    tmp_path: Path,
) -> None:
    for name, content in files(logs).items():
        path = tmp_path / "copy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    read(tmp_path / "copy")
    damage(tmp_path / "copy" / "train")
    with pytest.raises(BookError, match=re.escape(complaint)) as told:
        read(tmp_path / "copy")
    assert "\n" not in str(told.value)
    assert str(told.value).endswith(
        "Delete the folder and write the logs again."
    )


@pytest.mark.parametrize(
    ("read", "complaint"),
    [
        (lambda logs: summaries.read_scalars(logs, "lost"), "holds no log"),
        (lambda logs: summaries.read_graph(logs, "validation"), "no graph"),
        (lambda logs: summaries.read_embedding(logs, "lost"), "'lost'"),
    ],
)
def test_what_was_not_written_is_told(
    read: Callable[[Path], object], complaint: str, logs: Path
) -> None:
    with pytest.raises(BookError, match=complaint):
        read(logs)


# The real thing.


class Server:
    """A TensorBoard that listens on this machine alone."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, route: str, **query: str) -> bytes:
        address = f"{self.address}data/{route}?{urlencode(query)}"
        with urlopen(address, timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def wait_for(
        self, holds: Callable[[Any], bool], route: str, **query: str
    ) -> Any:
        """Return an answer once it is as it should be: TensorBoard reads logs when it likes."""
        end = time.monotonic() + 120
        while True:
            answer = json.loads(self.get(route, **query))
            if holds(answer):
                return answer
            assert time.monotonic() < end, answer
            time.sleep(0.2)

    def curve(self, run: str, tag: str, last: int) -> list[tuple[int, float]]:
        """Return a curve's steps and values, once it ends at this step."""
        route = "plugin/scalars/scalars"
        self.wait_for(lambda runs: run in runs, "runs")
        rows = self.wait_for(
            lambda rows: rows[-1][1] == last, route, run=run, tag=tag
        )
        return [(step, value) for _, step, value in rows]


@contextmanager
def tensorboard(logs: Path, output: Path) -> Iterator[Server]:
    """Start TensorBoard as ``nox -s tensorboard`` does, at a free port; stop it at the end."""
    options = ["--logdir", str(logs), "--host", "127.0.0.1", "--port", "0"]
    options += ["--load_fast", "false", "--reload_interval", "1"]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    with (
        output.open("w", encoding="utf-8") as said,
        subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", *options],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **quiet},
        ) as process,
    ):
        try:
            end = time.monotonic() + 120
            while not (found := re.search(r"http://\S+", output.read_text())):
                assert process.poll() is None, output.read_text()
                assert time.monotonic() < end, output.read_text()
                time.sleep(0.1)
            yield Server(found[0])
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.mark.slow
def test_the_real_tensorboard_shows_what_was_written(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = summaries.write(DATA)
    assert logs == place
    run = logs / "train"
    with tensorboard(logs, tmp_path / "said") as server:
        for name in RUNS:
            for tag, curve in summaries.read_scalars(logs, name).items():
                shown = server.curve(name, tag, last=EPOCHS)
                assert [step for step, _ in shown] == curve.steps.tolist()
                values = np.float32([value for _, value in shown])
                np.testing.assert_array_equal(values, np.float32(curve.values))

        graph = server.get(
            "plugin/graphs/graph", run="train", conceptual="false"
        ).decode()
        names = set(re.findall(r'^  name: "([^"]+)"', graph, re.MULTILINE))
        assert names == set(summaries.read_graph(logs))
        assert {'op: "MatMul"', 'op: "Softmax"'} <= set(
            re.findall(r'op: "\w+"', graph)
        )

        runs = server.wait_for(bool, "plugin/projector/runs")
        assert runs == ["train"]
        config = json.loads(server.get("plugin/projector/info", run="train"))
        shapes = {
            each["tensorName"]: each["tensorShape"]
            for each in config["embeddings"]
        }
        assert shapes == {
            summaries.tensor_name("pixels"): [POINTS, 784],
            summaries.tensor_name("sums"): [POINTS, 10],
        }
        for name in ("pixels", "sums"):
            query = {"run": "train", "name": summaries.tensor_name(name)}
            points, _ = summaries.read_embedding(logs, name)
            assert (
                server.get("plugin/projector/tensor", **query)
                == points.tobytes()
            )
            table = server.get("plugin/projector/metadata", **query)
            assert table == (run / "metadata.tsv").read_bytes()
            picture = server.get("plugin/projector/sprite_image", **query)
            assert picture == (run / "sprite.png").read_bytes()
            assert Image.open(io.BytesIO(picture)).size == (168, 168)

        # The browser is open, and the logs are written anew by other code.
        monkeypatch.setattr(summaries.store, "key", lambda *_: "other code")
        monkeypatch.setattr(summaries, "EPOCHS", 1)
        summaries.write(DATA)
        curve = summaries.read_scalars(logs, "train")["loss"]
        shown = server.curve("train", "loss", last=1)
        assert [step for step, _ in shown] == curve.steps.tolist() == [0, 1]

    said = (tmp_path / "said").read_text().strip().splitlines()
    assert said[0].startswith("TensorBoard 2."), said


@pytest.mark.slow
def test_the_module_writes_the_logs_or_says_in_one_line_why_not(
    place: Path,
) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "annbook.summaries"],
            env={
                **os.environ,
                "ANNBOOK_EDITION": "sample",
                "PYTHONPATH": os.pathsep.join(sys.path),
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "TF_ENABLE_ONEDNN_OPTS": "0",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    curve = summaries.read_scalars(place, "validation")["loss"]
    assert curve.steps.tolist() == [*range(BOOK_EPOCHS + 1)]
    (place / "mine").touch()
    (place / "train" / "sprite.png").unlink()
    refused = run()
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "holds mine, which this book has not written" in refused.stderr
