"""The workflows run the same sessions as everyone, pinned, with few rights and an end."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
READ_THE_DOCS = ROOT / ".readthedocs.yaml"
# Who may write what: whoever builds or tests may not.
WRITERS = {
    ("book.yml", "deploy"): {"pages", "id-token"},
    ("book.yml", "notebooks"): {"contents"},
    ("release.yml", "publish"): {"id-token"},
}

every_workflow = pytest.mark.parametrize(
    "path", WORKFLOWS, ids=lambda path: path.name
)


def read(path: Path) -> dict[str, Any]:
    # YAML 1.1 takes the key "on" for a yes; the loader for texts alone does not.
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    return read(path)["jobs"]


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path).values() for step in job["steps"]]


def sessions() -> set[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    }


def test_there_are_workflows() -> None:
    assert len(WORKFLOWS) == 3


@every_workflow
def test_every_action_is_pinned_by_its_digest_and_says_its_version(
    path: Path,
) -> None:
    text = path.read_text(encoding="utf-8")
    lines = re.findall(r"uses:.*", text)
    assert len(lines) == sum("uses" in step for step in steps(path))
    pin = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in lines if not pin.fullmatch(line)] == []


def test_one_action_has_one_digest_everywhere() -> None:
    used = {
        step["uses"]
        for path in WORKFLOWS
        for step in steps(path)
        if "uses" in step
    }
    names = [each.split("@")[0] for each in used]
    assert len(names) == len(set(names))


@every_workflow
def test_every_session_that_is_run_exists(path: Path) -> None:
    commands = [step["run"] for step in steps(path) if "run" in step]
    named = re.findall(r"nox -s ([\w ]+)$", "\n".join(commands), re.MULTILINE)
    assert {name for each in named for name in each.split()} <= sessions()
    assert named


@every_workflow
def test_every_job_has_an_end_and_its_own_few_rights(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        assert 0 < int(job["timeout-minutes"]) <= 90
        writes = {
            right
            for right, grade in job["permissions"].items()
            if grade == "write"
        }
        assert writes == WRITERS.get((path.name, name), set())


@every_workflow
def test_no_command_holds_what_a_stranger_may_have_written(path: Path) -> None:
    # A title or a branch name would be run as part of the script.
    assert not [step for step in steps(path) if "${{" in step.get("run", "")]


@every_workflow
def test_no_job_keeps_a_credential_that_it_could_push_with(
    path: Path,
) -> None:
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


def test_nothing_is_published_before_everything_has_passed() -> None:
    book = jobs(ROOT / ".github" / "workflows" / "book.yml")
    assert set(book) == {
        "lint",
        "package",
        "tests",
        "book",
        "deploy",
        "notebooks",
    }
    assert set(book["deploy"]["needs"]) == set(book) - {"deploy", "notebooks"}
    assert book["notebooks"]["needs"] == "deploy"
    for name in ("deploy", "notebooks"):
        assert book[name]["if"] == "github.event_name == 'push'"


@pytest.mark.skipif(
    os.name == "nt", reason="the job runs on Linux, and needs its shell"
)
def test_the_same_notebooks_are_pushed_as_the_same_commit(
    tmp_path: Path,
) -> None:
    book = jobs(ROOT / ".github" / "workflows" / "book.yml")
    (step,) = [each for each in book["notebooks"]["steps"] if "run" in each]
    remote = tmp_path / "owner" / "book"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text("#!/bin/sh\n")
    (tools / "gh").chmod(0o755)
    environment = {
        **os.environ,
        **step["env"],
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_SERVER_URL": tmp_path.as_uri(),
        "GITHUB_REPOSITORY": "owner/book",
    }
    commits = []
    for run, text in enumerate(["same", "same", "new"]):
        folder = tmp_path / f"run-{run}"
        (folder / "theory").mkdir(parents=True)
        (folder / "theory" / "a.ipynb").write_text(text)
        subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=folder,
            env=environment,
            check=True,
        )
        question = ["log", "--max-count=2", "--format=%H/%at/%ct", "notebooks"]
        answer = subprocess.check_output(
            ["git", "-C", remote, *question], text=True
        )
        commits.append(answer.strip().split("/"))
    assert commits[0] == commits[1] != commits[2]
    # Two runs within one second would give one commit without it.
    new_year = str(int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()))
    assert commits[0][1:] == [new_year, new_year]


def test_read_the_docs_builds_with_the_same_session() -> None:
    commands = read(READ_THE_DOCS)["build"]["commands"]
    named = re.findall(r"nox -s (\w+)", "\n".join(commands))
    assert named == ["book"]
    assert "ANNBOOK_ADDRESS" in " ".join(commands)


def test_the_version_is_the_same_wherever_it_stands() -> None:
    project = tomllib.loads(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    version = project["project"]["version"]
    citation = read(ROOT / "CITATION.cff")
    assert citation["version"] == version
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == version
