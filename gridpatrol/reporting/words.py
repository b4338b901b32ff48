"""Words of the reports, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.contract import Stage
from dispatch.indicators.facts import Milestone
from dispatch.indicators.formulas import Indicator
from gridpatrol.wording import Language, pick

INDICATORS: Mapping[Indicator, tuple[str, str]] = {
    Indicator.filing_rate: ("Filing rate", "立案率"),
    Indicator.on_time_filing: ("On-time filing", "按时立案率"),
    Indicator.accurate_dispatch: ("Accurate dispatch", "准确派遣率"),
    Indicator.handling_rate: ("Handling rate", "处置率"),
    Indicator.on_time_handling: ("On-time handling", "按期处置率"),
    Indicator.closing_rate: ("Closing rate", "结案率"),
    Indicator.on_time_closing: ("On-time closing", "按期结案率"),
    Indicator.rework_rate: ("Rework rate", "返工率"),
    Indicator.return_rate: ("Return rate", "回退率"),
    Indicator.extension_rate: ("Extension rate", "延期率"),
    Indicator.repeated_rate: ("Repeated cases", "重复率"),
    Indicator.in_grid_closure: ("In-grid closure", "自行处置率"),
}
LESS_IS_BETTER = frozenset(
    {Indicator.rework_rate, Indicator.return_rate, Indicator.extension_rate, Indicator.repeated_rate}
)
MILESTONES: Mapping[Milestone, tuple[str, str]] = {
    Milestone.reported: ("Reported", "上报"),
    Milestone.filed: ("Filed", "立案"),
    Milestone.dispatched: ("Dispatched", "派遣"),
    Milestone.handled: ("Handled", "处置"),
    Milestone.verified: ("Verified", "核查"),
    Milestone.closed: ("Closed", "结案"),
}
STAGES: Mapping[Stage, tuple[str, str]] = {
    Stage.dispatch: ("dispatch", "派遣"),
    Stage.accept: ("acceptance", "接收"),
    Stage.handle: ("handling", "处置"),
    Stage.verify: ("verification", "核查"),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "daily": ("Daily report", "日报"),
    "weekly": ("Weekly report", "周报"),
    "subject": ("Camera patrol and case handling", "视频巡查与案件办理"),
    "as_of": ("as the cases stood at", "数据截至"),
    "before": ("the period before", "上一周期"),
    "overview": ("Overview", "总览"),
    "over_time_day": ("Cases by hour of report", "按上报时段"),
    "over_time_week": ("Cases by day of report", "按上报日期"),
    "stages": ("Mean time from stage to stage", "各环节平均时长"),
    "by_department": ("By department", "按责任部门"),
    "by_matter": ("By matter", "按事项"),
    "by_grid": ("By grid cell", "按网格"),
    "cameras": ("Cameras", "探头"),
    "times": ("Times of the cases", "案件时间"),
    "late": ("Over a time limit", "超时案件"),
    "none_late": ("No case is over a time limit.", "没有超时案件。"),
    "none": ("No case was reported in this period.", "本周期没有上报案件。"),
    "more": ("The spreadsheet has all of them.", "完整清单见表格文件。"),
    "cut": ("Not every case of the period is listed: there are too many.", "案件过多，未全部列出。"),
    "part": ("Part", "范围"),
    "all": ("All", "全部"),
    "outside": ("(none)", "（无）"),
    "handling_time": ("Mean handling time", "平均处置时长"),
    "camera": ("Camera", "探头"),
    "reports": ("Reports", "上报数"),
    "valid": ("Valid reports", "有效上报率"),
    "missed": ("Missed", "漏报率"),
    "on_time_verification": ("On-time re-check", "按时核查率"),
    "false_alarms": ("False alarms a camera and day", "日均误报（每路）"),
    "detection": ("Time to report", "发现时长"),
    "coverage": ("Coverage", "覆盖率"),
    "case": ("Case", "案件"),
    "matter": ("Matter", "事项"),
    "department": ("Department", "责任部门"),
    "late_in": ("Late in", "超时环节"),
    "reworks": ("Reworks", "返工"),
    "returns": ("Returns", "回退"),
    "extensions": ("Extensions", "延期"),
    "formulas": (
        "Every figure is of the cases reported in the period. The formulas are in docs/indicators.md.",
        "全部指标均以本周期上报的案件为对象，公式见 docs/indicators.md。",
    ),
}


_SPANS = (
    (90, 1, ("s", "秒")),
    (5400, 60, ("min", "分钟")),
    (48 * 3600, 3600, ("h", "小时")),
    (float("inf"), 86400, ("d", "天")),
)
"""Below so many seconds, the unit with its length in seconds."""


def word(key: str, language: Language) -> str:
    """Return one of `WORDS`."""
    return pick(WORDS[key], language)


def duration(seconds: float | None, language: Language) -> str:
    """Return a span of time as people say it: 45 s, 12 min, 3.5 h, 2.1 d; a dash for none."""
    if seconds is None:
        return "–"
    length_s, units = next((length_s, units) for below_s, length_s, units in _SPANS if seconds < below_s)
    number = seconds / length_s
    return f"{number:.0f} {pick(units, language)}" if length_s < 3600 else f"{number:.1f} {pick(units, language)}"


def percent(value: float | None) -> str:
    """Return a share in percent; a dash for a share of nothing."""
    return "–" if value is None else f"{100 * value:.1f} %"
