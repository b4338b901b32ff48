"""Refusals of the desk in Chinese: cases, supervision, matters, figures."""

from __future__ import annotations

from collections.abc import Mapping

DESK: Mapping[str, str] = {
    # Kinds of refusals.
    "The dispatch desk cannot do this": "受理台无法办理",
    "Not found": "未找到",
    "Refused": "未获准许",
    "Not a legal move": "当前不能这样操作",
    "A reason is needed": "需要说明原因",
    "The case has changed": "案件已有变动",
    "Somebody else was first": "他人已先作更改",
    "Invalid value": "填写的内容无效",
    "The working days of this year are not known": "该年度的工作日未知",
    "Too many looks": "巡查请求过多",
    # Who was first.
    "{} was changed by {} at {}: it is at version {}, you saw {}": (
        "{0}已于 {2} 被 {1} 更改：现为第 {3} 版，您看到的是第 {4} 版"
    ),
    "{} is at version {}, you saw {}": "{0}现为第 {1} 版，您看到的是第 {2} 版",
    "Read it again and decide on what it says now.": "请重新查看，再按当前内容决定。",
    "case {} is at version {} ({}), you saw {}": "案件 {0} 现为第 {1} 版（{2:terms}），您看到的是第 {3} 版",
    "case {} is no longer at version {}": "案件 {0} 已不是第 {1} 版",
    "Read the case again and decide on what it says now.": "请重新查看案件，再按当前状态决定。",
    # Moves of cases.
    "{} is not possible while case {} is {}": "案件 {1} 处于“{2:terms}”，不能执行“{0:terms}”",
    "{} on a case in {} is not for {}, but for {}": (
        "案件处于“{1:terms}”时，“{0:terms}”不由{2:terms}办理，由{3:terms}办理"
    ),
    "Legal now for {}: {}.": "{0:terms}当前可以：{1:terms}。",
    "Legal now: {}.": "当前可以：{0:terms}。",
    "{} needs a reason": "“{0:terms}”需要说明原因",
    "Say in a few words why.": "请简要说明原因。",
    "case {} {}": "案件 {0} {1}",
    "has no limit for handling that could be extended": "没有可以延期的处置时限",
    "was extended {} times, which is the most": "已延期 {0} 次，达到上限",
    "was suspended before, and a case is suspended once only": "已挂账过；每案只能挂账一次",
    "has no decision that could be taken back: it was made by the program, or somebody has gone on since": (
        "没有可以撤回的决定：决定由程序作出，或之后已有人继续办理"
    ),
    "was decided on and could be taken back until {} only": "的决定只能在 {0} 之前撤回",
    "a case begins in reported with version 1, not in {} with {}": (
        "案件应从“上报”第 1 版开始，而不是“{0:terms}”第 {1} 版"
    ),
    "{} needs an end in the future (until), with its time zone": "“{0:terms}”需要一个将来的截止时间（until），并带时区",
    "Say until when.": "请填写截止时间。",
    "until {} is more than {} days ahead": "截止时间 {0} 超过 {1} 天",
    "Choose an earlier end.": "请选择较早的截止时间。",
    "{} is not a person's move": "“{0:terms}”不是由人执行的操作",
    "{} sends nobody to a department": "“{0:terms}”不派往任何部门",
    "Leave department out, or use dispatch.": "请去掉部门，或使用“派遣”。",
    "{} is the id of another report": "编号 {0} 已用于另一条上报",
    "Take a new Idempotency-Key for a new report.": "新的上报请使用新的 Idempotency-Key。",
    "no camera has reported this case": "没有探头上报过此案件",
    "Decide by approve or reject.": "请选择“核查通过并结案”或“核查不通过”。",
    "merge_into needs the other case that it is part of": "并入其他案件时，需要填写另一案件的编号",
    "Name it in `into`.": "请填写要并入的案件编号。",
    "case {} is {}: reports join open cases only": "案件 {0} 处于“{1:terms}”：只能并入未结案件",
    "Choose an open case.": "请选择未结案件。",
    "case {} has followed at the same place": "同一地点之后已有案件 {0}",
    "Go on with that case.": "请办理该案件。",
    "the cameras of case {} are looking, those of this report among them": (
        "案件 {0} 的探头正在核查，其中包括本上报的探头"
    ),
    "Wait for what they say.": "请等待核查结果。",
    "case {} has ended or was reported again since": "案件 {0} 已结束，或之后又有上报",
    "What was merged stays with it; report what is still there anew.": (
        "已并入的上报不再分出；现场仍存在的，请重新上报。"
    ),
    "case {} has ended": "案件 {0} 已结束",
    "Ask for a look without naming the case.": "请不指定案件，直接请探头查看。",
    "there is no case {}": "没有案件 {0}",
    "List the cases to find its number.": "请在案件列表中查找编号。",
    "there is no event {}": "没有事件 {0}",
    "List the events to find its number.": "请在事件列表中查找编号。",
    "there is no department {}": "没有部门 {0}",
    "Use one of {}.": "可选：{0:terms}。",
    "{} is no matter of the catalogue": "事项目录中没有 {0}",
    "Name the matter: one of {}.": "请选择事项，可选：{0}。",
    "{} ({}) must lie within the {} days before now": "{0}（{1}）必须在最近 {2} 天之内",
    "Set the clock of the machine that looks, and replay the message with its time put right.": (
        "请校准运行识别程序的机器的时钟，更正消息中的时间后重新投递。"
    ),
    "Give the time at which it was seen, with its zone, or leave it out.": "请填写看到的时间（带时区），或不填。",
    "{} is not a message for the desk": "{0} 不是发给受理台的消息",
    "Send it to the stream of its readers.": "请发送到相应的消息流。",
    # Pictures.
    "case {} has {} pictures by people already": "案件 {0} 已有 {1} 张人工照片",
    "Tell the rest in a note.": "其余情况请写在备注中。",
    "nothing here keeps pictures": "此处不保存图片",
    "Send the bytes of a JPEG as the body.": "请以 JPEG 内容作为请求正文。",
    "the picture has {} x {} pixels, which shows nothing": "图片仅 {0} × {1} 像素，看不清内容",
    "the picture has {} x {} pixels, more than {} are not accepted": "图片为 {0} × {1} 像素，超过 {2} 像素不予接收",
    "the picture is damaged and cannot be decoded": "图片已损坏，无法解码",
    "the answer is no JPEG picture": "不是 JPEG 图片",
    "the JPEG picture has no size": "JPEG 图片没有尺寸信息",
    "Send a JPEG as a telephone takes it.": "请发送手机拍摄的 JPEG 原图。",
    "there is no such picture": "没有这张图片",
    "Take the key from an event or a case, unchanged.": "请原样使用事件或案件中给出的图片编号。",
    "case {} has no such picture": "案件 {0} 没有这张图片",
    "Take the key from the case, unchanged.": "请原样使用案件中给出的图片编号。",
    "Say to which case the picture belongs: ?case=": "请说明图片属于哪个案件：?case=",
    # Looks.
    "there is no look {}": "没有巡查 {0}",
    "Ask the camera for one.": "请先请探头查看。",
    "look {} has no picture": "巡查 {0} 没有图片",
    "Read the look to see why.": "请查看该次巡查的说明。",
    "camera {} was not asked for look {}": "没有向探头 {0} 请求过巡查 {1}",
    "List its looks.": "请列出该探头的巡查。",
    "camera {} was asked for {} looks within a minute, which is the most": (
        "一分钟内已向探头 {0} 请求 {1} 次巡查，达到上限"
    ),
    "Read the looks that were taken, or try again in a minute.": "请查看已有的巡查结果，或一分钟后再试。",
    "cameras were asked for {} looks within a minute, which is the most": "一分钟内已请求 {0} 次巡查，达到上限",
    "Try again in a minute.": "请一分钟后再试。",
    # Supervision.
    "there is no profile {}": "没有工作模式 {0}",
    "switching the profile needs a reason": "切换工作模式需要说明原因",
    "there is no order {}": "没有督办指令 {0}",
    "List the orders to find its number.": "请在督办指令列表中查找编号。",
    "order {} was checked in by {} at {}": "督办指令 {0} 已于 {2} 由 {1} 签到",
    "check_in_by ({}) must lie ahead": "签到期限（{0}）必须在将来",
    "Give the department time.": "请给部门留出时间。",
    "there is no hot spot {}": "没有高发点位 {0}",
    "List the hot spots to find its number.": "请在高发点位列表中查找编号。",
    "hot spot {} is {} and cannot become {}": "高发点位 {0} 为“{1:terms}”，不能改为“{2:terms}”",
    "Say in a few words what is done about it.": "请简要说明采取的措施。",
    # Matters.
    "there is no matter {}": "没有事项 {0}",
    "List the matters to find its name.": "请在事项列表中查找名称。",
    "there is no version {} of {}": "{1} 没有第 {0} 版",
    "Show the matter to see its versions.": "请打开该事项查看各版本。",
    "version {} of {} is {} and cannot be {}": "{1} 第 {0} 版为“{2:terms}”，不能改为“{3:terms}”",
    "What may follow: {}.": "之后可以：{0:terms}。",
    "{} from {} lies before the decision itself": "“{0:terms}”的生效时间 {1} 早于决定时间",
    "Give a time from now on: what was filed meanwhile was filed under the rules of its time.": (
        "请填写现在之后的时间：此前立案的案件按当时的规则办理。"
    ),
    "{} from {} lies more than {} days ahead": "“{0:terms}”的生效年份 {1} 超过 {2} 天",
    "Give a nearer day.": "请填写较近的日期。",
    "version {} of {} was proposed by {}, who cannot review it": "{1} 第 {0} 版由 {2} 提出，不能由其本人审核",
    "Ask somebody else; an office of one person sets review_by_another: false in desk.yaml.": (
        "请由他人审核；只有一人的单位可在 desk.yaml 中写 review_by_another: false。"
    ),
    "no version can be {}: {}": "没有可以改为“{0:terms}”的版本：{1}",
    "Propose a new one.": "请提出新版本。",
    "a matter is {} by {}, not by {}": "事项“{0:terms}”由{1:terms}办理，不由{2:terms}办理",
    "Ask somebody in that role.": "请由该角色的人员办理。",
    "code {} of {} belongs to {} and cannot be that of {}": "{1} 代码 {0} 属于 {2}，不能再给 {3}",
    "Correct the code, or retire the version that has it.": "请更正代码，或停用占用它的版本。",
    "the limit {} cannot be read": "无法识别时限 {0}",
    "the limit {} is not between 0 and {}": "时限 {0} 不在 0 至 {1} 之间",
    "Write {}.": "请写成：{0}。",
    "{} of {} from {} reaches further than any plan does": "从 {2} 起的时限 {0}（{1:terms}）过长",
    "Give a shorter limit, or correct the working days of calendar.yaml.": (
        "请缩短时限，或更正 calendar.yaml 中的工作日。"
    ),
    "the public holidays of {} are not known: the national tables end with {}": (
        "{0} 年的法定节假日未知：内置节假日表到 {1} 年为止"
    ),
    "Update the package chinesecalendar (pip install -U chinesecalendar), or list the year's holidays and shifted "
    "working days in calendar.yaml and name the year in own_years.": (
        "请升级 chinesecalendar 软件包（pip install -U chinesecalendar），"
        "或在 calendar.yaml 中列出该年的节假日和调休，并把年份写入 own_years。"
    ),
    # Figures.
    "the period lies outside of what a calendar has": "时段超出日历范围",
    "Give days on which there were cases.": "请选择有案件的日期。",
    "the period ends before it begins": "时段的结束早于开始",
    "Give an `until` after `since`.": "结束时间请晚于开始时间。",
    "the period has more than {} days": "时段超过 {0} 天",
    "{} cases were reported in this period, at most {} are counted at a time": (
        "该时段上报了 {0} 件案件，一次最多统计 {1} 件"
    ),
    "Choose a shorter period.": "请缩短时段。",
    "nothing here writes reports": "此处不生成报表",
    "{} has no time zone": "{0} 没有时区",
    "Pass an aware time.": "请填写带时区的时间。",
}
