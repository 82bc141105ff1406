"""Every job of this book, one session each; ``nox -l`` lists them."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_external_run = True
nox.options.sessions = ["book", "tests"]

LOCK = "constraints.txt"
# With ANNBOOK_UNLOCKED set, the newest packages instead: shows what a later lock will break.
VERSIONS = (
    ("--upgrade",) if os.environ.get("ANNBOOK_UNLOCKED") else ("-c", LOCK)
)
MODELS = Path("_build", "models").absolute()
LOGS = Path("_build", "logs").absolute()
LAB = Path("lab")
SPHINX_OPTIONS = (
    "-c",
    ".",
    "-b",
    "html",
    "-W",
    "-n",
    "-j",
    "2",
)
THREADS = (
    "OMP_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
GROUPS = (
    "book",
    "test",
    "breakage",
    "lint",
    "serve",
    "lab",
    "site",
    "supply",
)


def install(session: nox.Session, *groups: str, package: bool = True) -> None:
    """Install dependency groups, and the package itself, at the locked versions.

    The variable ANNBOOK_UNLOCKED, set to anything, asks for the newest ones.
    """
    wanted = [argument for group in groups for argument in ("--group", group)]
    # uv leaves modules uncompiled, and TensorFlow then takes seconds longer to import.
    session.env["UV_COMPILE_BYTECODE"] = "1"
    session.install(*VERSIONS, *(("-e", ".") if package else ()), *wanted)


def build_command(folder: str, *options: str) -> tuple[str, ...]:
    """Return the command that builds the book into ``html`` in a folder."""
    doctrees = ("-d", f"{folder}/doctrees")
    site = ("book", f"{folder}/html")
    return (
        "python",
        "-m",
        "bookbuild",
        *SPHINX_OPTIONS,
        *doctrees,
        *options,
        *site,
    )


def run_as_pages_do(session: nox.Session) -> None:
    """Let Python find the sources and the tools in tests, and run TensorFlow as pages do."""
    session.env["PYTHONPATH"] = os.pathsep.join(["src", "tests"])
    session.env["TF_CPP_MIN_LOG_LEVEL"] = "3"
    session.env["TF_ENABLE_ONEDNN_OPTS"] = "0"
    # One thread each: with more, these small products get slower.
    session.env.update(dict.fromkeys(THREADS, "1"))


@nox.session
def book(session: nox.Session) -> None:
    """Build the book into _build/html; fails when any example fails."""
    install(session, "book")
    session.run(*build_command("_build", *session.posargs))


@nox.session
def page(session: nox.Session) -> None:
    """Build a page or some alone: `nox -s page -- theory/predictor`."""
    if not session.posargs:
        session.error("Name a page, such as theory/predictor.")
    install(session, "book")
    only = f"book_only={','.join(session.posargs)}"
    session.run(*build_command("_build/page", "-D", only))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests; `nox -s tests -- -m "not slow"` runs the fast ones."""
    install(session, "test")
    # What the book has trained need not be trained again.
    session.env.setdefault("ANNBOOK_MODELS", str(MODELS))
    # All of them on two cores, each file by one process and the longest first; a few start
    # sooner in one.
    everything = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    session.run("pytest", *(session.posargs or everything))


