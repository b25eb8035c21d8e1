"""Days are those of China, wherever the program runs."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from jixiao import days


def test_a_moment_late_in_the_day_of_utc_is_the_next_day_of_who_reads_it():
    assert days.day("2026-11-21T18:30:00+00:00") == "2026-11-22"
    assert days.day("2026-11-21T15:59:59+00:00") == "2026-11-21"
    assert days.day(None) == ""


def test_today_is_the_day_in_beijing(monkeypatch):
    moment = datetime(2026, 11, 21, 18, tzinfo=UTC)
    monkeypatch.setattr(days, "datetime", SimpleNamespace(now=moment.astimezone))
    assert days.today() == "2026-11-22"
