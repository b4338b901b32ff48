"""The operations console: its built files and the addresses of its pages, beside the API and never in its way.

The console is one page that draws all its addresses itself, so each of them answers with that page. An address that is
neither a page, a file nor a route stays a problem with status 404.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from dispatch.api.access import OPEN
from dispatch.errors import NotFound

PAGES = ("/", "/cases", "/review", "/verification", "/cameras", "/supervision", "/indicators", "/models", "/settings")
"""Addresses of the console; below each but the first there may be one more step, such as the id of a case."""
TABBED = ("/cameras", "/models")
"""What lies below these addresses has tabs, which are one more step."""
SECURITY = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # the component library writes its styles when they are needed
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EVERY_TIME = "no-cache"
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>GridPatrol</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>GridPatrol 网格巡查</h1>
<p>The node runs and its API answers. The console has not been built on this machine: it needs Node.js 20.19 or newer
with npm. Install them, run <code>make web</code> in the checkout and load this page again; the node need not be
started anew.</p>
<p lang="zh">节点与接口运行正常，但本机尚未构建操作台。请安装 Node.js 20.19 以上版本（含 npm），在代码目录运行
<code>make web</code>，然后刷新本页；无需重启节点。</p>
<p><a href="/api/v1/openapi.json">/api/v1/openapi.json</a> · <a href="/api/v1/cases">/api/v1/cases</a> ·
<a href="/api/v1/cameras">/api/v1/cameras</a></p>
</html>
"""


@cache
def console_router(folder: Path | None) -> APIRouter:
    """Return the routes of the console; they keep nothing of an application.

    Args:
        folder: what `npm run build` made: `index.html`, and `assets/` with names that change with the content. It is
            looked at on every request, so that a console built later is there at once.
    """
    router = APIRouter(include_in_schema=False, dependencies=[OPEN])

    def page() -> Response:
        """Answer with the console, or say how to get it."""
        index = None if folder is None else folder / "index.html"
        headers = {**SECURITY, "Cache-Control": ASK_EVERY_TIME}
        if index is None or not index.is_file():
            return HTMLResponse(_NOT_BUILT, headers=headers)
        return FileResponse(index, media_type="text/html; charset=utf-8", headers=headers)

    def below(step: str) -> Response:
        """Answer with the console for one thing's page."""
        return page()

    def tab(step: str, name: str) -> Response:
        """Answer with the console for a tab of one thing's page."""
        return page()

    for address in PAGES:
        router.add_api_route(address, page, methods=["GET", "HEAD"])
        if address != "/":
            router.add_api_route(f"{address}/{{step}}", below, methods=["GET", "HEAD"])

    for address in TABBED:
        router.add_api_route(f"{address}/{{step}}/{{name}}", tab, methods=["GET", "HEAD"])

    @router.api_route("/assets/{name}", methods=["GET", "HEAD"])
    def asset(name: str) -> Response:
        """Answer with a file whose name changes with its content."""
        return _file(folder, Path("assets") / name, FOR_EVER)

    @router.api_route("/favicon.svg", methods=["GET", "HEAD"])
    def icon() -> Response:
        """Answer with the console's sign."""
        return _file(folder, Path("favicon.svg"), ASK_EVERY_TIME)

    return router


def _file(folder: Path | None, name: Path, cache: str) -> Response:
    """Answer with a file of the console. A name that leads out of the folder, or to no file, has none."""
    if folder is not None:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return FileResponse(path, headers={**SECURITY, "Cache-Control": cache})
    raise NotFound("the console has no such file", "Load the page again; it may be from before an update.")