@nox.session
def notebooks(session: nox.Session) -> None:
    """Run the notebook of every lesson of the built book, in folders outside this one."""
    install(session, "test")
    session.env.setdefault("ANNBOOK_MODELS", str(MODELS))
    session.env["ANNBOOK_NOTEBOOKS"] = "all"
    options = ("tests/test_built_notebooks.py", "-m", "slow")
    session.run("pytest", *options, *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Fetch a Chromium for the tests, on a machine that has none."""
    install(session, "test", package=False)
    session.run("playwright", "install", "chromium", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and types: ruff, ruff format, mypy --strict."""
    install(session, "lint", package=False)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def serve(session: nox.Session) -> None:
    """Build, serve on localhost, and build again at every change."""
    install(session, "serve")
    watched = (
        "--watch",
        "src",
        "--watch",
        "conf.py",
        "--re-ignore",
        "__pycache__",
    )
    options = [option for option in SPHINX_OPTIONS if option != "-W"]
    # The pages are served with a script in them that loads them again.
    options += ["-D", "book_policy=", "-D", "book_download="]
    session.run(
        "sphinx-autobuild",
        *options,
        *watched,
        *session.posargs,
        "-d",
        "_build/doctrees",
        "book",
        "_build/html",
    )


@nox.session
def tensorboard(session: nox.Session) -> None:
    """Start TensorBoard on the logs of the book's training, on localhost."""
    install(session, "book")
    session.env["ANNBOOK_LOGS"] = str(LOGS)
    # TensorFlow's own log would bury the address.
    session.env["TF_CPP_MIN_LOG_LEVEL"] = "3"
    session.env["TF_ENABLE_ONEDNN_OPTS"] = "0"
    session.run("python", "-m", "annbook.summaries")
    options = (
        "--logdir",
        str(LOGS),
        "--host",
        "127.0.0.1",
        "--load_fast=false",
    )
    session.run("python", "-m", "tensorboard.main", *options, *session.posargs)


@nox.session
def lab(session: nox.Session) -> None:
    """Open the lessons as notebooks in JupyterLab, on localhost; your changes in lab/ stay."""
    install(session, "lab")
    made = Path("_build", "html", "notebooks")
    if not made.exists():
        session.run(*build_command("_build"))
    session.run("python", "-m", "bookbuild.lab", str(made), str(LAB))
    # It would ask other hosts for its news, its updates and its extensions.
    news = "@jupyterlab/apputils-extension:announcements"
    session.run(
        "jupyter", "labextension", "disable", "--level=sys_prefix", news
    )
    # What the book has trained need not be trained again.
    session.env.setdefault("ANNBOOK_MODELS", str(MODELS))
    session.env.setdefault("ANNBOOK_LOGS", str(LOGS))
    options = (
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={LAB.absolute()}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    )
    session.run("jupyter", "lab", *options, *session.posargs)


@nox.session
def recognise(session: nox.Session) -> None:
    """Read digits: `nox -s recognise -- photo.png`, or `-- --camera`."""
    install(session)
    if "--camera" in session.posargs:
        session.install(*VERSIONS, "-e", ".[camera]")
    session.env["ANNBOOK_MODELS"] = str(MODELS)
    session.run("python", "-m", "annbook.recognise", *session.posargs)


@nox.session
def site(session: nox.Session) -> None:
    """Weigh every page of the built site, and have Lighthouse judge four of them as on a phone."""
    install(session, "site", package=False)
    session.run("python", "tests/benchmarks/site.py", *session.posargs)


@nox.session
def brand(session: nox.Session) -> None:
    """Draw the book's logo, icon and card anew, into book/_static/brand."""
    install(session, "book")
    session.run("python", "-m", "bookbuild.brand", "book/_static/brand")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the book beside its peers, or a part: `nox -s bench -- training hidden`."""
    install(session, "test")
    run_as_pages_do(session)
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def exact(session: nox.Session) -> None:
    """Edit the book at random, in a copy, and see that exactly the right pages run."""
    install(session, "test")
    session.env["PYTHONPATH"] = os.pathsep.join(["src", "tests"])
    session.run("python", "-m", "benchmarks.exact", *session.posargs)


@nox.session
def breakage(session: nox.Session) -> None:
    """Break the lessons' code on purpose: is it noticed? `-- tests` or `-- build` says by whom."""
    install(session, "breakage")
    run_as_pages_do(session)
    session.run("python", "-m", "breakage", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Renew constraints.txt, record what moved, audit it; `-- --upgrade-package NAME` moves one."""
    install(session, "supply", package=False)
    session.install("uv")
    options = (
        "--universal",
        "--fork-strategy",
        "fewest",
        "--python-version",
        "3.11",
        "--all-extras",
        *(session.posargs or ("--upgrade",)),
    )
    groups = [argument for group in GROUPS for argument in ("--group", group)]
    quiet = (
        "--quiet",
        "--no-annotate",
        "--custom-compile-command",
        "nox -s lock",
    )
    session.run(
        "uv",
        "pip",
        "compile",
        *options,
        *quiet,
        *groups,
        "pyproject.toml",
        "-o",
        LOCK,
    )
    session.env["PYTHONPATH"] = "src"
    session.run("python", "-m", "bookbuild.lock")


@nox.session
def audit(session: nox.Session) -> None:
    """Ask whether a weakness is known of any package in constraints.txt."""
    install(session, "supply", package=False)
    session.env["PYTHONPATH"] = "src"
    session.run("python", "-m", "bookbuild.lock", "--audit")


@nox.session
def dist(session: nox.Session) -> None:
    """Build the package into dist/, then try it elsewhere: its own tests, in empty environments."""
    install(session, "supply", package=False)
    session.install("uv")
    session.run("python", "tests/outside.py", *VERSIONS)


@nox.session
def vendor(session: nox.Session) -> None:
    """Fetch other people's files again, as vendor.toml lists them; `-- NAME@VERSION` updates."""
    install(session, "site", package=False)
    session.env["PYTHONPATH"] = "src"
    session.run("python", "-m", "bookbuild.vendor", *session.posargs)


@nox.session(venv_backend="none")
def labels(session: nox.Session) -> None:
    """Add the addresses of new headings, figures and exercises to book/labels.txt."""
    command = (sys.executable, "src/bookbuild/addresses.py", "book")
    session.run(*command, external=True)


@nox.session(venv_backend="none")
def clean(session: nox.Session) -> None:
    """Remove everything that a build has made."""
    for path in (
        "_build",
        "dist",
        ".pytest_cache",
        ".hypothesis",
        ".ruff_cache",
        ".mypy_cache",
    ):
        shutil.rmtree(path, ignore_errors=not Path(path).exists())
    session.log("The next build starts cold.")
