"""Refusals of requests themselves in Chinese, and what the libraries say that read them."""

from __future__ import annotations

from collections.abc import Mapping

REQUESTS: Mapping[str, str] = {
    "Not available at the moment": "暂时不可用",
    "the database did not answer in time": "数据库未及时响应",
    "Try again in a moment; nothing was changed.": "请稍后再试；没有任何更改。",
    "The program has a fault": "程序出错",
    "this request met a fault of the program; the node's log has the details": "程序处理请求时出错；详情见节点日志",
    "Tell the operators; nothing was changed.": "请告知运维人员；没有任何更改。",
    "a value holds what the database cannot keep, such as a zero character or too large a number": (
        "填写的内容含有数据库无法保存的值，如空字符或过大的数字"
    ),
    "Correct the request; /api/v1/openapi.json describes every value.": "请更正填写的内容。",
    "/api/v1/openapi.json describes every route.": "各接口的说明见 /api/v1/openapi.json。",
    "See the node's log.": "请查看节点日志。",
    "The body is too large": "内容过大",
    "the body is too large": "内容过大",
    "Send less at once.": "请减少一次发送的内容。",
    "the body is empty": "内容为空",
    "Send the bytes of {} as the body.": "请以{0:terms}内容作为请求正文。",
    "{} may have {} bytes": "{0:terms}不能超过 {1} 字节",
    "Send a smaller one.": "请发送较小的文件。",
    "the node is not called by this name (Host header)": "节点不使用这个名称（Host 请求头）",
    "Call it as 127.0.0.1 or localhost, or by a name that the operators have allowed.": (
        "请用 127.0.0.1、localhost 或运维人员允许的名称访问。"
    ),
    "the console has no such file": "操作台没有这个文件",
    "Load the page again; it may be from before an update.": "请重新加载页面；当前页面可能是升级之前的。",
    "cursor is not one that a page has given": "cursor 不是上一页给出的",
    "Pass `next` of the page before, unchanged.": "请原样使用上一页的 next。",
    "header.Idempotency-Key: 1 to 190 printable ASCII characters": (
        "Idempotency-Key 请求头须为 1 至 190 个可打印 ASCII 字符"
    ),
    "Take a UUID.": "请使用 UUID。",
    "this Idempotency-Key was used for another request": "此 Idempotency-Key 已用于其他请求",
    "Take a new key for a new request.": "新请求请使用新的键。",
    "the first request with this Idempotency-Key is being carried out": "使用此 Idempotency-Key 的请求正在处理",
    "Ask again in a moment.": "请稍后再问。",
    "this was done already, and its answer is not kept": "此操作已完成，其结果未保留",
    "Read what became of it.": "请查看现在的状态。",
}

LIBRARIES: Mapping[str, str] = {
    "Bad Request": "请求无法识别",
    "Unauthorized": "需要登录",
    "Forbidden": "没有权限",
    "Not Found": "未找到",
    "Method Not Allowed": "不支持此操作",
    "Conflict": "与当前状态冲突",
    "Unprocessable Entity": "填写的内容无效",
    "Unprocessable Content": "填写的内容无效",
    "Request Entity Too Large": "内容过大",
    "Content Too Large": "内容过大",
    "Field required": "必填",
    "Extra inputs are not permitted": "没有这一项",
    "String should have at least {} character": "至少 {0} 个字符",
    "String should have at least {} characters": "至少 {0} 个字符",
    "String should have at most {} character": "至多 {0} 个字符",
    "String should have at most {} characters": "至多 {0} 个字符",
    "String should match pattern {}": "格式应为 {0}",
    "Input should be a valid string": "应为文字",
    "Input should be a valid integer": "应为整数",
    "Input should be a valid integer, unable to parse string as an integer": "应为整数",
    "Input should be a valid number": "应为数字",
    "Input should be a valid number, unable to parse string as a number": "应为数字",
    "Input should be a valid boolean": "应为是或否",
    "Input should be a valid boolean, unable to interpret input": "应为是或否",
    "Input should be a valid list": "应为列表",
    "Input should be a valid dictionary": "应为键与值",
    "Input should be an object": "应为键与值",
    "Input should be {}": "应为 {0}",
    "Input should be greater than {}": "应大于 {0}",
    "Input should be greater than or equal to {}": "应不小于 {0}",
    "Input should be less than {}": "应小于 {0}",
    "Input should be less than or equal to {}": "应不大于 {0}",
    "Input should have timezone info": "时间须带时区",
    "Input should be a valid datetime or date, {}": "应为有效的日期时间",
    "Input should be a valid date or datetime, {}": "应为有效的日期",
    "List should have at most {} items after validation, not {}": "至多 {0} 项，现为 {1} 项",
    "List should have at least {} item after validation, not {}": "至少 {0} 项，现为 {1} 项",
    "Tuple should have at most {} items after validation, not {}": "至多 {0} 项，现为 {1} 项",
    "Tuple should have at least {} item after validation, not {}": "至少 {0} 项，现为 {1} 项",
    "Value error, {}": "{0}",
    "JSON decode error": "JSON 格式有误",
}
