from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from detector.vision.health import Fault
from detector.watchstate import WatchState
from dispatch.contract import CameraState, FaultType

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reading:
    faults: tuple[Fault, ...] = ()
    usable: bool = True
    detail: str = ""
    repeated: bool = False


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def state(patience_s: float = 0.0) -> WatchState:
    return WatchState("cam", patience=timedelta(seconds=patience_s), at=START)


def test_a_sound_camera_is_told_once() -> None:
    watch = state()
    told = [watch.looked(Reading(), at(n)) for n in range(5)]
    assert [m.state for m in told if m] == [CameraState.watching]


def test_a_fault_of_the_view_is_blind_since_its_first_look() -> None:
    watch = state()
    watch.looked(Reading(), at(0))
    message = watch.looked(Reading((Fault(FaultType.moved, at(4), "by 5 %"),), usable=False), at(6))
    assert message is not None
    assert (message.state, message.fault, message.since) == (CameraState.blind, FaultType.moved, at(4))
    back = watch.looked(Reading(), at(9))
    assert back is not None
    assert (back.state, back.fault) == (CameraState.watching, None)


def test_a_short_doubt_is_not_told_a_long_one_is() -> None:
    watch = state()
    watch.looked(Reading(), at(0))
    told = [watch.looked(Reading(usable=False, detail="hidden"), at(n)) for n in range(1, 40)]
    assert [(m.state, m.at, m.since) for m in told if m] == [(CameraState.degraded, at(30), at(0))]


def test_a_lost_camera_is_told_within_half_a_minute() -> None:
    watch = state()
    watch.looked(Reading(), at(0))
    first = watch.failed("hung up", at(1))
    assert first is not None
    assert first.state is CameraState.degraded
    told = [watch.tick(at(n)) for n in range(2, 30)]
    lost = [m for m in told if m]
    assert [(m.state, m.fault, m.detail) for m in lost] == [(CameraState.blind, FaultType.lost, "hung up")]
    assert lost[0].since == at(0)
    back = watch.looked(Reading(), at(60))
    assert back is not None
    assert back.state is CameraState.watching


def test_a_silent_camera_is_lost_though_its_connection_stands() -> None:
    watch = state()
    watch.looked(Reading(), at(0))
    told = [m for n in range(1, 30) if (m := watch.tick(at(n)))]
    assert [(m.state, m.fault) for m in told] == [(CameraState.blind, FaultType.lost)]


def test_a_patrolled_camera_may_be_silent_between_its_looks() -> None:
    watch = state(patience_s=90)
    watch.looked(Reading(), at(0))
    assert [m for n in range(1, 100) if (m := watch.tick(at(n)))] == []


def test_refused_credentials_are_blind_at_once_and_the_reason_is_told() -> None:
    message = state().failed("refused", at(1), final=True)
    assert message is not None
    assert (message.state, message.fault, message.detail) == (CameraState.blind, FaultType.lost, "refused")


def test_a_failed_look_is_degraded_until_the_next_good_one() -> None:
    watch = state()
    watch.looked(Reading(), at(0))
    broke = watch.broke("a look failed", at(1))
    assert broke is not None
    assert broke.state is CameraState.degraded
    again = watch.looked(Reading(), at(2))
    assert again is not None
    assert again.state is CameraState.watching


def test_a_paused_camera_is_not_lost() -> None:
    watch = state()
    message = watch.paused(at(0))
    assert message is not None
    assert message.state is CameraState.paused
    assert watch.tick(at(1000)) is None
    watch.resumed(at(1000))
    assert watch.tick(at(1001)) is None
    assert watch.tick(at(1016)) is not None


def test_pictures_that_wait_for_their_look_are_our_fault_and_told_once() -> None:
    watch = state()
    watch.looked(Reading(), at(0))
    told = []
    for n in range(1, 100):
        watch.arrived(at(n))
        told.append(watch.tick(at(n)))
        if n % 20 == 0:
            told.append(watch.looked(Reading(), at(n)))
    (message,) = [m for m in told if m]
    assert (message.state, message.fault, message.at) == (CameraState.degraded, None, at(16))
    assert message.detail.startswith("overloaded")
    told = []
    for n in range(100, 110):
        watch.arrived(at(n))
        told += [watch.tick(at(n)), watch.looked(Reading(), at(n))]
    (back,) = [m for m in told if m]
    assert (back.state, back.at) == (CameraState.watching, at(103))


def test_a_lost_camera_that_comes_back_is_not_overloaded() -> None:
    watch = state()
    watch.looked(Reading(), at(0))
    assert watch.tick(at(60)) is not None
    watch.arrived(at(300))
    assert watch.tick(at(301)) is None
    back = watch.looked(Reading(), at(300))
    assert back is not None
    assert back.state is CameraState.watching


def test_a_camera_that_falls_silent_while_it_waits_is_lost_once_it_has_been_looked_at() -> None:
    watch = state()
    watch.arrived(at(0))
    watch.looked(Reading(), at(0))
    lost = [m for n in range(1, 30) if (m := watch.tick(at(n)))]
    assert [(m.state, m.fault) for m in lost] == [(CameraState.blind, FaultType.lost)]


def test_an_overload_does_not_hide_what_is_wrong_with_the_view() -> None:
    watch = state()
    watch.looked(Reading((Fault(FaultType.covered, at(0), "dark"),), usable=False), at(0))
    watch.arrived(at(1))
    assert watch.tick(at(100)) is None
    assert watch.condition.fault is FaultType.covered
