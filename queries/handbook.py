"""The reader's list of rules, written from their headers: ``python -m queries.handbook > docs/rules.md``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queries.library import Rule

HEAD = """\
# 规则 · Rules

Generated from the headers in `queries/rules/` by `python -m queries.handbook`; do not edit.
`basis` names entries of `ontology/codes/citation.ttl`, none of which is a quotation.
A finding is *certain* when it follows from the record itself and *possible* when it rests on judgement; a rule may give
both, never for the same finding.

| 规则 | 名称 | 严重程度 | 版本 |
|---|---|---|---|
"""


def rules_page(every: Mapping[str, Rule]) -> str:
    """The page ``docs/rules.md``: one table of all rules, then a section each."""
    table = "".join(
        f"| [`{rule.id}`](#{rule.id}) | {rule.title['zh']} | {rule.severity} | {rule.version} |\n"
        for rule in every.values()
    )
    return HEAD + table + "".join(map(_section, every.values()))


def _section(rule: Rule) -> str:
    return (
        f"\n## {rule.id}\n\n"
        f"**{rule.title['zh']}** · {rule.title['en']}\n\n"
        f"- 问题：{rule.problem['zh']}\n"
        f"- 建议：{rule.remedy['zh']}\n"
        f"- Problem: {rule.problem['en']}\n"
        f"- Remedy: {rule.remedy['en']}\n"
        f"- 依据：{'、'.join(f'`{each}`' for each in rule.basis)}\n"
    )


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(rules_page(rules()))
