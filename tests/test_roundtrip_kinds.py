"""What a sample says is read from every kind of file and every layout of its forms, whatever the style of print."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest import read
from jixiao import samples
from jixiao.samples import Style
from jixiao.samples.compare import differences

FORMS = sorted(samples.FORMS)
KINDS = sorted(samples.KINDS)
PLAIN = Style()
STYLES = st.builds(
    Style,
    levels=st.sampled_from(("merged", "repeated", "blank")),
    breaks=st.integers(min_value=0, max_value=99),
    **{name: st.booleans() for name in ("yuan", "thousands", "landscape", "rotated", "repeat_header")},
    **{name: st.booleans() for name in ("open_cuts", "cut_rows", "running")},
)


def _mismatches(folder, sample: samples.Sample) -> list[str]:
    path = folder / sample.name
    path.write_bytes(sample.data)
    return differences(sample.truth, read(path))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", FORMS)
def test_the_same_content_is_read_from_every_kind_of_file(tmp_path, layout: str, kind: str) -> None:
    assert _mismatches(tmp_path, samples.make(1, layout, kind, PLAIN)) == []


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(min_value=0, max_value=9_999), layout=st.sampled_from(FORMS), style=STYLES)
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # a sample is too large to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_style_and_content_do_not_matter(tmp_path, kind: str, seed: int, layout: str, style: Style) -> None:
    assert _mismatches(tmp_path, samples.make(seed, layout, kind, style)) == []


@pytest.mark.parametrize("breaks", [1, 2, 3])
@pytest.mark.parametrize("repeat_header", [False, True])
@pytest.mark.parametrize("layout", ["continuous", "prose", "weighted"])
def test_pages_may_end_anywhere_with_and_without_a_header_overleaf(
    tmp_path, *, layout: str, repeat_header: bool, breaks: int
) -> None:
    style = replace(PLAIN, landscape=False, running=True, cut_rows=True, repeat_header=repeat_header, breaks=breaks)
    assert _mismatches(tmp_path, samples.make(breaks, layout, "pdf", style)) == []
