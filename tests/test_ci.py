"""CI skips nothing that it could test."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8")
SKIPS = """
import pytest
def test_a_page():
    pytest.skip("needs chromium")
"""
SKIPS_AS_A_WHOLE = """
import pytest
pytest.importorskip("no_such_module")
"""
NEEDS_REAL = """
def test_a_real_document(real):
    raise AssertionError
"""


@pytest.fixture
def elsewhere(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with our conftest and no real documents."""
    monkeypatch.setenv("JIXIAO_REAL", str(pytester.path / "absent"))
    pytester.makeconftest(CONFTEST)
    return pytester


def test_a_skip_fails_in_ci(elsewhere, monkeypatch) -> None:
    monkeypatch.setenv("CI", "true")
    elsewhere.makepyfile(SKIPS)
    result = elsewhere.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*CI has to run this test*needs chromium*"])


def test_a_module_that_skips_itself_fails_in_ci(elsewhere, monkeypatch) -> None:
    monkeypatch.setenv("CI", "true")
    elsewhere.makepyfile(SKIPS_AS_A_WHOLE)
    elsewhere.runpytest().assert_outcomes(errors=1)


def test_absent_real_documents_are_a_skip_even_in_ci(elsewhere, monkeypatch) -> None:
    monkeypatch.setenv("CI", "true")
    elsewhere.makepyfile(NEEDS_REAL)
    elsewhere.runpytest().assert_outcomes(skipped=1)


def test_a_skip_is_a_skip_at_home(elsewhere, monkeypatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    elsewhere.makepyfile(SKIPS)
    elsewhere.runpytest().assert_outcomes(skipped=1)
