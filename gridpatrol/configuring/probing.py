"""A trial connection to a camera that is not configured yet: what works, and of what does not, why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2

from detector.config import Camera
from detector.errors import ConfigError, DetectorError, SourceDenied, SourceUnreachable
from detector.frame import Frame, Image
from detector.sources import AddressPolicy, Secrets
from detector.sources.address import AddressRefused
from dispatch.camera_setup import Outcome, Probe, ProbeStage, Tried, Wanted
from dispatch.configuration import Fault
from gridpatrol.check import Glimpse, doubt_of_key_frames, glimpse
from gridpatrol.config.cameras import is_address
from gridpatrol.configuring.addresses import AddressRules
from gridpatrol.configuring.faults import fault

TIMEOUT_S = 8.0
"""A camera that does not answer for so long is not waited for: somebody sits before the screen."""
MOST_WIDE_PX = 1280
JPEG_QUALITY = 80

_REMEDIES = {
    ProbeStage.credentials: (
        "Ask the operator for the name under which the camera's user and password are kept",
        "请向运维人员询问保存该探头用户名和密码的凭据名称",
        "没有这个名称的凭据，或其写法不对",
    ),
    ProbeStage.connection: (
        "Check that the camera is on, its host and port, and that this machine may reach it (firewall, VLAN)",
        "请检查探头是否通电、主机和端口是否正确、本机能否访问它（防火墙、VLAN）",
        "连接不上探头",
    ),
    ProbeStage.sign_in: (
        "Check user and password with the operator before the next try: cameras lock accounts after wrong ones",
        "请先与运维人员核对用户名和密码再试：多次错误会使探头锁定账号",
        "探头拒绝了用户名或密码",
    ),
    ProbeStage.picture: (
        "Check the path of the video in the address; H.264, H.265 and MJPEG are read",
        "请检查地址中视频的路径；可读取 H.264、H.265 和 MJPEG",
        "没有得到画面",
    ),
    ProbeStage.key_frames: (
        "Shorten the key-frame interval (GOP) in the camera's own settings",
        "请在探头自身的设置中缩短关键帧间隔（GOP）",
        "关键帧间隔不适合所需的巡查间隔",
    ),
}
"""What to do about a step that failed, in English and Chinese, and what happened in Chinese."""


def probe(wanted: Wanted, *, rules: AddressRules, secrets: Callable[[], Secrets], policy: AddressPolicy) -> Probe:
    """Try an address, one step after the other, until one fails.

    Args:
        rules: where addresses of users may lead.
        secrets: reads the credentials that are known now.
    """
    faults = rules.faults(wanted.url)
    if faults:
        return Probe(_steps(ProbeStage.address, faults[0]))
    camera = _camera(wanted, rules.folder)
    try:
        known = secrets()
        if wanted.credentials is not None:
            known.credential(wanted.credentials)
    except ConfigError as error:
        return Probe(_steps(ProbeStage.credentials, _fault(ProbeStage.credentials, str(error))))
    seen = glimpse(camera, secrets=known, policy=policy)
    return _told(camera, seen)


def _camera(wanted: Wanted, folder: Path) -> Camera:
    url = wanted.url
    if not is_address(url):
        url = str((folder / "cameras" / url).resolve())
    source = {"url": url, "credentials": wanted.credentials}
    return Camera.model_validate(
        {
            "id": "probe",
            "names": {"en": "probe", "zh": "试连"},
            "source": {**source, "connect_timeout_s": TIMEOUT_S, "read_timeout_s": TIMEOUT_S},
            "watch": {"look_interval_s": wanted.look_interval_s},
            "position": {"lon": 0, "lat": 0, "crs": "EPSG:4326"},
        }
    )


def _told(camera: Camera, seen: Glimpse) -> Probe:
    if seen.frame is None:
        step = _step_of(seen.error)
        steps = _steps(step, _fault(step, str(seen.error or "")))
    else:
        doubt = doubt_of_key_frames(camera, seen.info)
        steps = (
            _steps(ProbeStage.key_frames, _fault(ProbeStage.key_frames, doubt), Outcome.doubtful) if doubt else _steps()
        )
    info = seen.info
    return Probe(
        steps,
        codec=info.codec if info else None,
        resolution_wh=seen.frame.resolution_wh if seen.frame else None,
        fps=info.fps if info else None,
        key_interval_s=info.key_interval_s if info else None,
        jpeg=_jpeg(seen.frame),
    )


def _step_of(error: DetectorError | None) -> ProbeStage:
    if isinstance(error, AddressRefused):
        return ProbeStage.address
    if isinstance(error, SourceDenied):
        return ProbeStage.sign_in
    return ProbeStage.connection if isinstance(error, SourceUnreachable) else ProbeStage.picture


def _steps(
    stopped: ProbeStage | None = None, why: Fault | None = None, how: Outcome = Outcome.failed
) -> tuple[Tried, ...]:
    """Return all steps: passed before the one that stopped, left out after it."""
    order = list(ProbeStage)
    end = len(order) if stopped is None else order.index(stopped)
    passed = [Tried(step, Outcome.passed) for step in order[:end]]
    if stopped is None:
        return tuple(passed)
    return (*passed, Tried(stopped, how, why), *(Tried(step, Outcome.left_out) for step in order[end + 1 :]))


def _fault(step: ProbeStage, what: str) -> Fault:
    if step is ProbeStage.address:
        return fault("url", what)
    remedy, remedy_zh, happened_zh = _REMEDIES[step]
    where = "credentials" if step is ProbeStage.credentials else "url"
    return Fault(where, what, remedy, f"{happened_zh}：{what}", remedy_zh)


def _jpeg(frame: Frame | None) -> bytes | None:
    if frame is None:
        return None
    image: Image = frame.image
    height, width = image.shape[:2]
    if width > MOST_WIDE_PX:
        size = (MOST_WIDE_PX, round(height * MOST_WIDE_PX / width))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(image.dtype, copy=False)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes() if done else None
