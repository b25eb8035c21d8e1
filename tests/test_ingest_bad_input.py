"""What is no text, no budget, or a torn one: a typed error with its cause in Chinese, or what could be read."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ingest import read
from ingest.errors import (
    DamagedFileError,
    EmptyFileError,
    EncodingError,
    IngestError,
    NotADisclosureError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from ingest.interchange import from_json, to_json
from ingest.records import Document
from jixiao import samples

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FORM = """云山市档案局2031年部门预算

一、档案数字化绩效目标表
预算数\t20.00
绩效目标\t1.扫描馆藏。2.著录条目。
一级指标\t二级指标\t三级指标\t指标值
产出指标\t数量指标\t扫描页数\t≥500页
\t质量指标\t扫描合格率\t≥98%
"""
POEM = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n"
SAVING = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def file(tmp_path):
    """A file of these bytes, or of this text in UTF-8."""

    def made(data, name="预算.txt"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
        return path

    return made


def _refused(path, kind):
    """The error with which a file is refused."""
    with pytest.raises(IngestError) as caught:
        read(path)
    assert type(caught.value) is kind
    assert caught.value.path == path
    assert CHINESE.search(caught.value.cause)
    assert str(caught.value).startswith(path.name + "：")
    return caught.value


NO_BUDGETS = {
    "empty": (b"", EmptyFileError),
    "white space": (" \n\t\r\n\f\u3000", EmptyFileError),
    "a byte order mark": (b"\xef\xbb\xbf", EmptyFileError),
    "a byte order mark of UTF-16": (b"\xff\xfe", EmptyFileError),
    "200,000 tabs": ("\t" * 200_000, EmptyFileError),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", DamagedFileError),
    "ZIP": (b"PK\x03\x04\x14\x00\x06\x00", UnsupportedFormatError),
    "PNG": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", UnsupportedFormatError),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", UnsupportedFormatError),
    "an old office file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", UnsupportedFormatError),
    "a program": (b"\x7fELF\x02\x01\x01", UnsupportedFormatError),
    "a NUL in a text": (FORM.replace("扫描", "扫\x00描").encode(), UnsupportedFormatError),
    "control characters": (bytes(range(1, 32)) * 10, UnsupportedFormatError),
    "all bytes": (bytes(range(256)), EncodingError),
    "broken UTF-8 that is no GB18030": ("云山市".encode() + b"\xff\xff\xff", EncodingError),
    "UTF-16 with half a character": ("预算".encode("utf-16") + b"\x41", EncodingError),
    "a poem": (POEM, NotADisclosureError),
    "a poem in UTF-16": (POEM.encode("utf-16"), NotADisclosureError),
    "numbers": ("1\n2\n3\t4.00\n", NotADisclosureError),
    "2 MB on one line": ("绩效" * 350_000, NotADisclosureError),
    "tabs between two words": ("甲" + "\t" * 200_000 + "乙", NotADisclosureError),
    "a header alone": ("一级指标\t二级指标\t三级指标\t指标值\n", NotADisclosureError),
    "a budget header alone": ("项目支出预算表\n项目名称\t合计\t一般公共预算\n", NotADisclosureError),
}


@pytest.mark.parametrize(("data", "kind"), NO_BUDGETS.values(), ids=NO_BUDGETS)
def test_what_is_no_budget_is_refused_with_its_cause(file, data, kind) -> None:
    _refused(file(data), kind)


def test_a_missing_file_is_refused(tmp_path) -> None:
    _refused(tmp_path / "没有.txt", UnreadableFileError)


def test_a_folder_is_refused(tmp_path) -> None:
    _refused(tmp_path, UnreadableFileError)


def test_a_file_whose_name_the_system_refuses_is_refused(tmp_path) -> None:
    _refused(tmp_path / ("长" * 300 + ".txt"), UnreadableFileError)


def test_no_cause_is_told_in_another_language(tmp_path) -> None:
    causes = [_refused(path, UnreadableFileError).cause for path in (tmp_path / "没有.txt", tmp_path)]
    assert [cause for cause in causes if re.search("[A-Za-z]{3}", cause)] == []


def test_a_broken_encoding_is_told_with_its_line(file) -> None:
    error = _refused(file("云山市\n".encode() * 6 + b"\xff\xff\xff"), EncodingError)
    assert error.place == "第 7 行"
    assert "第 7 行" in str(error)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (FORM.encode(), "utf-8"),
        (FORM.encode("utf-8-sig"), "utf-8"),
        (FORM.encode("gb18030"), "gb18030"),
        (FORM.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + FORM.encode("utf-16-be"), "utf-16"),
        (FORM.replace("\n", "\r\n").encode("gb18030"), "gb18030"),
    ],
    ids=["UTF-8", "UTF-8 with a mark", "GB18030", "UTF-16 little end first", "UTF-16 big end first", "Windows"],
)
def test_an_encoding_does_not_change_what_is_read(file, data, encoding) -> None:
    document = read(file(data))
    assert document.encoding == encoding
    assert [row.value for row in document.targets[0].indicators] == ["≥500页", "≥98%"]
    assert document.targets[0].goals == ("扫描馆藏。", "著录条目。")


def test_places_count_characters_of_the_decoded_text(file) -> None:
    places = [read(file(FORM.encode(encoding))).targets[0].places for encoding in ("utf-8-sig", "gb18030", "utf-16")]
    assert places[0] == places[1] == places[2]
    (span,) = places[0]["amount_wan"]
    assert FORM[span.start : span.end] == span.quote == "20.00"


@pytest.mark.parametrize("strange", ["\u200b", "\ufeff", "\u202e", "𠮷", "\U000f0000", "é", "\x7f", "🏛"])
def test_odd_characters_stay_as_they_are_printed(file, strange) -> None:
    document = read(file(FORM.replace("扫描页数", f"扫描{strange}页数")))
    assert document.targets[0].indicators[0].name == f"扫描{strange}页数"
    assert from_json(to_json(document)) == document


def test_half_a_character_pair_is_no_utf_8(file) -> None:
    _refused(file(FORM.replace("扫描", "扫\ud842描")), EncodingError)


def test_a_form_cut_in_its_last_row_gives_the_rows_before(file) -> None:
    (form,) = read(file(FORM[: FORM.index("扫描合格率")])).targets
    assert [row.value for row in form.indicators] == ["≥500页"]
    assert form.amount_wan == 20


def test_a_form_cut_below_its_header_gives_its_fields(file) -> None:
    (form,) = read(file(FORM[: FORM.index("产出指标")])).targets
    assert (form.name, form.amount_wan, form.indicators) == ("档案数字化", 20, ())


@given(cut=st.integers(0, len(FORM)))
@SAVING
def test_a_form_cut_anywhere_is_read_or_refused(file, cut) -> None:
    with contextlib.suppress(EmptyFileError, NotADisclosureError):
        document = read(file(FORM[:cut]))
        assert document.document.publisher == "云山市档案局"
        assert len(document.targets) == 1


@given(data=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
@SAVING
def test_any_bytes_are_read_or_refused(file, data) -> None:
    with contextlib.suppress(IngestError):
        assert isinstance(read(file(data)), Document)


WORDS = st.sampled_from(
    (
        *("一级指标", "二级指标", "三级指标", "指标值", "权重", "绩效指标描述", "项目名称", "预算数", "合计", "（元）"),
        *(
            "一般公共预算",
            "单位：万元",
            "档案数字化绩效目标表",
            "绩效目标",
            "产出指标",
            "数量指标",
            "≥500页",
            "20",
            "0.5",
        ),
        *(
            "1,000.00",
            "12%",
            "-3.5",
            "2031年部门预算",
            "云山市档案局",
            "307-云山市档案馆",
            "资金支出计划",
            "3月底",
            "25%",
        ),
        *(
            "1.甲；",
            "（２）乙",
            "目标十十",
            "实施期目标",
            "年度目标",
            "单位名称",
            "单位编码",
            "部门名称",
            "备注",
            "≥",
            "页",
        ),
        *("二、库房", "特定目标类", "科目编码", "科目名称", "类型", "- 7 -", "²", "١٢", "...", "部门整体绩效目标表"),
    )
)
GAPS = st.sampled_from((" ", "\t", "\t\t", "\n", "\n\n", "\n ", "\f", "\u3000", "\u2028", ""))
HEAPS = st.lists(st.tuples(WORDS, GAPS).map("".join), max_size=60).map("".join)


@given(text=HEAPS)
@settings(SAVING, max_examples=300)
@example(FORM.replace("≥98%", "≥98%\t见附件"))
@example(FORM.replace("≥98%", "按 " * 70 + "执行"))
@example(FORM.replace("1.扫描馆藏。2.", "（１）扫描馆藏。（２）"))
@example("三级指标\n\n二级指标\n 权重\f一级项目\t\t3月底\n")
@example("指标值 三级指标\n\n三级指标\n\n备注\u2028单位：万元\n")
def test_any_heap_of_a_form_s_words_is_read_or_refused(file, text) -> None:
    with contextlib.suppress(IngestError):
        document = read(file(text))
        assert from_json(to_json(document)) == document


CUTS = st.tuples(
    st.sampled_from(("leave out", "print twice", "change about", "add a cell")), st.integers(0), st.integers(0)
)


def _torn(text, cuts):
    """A text whose lines were left out, printed twice, changed about, or got a cell more."""
    lines = text.split("\n")
    for what, *places in cuts:
        one, other = (place % len(lines) for place in places)
        match what:
            case "leave out":
                lines[one] = ""
            case "print twice":
                lines.insert(other, lines[one])
            case "change about":
                lines[one], lines[other] = lines[other], lines[one]
            case "add a cell":
                lines[one] += "\t见附件"
    return "\n".join(lines)


@given(seed=st.integers(0, 9_999), layout=st.sampled_from(sorted(samples.LAYOUTS)), cuts=st.lists(CUTS, max_size=12))
@settings(SAVING, max_examples=30, phases=(Phase.explicit, Phase.generate))  # a sample is too large to shrink
def test_any_torn_disclosure_is_read_or_refused(file, seed, layout, cuts) -> None:
    text = _torn(samples.make(seed, layout).text, cuts)
    with contextlib.suppress(NotADisclosureError):
        document = read(file(text))
        assert document.targets or document.project_budgets
        quoted = [span for form in document.targets for spans in form.places.values() for span in spans]
        assert all(text[span.start : span.end] == span.quote for span in quoted)
