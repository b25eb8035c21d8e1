"""The repository keeps its own rules: what is pinned, what is tracked, what stands where."""

from __future__ import annotations

import ast
import json
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("ontology", "ingest", "graph", "queries", "jixiao")
PINNED = sorted((ROOT / "requirements").glob("*.txt"))
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
PROVINCES = re.compile(
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|"
    "湖南|广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _python() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(), flags=re.MULTILINE))


def test_only_the_known_folders_stand_at_the_top() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in _tracked() if path.parent != ROOT}
    assert tops == {".ci", "bench", "docs", "requirements", "tests", *ROOMS}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_a_typed_package_that_says_what_it_is_for(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()
    assert ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.stem)
def test_every_requirement_is_pinned_by_hash(path: Path) -> None:
    entries = re.split(r"\n(?=\S)", path.read_text().strip())
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_pins_agree_and_cover_what_the_project_asks_for() -> None:
    dev, runtime, build = (_pins(ROOT / "requirements" / f"{name}.txt") for name in ("dev", "runtime", "build"))
    assert runtime.items() <= dev.items()
    assert build.items() <= dev.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {re.split(r"[^\w.-]", each)[0].lower() for each in project["project"]["dependencies"]}
    needed = {re.split(r"[^\w.-]", each)[0].lower() for each in project["build-system"]["requires"]}
    assert asked <= runtime.keys()
    assert needed <= build.keys()


def test_no_pin_or_lock_names_an_address() -> None:
    locks = [path for path in _tracked() if path.name in {"package-lock.json", ".npmrc"} or path in PINNED]
    assert locks
    assert [path.name for path in locks if "://" in path.read_text(encoding="utf-8")] == []


def test_the_front_end_lock_pins_every_part_by_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 1
    assert [name for name, part in packages.items() if name and "integrity" not in part] == []


def test_no_tracked_file_names_a_registry_or_a_folder_of_a_machine() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com")
    folders = re.compile(r"(?<![\w.:/<…])/(?:work|root|home|opt|Users)/\w")
    found = []
    for path in _tracked():
        text = path.read_bytes().decode("utf-8")  # every tracked file is text in UTF-8: this is tested here as well
        found += [f"{path.name}: {host}" for host in hosts if host in text]
        found += [f"{path.name}: {place}" for place in folders.findall(text)]
    assert found == []


def test_no_code_knows_a_region() -> None:
    found = {str(path): PROVINCES.findall(path.read_text(encoding="utf-8")) for path in _python()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_code_knows_a_real_publisher_or_file(real: Path) -> None:
    golds = [json.loads(path.read_text(encoding="utf-8")) for path in (real / "gold").glob("*.json")]
    assert golds
    names = {gold["document"][key] for gold in golds for key in ("publisher", "region")} - {None}
    names |= {path.stem for folder in ("seeds", "documents") for path in (real / folder).iterdir()}
    code = "\n".join(path.read_text(encoding="utf-8") for path in _python())
    assert sorted(name for name in names if name in code) == []


def _functions() -> dict[str, int]:
    """Lines of each function without its docstring."""
    lengths = {}
    for path in _python():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                lengths[f"{path.relative_to(ROOT)}:{node.name}:{node.lineno}"] = length
    return lengths


def test_functions_are_short() -> None:
    lengths = _functions()
    assert statistics.median(lengths.values()) <= 10
    assert [name for name, length in lengths.items() if length > 80] == []


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_readme_names_only_commands_that_exist(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    commands = set(re.findall(r"^(?:\.venv\S*[/\\])?jixiao ([a-z]+)", text, flags=re.MULTILINE))
    assert {"demo", "ingest"} <= commands
    for command in sorted(commands):
        run = subprocess.run([sys.executable, "-m", "jixiao", command, "--help"], capture_output=True, check=False)
        assert run.returncode == 0, command


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_readme_asks_only_questions_of_the_catalogue(readme: Path) -> None:
    asked = set(re.findall(r"^jixiao query ([a-z-]{2,}) ", readme.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert asked
    assert asked <= {path.stem for path in (ROOT / "queries" / "catalogue").glob("*.rq")}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_readme_names_only_targets_that_make_knows(readme: Path) -> None:
    targets = set(re.findall(r"^make ([a-z]+)", readme.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"demo", "test"} <= targets
    assert targets <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("page", [*READMES, *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    versions = re.findall(r"^## \[?([\w.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert project["project"]["version"] in versions[:2]
