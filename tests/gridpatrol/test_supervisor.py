from __future__ import annotations

import threading
import time

from gridpatrol.supervisor import Part, PartState, PartStatus, Supervisor

PATIENCE_S = 10.0


def steady(stop: threading.Event) -> None:
    stop.wait()


def wait_until_running(supervisor: Supervisor) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while any(status.state is not PartState.running for status in supervisor.statuses()):
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_failing_part_is_shown_and_started_again_while_others_run() -> None:
    shown: list[PartStatus] = []
    back = threading.Event()
    runs = iter(["fail", "end", "run"])

    def shaky(stop: threading.Event) -> None:
        match next(runs):
            case "fail":
                raise RuntimeError("camera driver lost")
            case "end":
                return
        back.set()
        stop.wait()

    supervisor = Supervisor(on_change=shown.append)
    supervisor.start(Part("steady", steady))
    supervisor.start(Part("shaky", shaky))
    assert back.wait(PATIENCE_S)
    other, status = supervisor.statuses()
    assert (other.state, other.restarts) == (PartState.running, 0)
    assert (status.state, status.restarts, status.trouble) == (PartState.running, 2, None)
    assert supervisor.stop() == []
    assert [(s.state, s.trouble) for s in shown if s.name == "shaky"] == [
        (PartState.restarting, "RuntimeError: camera driver lost"),
        (PartState.running, None),
        (PartState.restarting, "ended by itself"),
        (PartState.running, None),
        (PartState.stopped, None),
    ]


def test_parts_stop_in_reverse_order_and_what_blocks_is_released() -> None:
    ended: list[str] = []
    gate = threading.Event()

    def first(stop: threading.Event) -> None:
        stop.wait()
        ended.append("first")

    def second(stop: threading.Event) -> None:
        gate.wait()
        ended.append("second")

    supervisor = Supervisor()
    supervisor.start(Part("first", first))
    supervisor.start(Part("second", second, release=gate.set))
    wait_until_running(supervisor)
    assert supervisor.stop() == []
    assert ended == ["second", "first"]
    assert [status.state for status in supervisor.statuses()] == [PartState.stopped] * 2


def test_trouble_of_a_running_part_is_told() -> None:
    supervisor = Supervisor()
    supervisor.start(Part("publisher", steady, trouble=lambda: "server away"))
    wait_until_running(supervisor)
    assert supervisor.statuses() == [PartStatus("publisher", PartState.running, 0, "server away")]
    supervisor.stop()
