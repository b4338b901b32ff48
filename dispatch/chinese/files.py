"""Chinese words for the faults of files, by patterns: libraries that read files word many of them."""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    # Of every file.
    "unknown key": "没有这个键",
    "this key is missing": "缺少这个键",
    "Add it; docs/configuration.md describes every key": "请补上；各键的说明见 docs/configuration.md",
    "docs/configuration.md describes every key": "各键的说明见 docs/configuration.md",
    "Did you mean '(.*)'\\?": "是否想写 {0}？",
    "Known here: (.*)": "可用的有：{0}",
    "Put it in quotes": "请加引号",
    "expected (.*), got the number (.*)": "应为{0}，得到的是数字 {1}",
    "expected (.*), got (.*)": "应为{0}，得到的是 {1}",
    "one of (.*)": "下列之一：{0}",
    "a valid (?:integer|number)": "数字",
    "a number": "数字",
    "a valid string": "文字",
    "a valid boolean": "是或否（true/false）",
    "a valid (?:tuple|list|array)": "列表",
    "a valid (?:dictionary|mapping).*": "键与值",
    "an object": "键与值",
    "greater than or equal to (.*)": "不小于 {0} 的数",
    "greater than (.*)": "大于 {0} 的数",
    "less than or equal to (.*)": "不大于 {0} 的数",
    "less than (.*)": "小于 {0} 的数",
    "match pattern '(.*)'": "符合 {0} 的文字",
    "at least (\\d+) characters?": "至少 {0} 个字符",
    "at most (\\d+) characters?": "至多 {0} 个字符",
    "at least (\\d+) items?": "至少 {0} 项",
    "at most (\\d+) items?": "至多 {0} 项",
    "'(.*)' is given twice": "{0} 重复",
    "unknown column": "未知的列",
    "this column is missing": "缺少这一列",
    "this column is given twice": "这一列重复",
    "line (\\d+) is no line of a table: .*": "第 {0} 行不是表格的一行",
    "the file is neither UTF-8 nor GB 18030": "文件编码既非 UTF-8 也非 GB 18030",
    "Save it as CSV UTF-8": "请另存为 CSV UTF-8",
    "more than (\\d+) cameras": "超过 {0} 路探头",
    "Divide the list": "请拆分列表",
    "nested too deeply": "嵌套过深",
    "a key holds what is no character": "键中含有无效字符",
    "the text holds what is no character": "文字中含有无效字符",
    # Settings.
    "give either polygon \\(with its crs\\) or cells": "请给出 polygon（及其 crs）或 cells 之一",
    "a polygon names its crs, such as EPSG:4326, and cells need none": "polygon 须写明 crs，cells 则不需要",
    "begin and end are the same; leave the hours out for the whole day": "起止时刻相同；全天有效时请不要填写时段",
    "until \\((.*)\\) must come after since \\((.*)\\)": "until（{0}）必须晚于 since（{1}）",
    "give either place or region": "请给出 place 或 region 之一",
    "review_below \\((.*)\\) must not be less than min_confidence \\((.*)\\)": (
        "review_below（{0}）不能小于 min_confidence（{1}）"
    ),
    "'(.*)' is no time zone; names are like Asia/Shanghai or UTC": "{0} 不是时区；时区如 Asia/Shanghai 或 UTC",
    "office hours must begin before they end and lie within one day, got (.*)": (
        "上班时段须先起后止且在同一天之内，得到的是 {0}"
    ),
    "an office needs hours, otherwise no limit would ever run out": "必须有上班时段，否则时限永远不会到期",
    "office hours must be in order and apart, got (.*) before (.*)": "上班时段须按先后排列且不重叠：{0} 与 {1}",
    "(.*) is given both as a holiday and as a working day": "{0} 既写作休息日又写作工作日",
    "before the deadline the red warning follows the yellow one: (.*)": "截止前红色预警须晚于黄色预警：{0}",
    "after the deadline the red warning follows the yellow one: (.*)": "超时后红色预警须晚于黄色预警：{0}",
    "'(.*)' is not in departments.yaml": "部门 {0} 不在 departments.yaml 中",
    "matter (.*) goes to department '(.*)', which is missing": "事项 {0} 派往部门 {1}，但没有这个部门",
    "the calendar has hours of department '(.*)', which is missing": "工作日历中有部门 {0} 的时段，但没有这个部门",
    "'(.*)' is no matter": "没有事项 {0}",
    "region.polygon: its border crosses itself, or it has no area": "region.polygon 的边界自相交，或没有面积",
    # Zones.
    "zone ids must be unique, twice: (.*)": "区域编号不能重复：{0}",
    "a picture size": "画面尺寸",
    "(\\[.*\\]) lies outside the (\\S+) picture of zone '(.*)'": "{0} 在区域 {2} 的画面（{1}）之外",
    "Move the corner into the picture, or correct resolution_wh": "请把该角点移到画面内，或更正 resolution_wh",
    "zone '(.*)' needs three different corners": "区域 {0} 需要三个不同的角点",
    "zone '(.*)' crosses or touches itself near \\[(.*)\\]": "区域 {0} 的边界在 [{1}] 附近自相交或相接",
    "zone '(.*)' crosses or touches itself": "区域 {0} 的边界自相交或相接",
    "List the corners in order around the zone": "请按顺序沿区域边界列出角点",
    # Matters.
    "'(.*)' is not in the catalogue": "{0} 不在事项目录中",
    "this matter is not in the catalogue": "事项目录中没有该事项",
    "(\\S+) has a (\\S+) rule, which has no (.*)": "{0} 的规则类型是 {1}，没有 {2}",
    "none of (.*) can run: the camera has no zone for them": "{0} 都无法运行：该探头没有所需的区域",
    "Add a zone with purpose (.*)": "请添加用途为 {0} 的区域",
    "expected '(.*)': a matter keeps its code": "应为 {0}：事项的 code 不能更改",
    "Add a matter with the new code and retire this one": "请用新的 code 添加事项，并停用这一个",
    "it is the only matter": "这是唯一的事项",
    "Add another one first": "请先添加另一个事项",
    "(\\S+) names it": "{0} 引用了它",
    "Take it out there first": "请先在那里去掉",
    "camera (\\S+): (\\S+): (.*)": "探头 {0}：{1}：{2}",
    "the catalogue has decided on it": "事项目录已对此作出决定",
    "Propose a version in the catalogue, to be reviewed and admitted": "请在事项目录中提出新版本，经审核后准入",
    "a file that is saved here admits nothing and retires nothing": "在此保存文件不能准入或停用事项",
    "Have it decided in the catalogue: proposed, reviewed, admitted or retired": (
        "请在事项目录中决定：提出、审核、准入或停用"
    ),
    "a matter that is added here is not admitted yet": "在此添加的事项尚未准入",
    "Write admitted: false; then have it reviewed and admitted in the catalogue": (
        "请写 admitted: false，再在事项目录中审核、准入"
    ),
    "matter (\\S+) is admitted": "事项 {0} 处于准入状态",
    "Have it retired in the catalogue first": "请先在事项目录中停用",
    "cases of matter (\\S+) are open": "事项 {0} 还有未结案件",
    "Wait until they are closed": "请等这些案件结案",
    "the catalogue cannot hold it: .*": "超出事项目录能保存的长度或数量",
    "Shorten it": "请缩短",
    "code (\\S+) of (\\S+) belongs to (\\S+) and cannot be that of (\\S+)": "{1} 代码 {0} 属于 {2}，不能再给 {3}",
    "Correct the code, or retire the version that has it.": "请更正代码，或停用占用它的版本",
    "more than one code in (.*)": "{0} 中有多个代码",
    "recheck.answer_timeout_s \\((.*)\\) must exceed closure.patience_s \\((.*)\\)": (
        "recheck.answer_timeout_s（{0}）必须大于 closure.patience_s（{1}）"
    ),
    "Otherwise dispatch gives up while the camera is still looking": "否则探头还在核查时受理台就已放弃等待",
    "the levels must be listed from the mildest to the worst, each with its own severity": (
        "等级须由轻到重排列，severity 各不相同"
    ),
    "a route names levels that are not listed: (.*)": "路由引用了没有列出的等级：{0}",
    "a density rule needs min_count or min_share": "density 规则需要 min_count 或 min_share",
    # Field mappings.
    "webhooks are written by (\\S+)": "有 Webhook 在使用 {0}",
    "Have them written by another mapping first": "请先为它们换用其他映射",
    "needs exactly one of value, from, code, fields, each; found (.*)": (
        "须恰好给出 value、from、code、fields、each 之一，现有：{0}"
    ),
    "each and item belong together": "each 与 item 须同时给出",
    "'(.*)' is not a path: .*": "{0} 不是路径；写法如 data.name、data.list[0].name 或 data.list[key=value].name",
    "template needs \\{\\} exactly once": "template 中须恰好有一处 {{}}",
    "there is no time zone '(.*)'": "没有时区 {0}",
    # What works but may not be meant.
    "(\\S+): it is not admitted, so cameras' reports of it are kept and not filed": (
        "{0}：尚未准入，探头上报会留存但不立案"
    ),
    "(\\S+): no camera watches for it; one needs a zone with purpose (.*)": (
        "{0}：没有探头在巡查；探头需要用途为 {1} 的区域"
    ),
    "(\\S+): the model in service does not know (.*); this matter cannot be found": (
        "{0}：在用模型不认识 {1}；无法发现该事项"
    ),
    "(\\S+): the model in service does not know (.*)": "{0}：在用模型不认识 {1}",
    "camera (\\S+): (\\S+) is named but cannot run: it has no zone with purpose (.*)": (
        "探头 {0}：已列出事项 {1} 但无法运行：没有用途为 {2} 的区域"
    ),
    "camera (\\S+): it has no zones, so nothing is watched": "探头 {0}：没有区域，因此什么也不巡查",
    "camera (\\S+): its address holds a password; name it in source.credentials instead": (
        "探头 {0}：地址中含有密码；请改在 source.credentials 中填写凭据名称"
    ),
    "camera (\\S+): its position lies in no cell of the grid; check position and its crs": (
        "探头 {0}：位置不在任何网格内；请核对 position 及其 crs"
    ),
    "the time zone changes at the next start of the node": "时区在节点下次启动时更改",
    # Places and calibration.
    "a place in the picture": "画面中的位置",
    "\\((.*)\\) is no place in (\\S+):.*": "({0}) 不是 {1} 中的位置；请核对坐标系，以及经纬度是否写反",
    "(\\S+) \\(.*\\) does not give positions on a map;.*": "{0} 不是地图坐标系；请用 EPSG:4326、EPSG:4490 或 GCJ-02",
    "unknown coordinate reference system '(.*)';.*": "没有坐标参考系 {0}；请用 EPSG:4326、EPSG:4490 或 GCJ-02",
    "needs at least 4 points, got (\\d+)": "至少需要 4 个点，现有 {0} 个",
    "the points contradict each other, most of all point (\\d+);.*": (
        "各点相互矛盾，第 {0} 点最明显；请核对每点的画面位置与经纬度是否为地面上同一处，以及坐标系"
    ),
    "too many calibration points lie on one line in the picture;.*": (
        "画面中过多的点位于一条直线上；请分散选点：远近左右"
    ),
    "too many calibration points lie on one line on the map;.*": "地图上过多的点位于一条直线上；请分散选点：远近左右",
    "the calibration points do not define a plane;.*": "这些点不能确定一个平面；请在地面上分散选点",
    "the horizon would run between the calibration points:.*": "地平线会穿过这些点：有的点对调了，或不在地面上",
    # Addresses.
    "the address holds a password or a key": "地址中含有密码或密钥",
    "Name it in source.credentials; the operator keeps it outside the configuration": (
        "请在 source.credentials 中填写凭据名称；凭据由运维人员保存在配置之外"
    ),
    "the scheme '(.*)' is not used here": "不支持 {0} 开头的地址",
    "Give (.*), sim:// or a path": "请用 {0}、sim:// 或文件路径",
    "this is no path of a file": "这不是文件路径",
    "this is no address": "这不是地址",
    "Give the address as the camera's manual has it": "请按探头说明书填写地址",
    "the file is outside the configuration directory": "该文件不在配置目录之内",
    "Ask the operator to put the recording there, or to write this camera's file": (
        "请运维人员把录像放入配置目录，或由其编写该探头的文件"
    ),
    "(.*): leads to (.*), which is this machine, link-local or a metadata service;.*": (
        "{0} 指向 {1}：本机、链路本地或云元数据地址，不允许"
    ),
    "Ask the operator of this node": "请联系本节点的运维人员",
    "no scene is called (.*)": "没有名为 {0} 的模拟场景",
    "there is no file (.*)": "没有文件 {0}",
    "Paths are relative to the camera file;.*": (
        "路径相对于探头文件；地址以 rtsp://、http://、https:// 或 sim:// 开头"
    ),
    "expected '(.*)': a camera keeps its id": "应为 {0}：探头编号不能更改",
    "Add a camera with the new id and retire this one": "请用新编号添加探头，并停用这一个",
}
