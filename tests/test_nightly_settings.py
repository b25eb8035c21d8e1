"""The settings of a nightly run: what is right is taken, what is wrong is named with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jixiao.errors import BadInputError
from jixiao.nightly import settings
from jixiao.nightly.settings import Hook, Settings
from jixiao.report.choice import Choice

WHOLE = """
site = "http://127.0.0.1:8000"
keep = 30
max_drop = 2.5
forms = ["html", "xlsx"]
pause = 2

[[watch]]
name = "档案"
department = ["云山市档案局"]
division = ["130700"]
year = [2031]
rules = ["vague-target"]

[[watch]]
name = "全市"

[[hook]]
command = ["python", "mail.py", "a b"]

[[hook]]
url = "https://example.org/in?key=secret"
retries = 5
seconds = 10
"""


@pytest.fixture
def read(tmp_path):
    def reading(content):
        path = tmp_path / "nightly.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return settings.read(path)

    return reading


def test_everything_that_may_be_set_is_read(read):
    found = read(WHOLE)
    assert (found.site, found.keep, found.max_drop) == ("http://127.0.0.1:8000", 30, Decimal("2.5"))
    assert (found.forms, found.pause) == (("html", "xlsx"), 2.0)
    assert found.watch[0].choice == Choice("档案", ("云山市档案局",), ("130700",), (2031,), ("vague-target",))
    assert found.watch[1].choice.is_everything
    assert found.hook[0].command == ("python", "mail.py", "a b")
    assert (found.hook[1].retries, found.hook[1].seconds) == (5, 10.0)


def test_a_file_that_says_nothing_leaves_everything_to_the_program(read):
    assert read("") == Settings()


def test_a_file_of_a_windows_editor_is_read(read):
    assert read(b"\xef\xbb\xbfkeep = 3\r\n").keep == 3


def test_a_hook_keeps_its_id_as_long_as_it_does_the_same():
    assert Hook(url="https://example.org/a").id == Hook(url="https://example.org/a", retries=9).id
    assert Hook(url="https://example.org/a").id != Hook(url="https://example.org/b").id
    assert Hook(command=("a", "b c")).id != Hook(command=("a b", "c")).id


def test_what_a_hook_is_called_keeps_its_secrets():
    assert Hook(url="https://me:secret@example.org:8000/in?key=secret").called == "example.org:8000"
    assert Hook(command=("mail", "--password", "secret")).called == "mail"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("kep = 3", ["kep", "keep"]),
        ("[[watch]]\nname = '一'\ndepartmant = ['二']", ["watch", "第 1 个", "departmant", "department"]),
        ("[[watch]]\nname = '一'\n[[watch]]\ndepartment = ['二']", ["第 2 个", "name"]),
        ("[[watch]]\nname = '一'\n[[watch]]\nname = '一'", ["name"]),
        ("[[watch]]\nname = '../一'", ["name", "../一"]),
        ("[[watch]]\nname = 'con'", ["name", "con"]),
        ("[[watch]]\nname = '一'\nyear = ['2031']", ["year", "'2031'"]),
        ("[[watch]]\nname = '一'\ndepartment = '二'", ["department", "二"]),
        ("[[hook]]\nretries = 2", ["hook", "command", "url"]),
        ("[[hook]]\ncommand = ['a']\nurl = 'http://a.example'", ["hook", "command", "url"]),
        ("[[hook]]\ncommand = []", ["command"]),
        ("[[hook]]\nurl = 'file:///etc/passwd'", ["url", "file:///etc/passwd"]),
        ("[[hook]]\nurl = 'http://a.example'\nretries = 99", ["retries", "99"]),
        ("keep = 0", ["keep", "0"]),
        ("keep = '3'", ["keep", "'3'"]),
        ("keep = true", ["keep", "True"]),
        ("max_drop = 101", ["max_drop", "101"]),
        ("forms = ['docx']", ["forms", "docx"]),
        ("site = 'example.org'", ["site", "example.org"]),
        ("watch = 3", ["watch", "3"]),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_should_stand_there(read, content, said):
    with pytest.raises(BadInputError) as refused:
        read(content)
    for each in (*said, "nightly.toml"):
        assert each in str(refused.value)


def test_everything_that_is_wrong_is_told_at_once(read):
    with pytest.raises(BadInputError) as refused:
        read("keep = 0\nkep = 3\nmax_drop = -1")
    assert str(refused.value).count("·") == 3


@pytest.mark.parametrize(("content", "line"), [("keep = 3\nsite = no\n", 2), ("keep = 3\n\n\nkeep = 4\n", 4)])
def test_what_is_no_toml_is_told_with_its_line(read, content, line):
    with pytest.raises(BadInputError, match=f"第 {line} 行"):
        read(content)


def test_a_file_that_ends_too_early_and_one_of_another_encoding_are_told(read):
    with pytest.raises(BadInputError, match="末尾"):
        read('site = """')
    with pytest.raises(BadInputError, match="UTF-8"):
        read('site = "网站"'.encode("gb18030"))
