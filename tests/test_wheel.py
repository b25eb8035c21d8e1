"""The built wheel is whole: installed alone in a clean environment, its command works from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from jixiao import samples

ROOT = Path(__file__).parent.parent
ROOMS = ("ontology", "ingest", "graph", "queries", "jixiao")


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not the repository."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a clean environment that holds the pinned requirements and the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, cwd=folder)
    venv.create(folder / "env", with_pip=True)
    commands = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    install = (commands / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    _run(*install, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt", cwd=folder)
    _run(*install, "--no-deps", next(folder.glob("*.whl")), cwd=folder)
    return commands


def test_the_command_says_what_it_can_do(bin_folder: Path, elsewhere: Path) -> None:
    assert "extract" in _run(bin_folder / "jixiao", "--help", cwd=elsewhere)


def test_the_command_reads_a_disclosure(bin_folder: Path, elsewhere: Path) -> None:
    (path,) = samples.write(elsewhere, seed=1, count=1)
    lines = _run(bin_folder / "jixiao", "extract", path.name, "--format", "jsonl", cwd=elsewhere).splitlines()
    (document,) = map(json.loads, lines)
    truth = samples.make(1, "markdown").truth
    assert [form["name"] for form in document["targets"]] == [form.name for form in truth.targets]


def test_the_generic_package_names_are_ours(bin_folder: Path, elsewhere: Path) -> None:
    code = "import json, importlib.metadata as m; print(json.dumps(m.packages_distributions()))"
    owners = json.loads(_run(bin_folder / "python", "-c", code, cwd=elsewhere))
    assert {room: owners[room] for room in ROOMS} == {room: ["jixiao"] for room in ROOMS}
