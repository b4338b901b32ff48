"""What operators read in the terminal, in English and Chinese (words of the trade, not of the program)."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from typing import Literal

from dispatch.contract import CameraState, FaultType, Verdict
from dispatch.wording import RESOLUTIONS, STATES

__all__ = [
    "CAMERA_STATES",
    "FAULTS",
    "ORDER_ACTIONS",
    "RESOLUTIONS",
    "SPOT_ACTIONS",
    "STATES",
    "VERDICTS",
    "WORDS",
    "Language",
    "pick",
    "word",
]

Language = Literal["en", "zh"]

WORDS: Mapping[str, tuple[str, str]] = {
    # kinds of lines
    "event": ("event", "事件"),
    "cleared": ("cleared", "消失"),
    "case": ("case", "案件"),
    "ask": ("re-check", "核查"),
    "answer": ("verdict", "核实"),
    "camera": ("camera", "探头"),
    "order": ("order", "督办"),
    "hot_spot": ("hot spot", "高发"),
    "part": ("node", "系统"),
    # sentences
    "zone": ("zone", "区域"),
    "since": ("there since", "始于"),
    "confidence": ("confidence", "置信度"),
    "look_again": ("the camera is asked to look again", "请探头复核"),
    "left_by_itself": ("it left by itself", "自行消失"),
    "looks": ("looks", "次巡查"),
    "told": ("to be told:", "告知"),
    "nothing_open": ("no open case", "没有未结案件"),
    "open_cases": ("open cases continue", "件未结案件继续办理"),
    "starting": ("starting", "启动中"),
    "drawing": ("drawing the simulated streets", "正在绘制模拟街景"),
    "ready": ("ready", "就绪"),
    "stopping": ("stopping", "正在停止"),
    "stopped": ("stopped cleanly; start again and the open cases continue", "已正常停止; 再次启动将继续办理未结案件"),
    "ctrl_c": ("Ctrl-C stops", "按 Ctrl-C 停止"),
    "cameras": ("cameras", "路探头"),
    "matters": ("matters", "类事项"),
    "data": ("data", "数据"),
    "restarts": ("is started again", "重新启动"),
    "trouble": ("in trouble", "故障"),
    "running": ("running again", "已恢复"),
    "first_administrator": ("first administrator", "首位管理员"),
    "one_time_password": ("one-time password, shown only now", "一次性密码（仅显示这一次）"),
}

VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.absent: ("gone", "已清除"),
    Verdict.present: ("still there", "仍存在"),
    Verdict.inconclusive: ("cannot tell", "无法判断"),
}
ORDER_ACTIONS: Mapping[str, tuple[str, str]] = {
    "given": ("ordered", "已下达督办"),
    "checked_in": ("checked in", "已签到"),
    "overdue": ("nobody has checked in", "逾期未签到"),
}
SPOT_ACTIONS: Mapping[str, tuple[str, str]] = {
    "raised": ("raised as a hot spot", "列为高发点位"),
    "joined": ("once more", "再次发生"),
    "tracked": ("is being dealt with", "跟踪整治"),
    "settled": ("settled", "已销号"),
}
CAMERA_STATES: Mapping[CameraState, tuple[str, str]] = {
    CameraState.watching: ("watching", "正常巡查"),
    CameraState.degraded: ("degraded", "降级"),
    CameraState.blind: ("blind", "失明"),
    CameraState.paused: ("paused", "暂停"),
}
FAULTS: Mapping[FaultType, tuple[str, str]] = {
    FaultType.frozen: ("frozen picture", "画面冻结"),
    FaultType.covered: ("covered or dark", "遮挡或过暗"),
    FaultType.blurred: ("blurred", "模糊"),
    FaultType.moved: ("moved", "移位"),
    FaultType.corrupt: ("damaged picture", "画面损坏"),
    FaultType.lost: ("no picture", "断流"),
}


def pick(texts: tuple[str, str], language: Language) -> str:
    """Return the text in a language, of a pair (English, Chinese)."""
    return texts[1] if language == "zh" else texts[0]


def word(key: str, language: Language) -> str:
    """Return one of `WORDS`."""
    return pick(WORDS[key], language)


def terminal_language(wanted: Language | None) -> Language:
    """Return the wanted language, else the locale's: Chinese for zh_*, English for all others."""
    if wanted is not None:
        return wanted
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    named = named or (locale.getlocale()[0] or "")
    return "zh" if named.lower().startswith(("zh", "chinese")) else "en"
