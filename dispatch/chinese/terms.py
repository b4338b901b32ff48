"""Chinese words of the trade for the terms that sentences name: states, moves, roles."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.wording import STATES

TERMS: Mapping[str, str] = {
    **{state.value: words[1] for state, words in STATES.items()},
    # Moves.
    "report": "上报",
    "merge": "合并上报",
    "note": "备注",
    "decline": "不立案",
    "hold": "转人工审核",
    "file": "立案",
    "dispatch": "派遣",
    "accept": "接收",
    "return": "回退",
    "handle": "反馈已处置",
    "ask_camera": "请探头核查",
    "ask_again": "再次请探头核查",
    "answer": "核查结果",
    "confirm_gone": "探头确认已清除",
    "still_there": "探头确认仍存在",
    "ask_person": "转人工核查",
    "approve": "核查通过并结案",
    "reject": "核查不通过",
    "clear": "自行消失",
    "void": "作废",
    "wait": "进入自行整改期",
    "correct": "更正事项",
    "merge_into": "并入其他案件",
    "undo": "撤回",
    "extend": "延期",
    "suspend": "挂账",
    "resume": "恢复办理",
    "force_close": "强制结案",
    # Roles.
    "machine": "程序",
    "camera": "探头",
    "operations": "值班员",
    "dispatcher": "分拨员",
    "handler": "处置人员",
    "administrator": "管理员",
    "model_engineer": "模型工程师",
    "viewer": "访客",
    "none of these": "以上都不是",
    "none who acts on cases": "不参与办理案件",
    # Admission of matters, hot spots.
    "proposed": "已提出",
    "reviewed": "已审核",
    "admitted": "已准入",
    "retired": "已停用",
    "raised": "已列入",
    "tracked": "跟踪中",
    "settled": "已解决",
    # Clocks.
    "urgent_hour": "紧急工作时",
    "work_hour": "工作时",
    "work_day": "工作日",
    "natural_day": "自然日",
    # Work that takes its time.
    "trial": "试运行",
    "comparison": "比对",
    "measurement": "测评",
    "a recording": "录像",
    "a picture": "图片",
    "state": "案件状态",
    "resolution": "结案方式",
    "unknown": "不存在",
    "none": "无",
    "none: profiles.yaml is absent": "无（缺少 profiles.yaml）",
}
