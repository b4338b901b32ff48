"""A node: everything in one process group on one machine, from cameras to cases, started and stopped together."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType

from fastapi import FastAPI
from rich.console import Console

from detector.clock import SteadyClock
from detector.evidence import EvidenceStore
from detector.inference import Detector
from detector.inference.reloading import ReloadingDetector
from detector.looks import FOLDER, LookStore
from detector.sources import AddressPolicy, Secrets
from dispatch.accounts import Accounts
from dispatch.api.app import LOCAL_HOSTS, create_app
from dispatch.config import Names
from dispatch.configuring import Configuration
from dispatch.contract import CaseState
from dispatch.grid import GridIndex
from dispatch.stream import connect
from dispatch.views import CaseFilter
from dispatch.wording import NameBook
from gridpatrol.basemaps import BaseMapRoom
from gridpatrol.callers import TIDY_INTERVAL_S, keep_tidy, open_accounts, refuse_unsafe_api, sign_in_elsewhere
from gridpatrol.comparing import ComparisonRoom
from gridpatrol.config import Installation, load_installation, own_or_shipped
from gridpatrol.configuring.addresses import AddressRules
from gridpatrol.configuring.cameras import CameraOffice
from gridpatrol.configuring.commitments import Commitments
from gridpatrol.configuring.inforce import InForce, NamesInForce
from gridpatrol.configuring.schemas import document_schemas
from gridpatrol.configuring.settings import SettingsOffice
from gridpatrol.configuring.setup import SetupOffice
from gridpatrol.core import Core, utc_now
from gridpatrol.demo import Story, StoryDriver
from gridpatrol.errands import Errands
from gridpatrol.eyes import Eyes
from gridpatrol.livelog import LiveLog, short_id
from gridpatrol.lock import DataDirectory
from gridpatrol.logs import keep_log
from gridpatrol.modelroom import ModelRoom
from gridpatrol.onvif.office import DiscoveryOffice
from gridpatrol.recent import RecentBook
from gridpatrol.reporting.files import report_file
from gridpatrol.server import ApiServer
from gridpatrol.settings import NodeSettings
from gridpatrol.shipped import BUILT_CONSOLE
from gridpatrol.sightlines import Sightlines
from gridpatrol.streets import Streets, draw, is_simulated
from gridpatrol.supervisor import Part, PartState, PartStatus
from gridpatrol.transport import every
from gridpatrol.trials import TrialRoom
from gridpatrol.watching import blind_rules
from gridpatrol.webhooks import rewrites
from gridpatrol.wording import STATES, Language, pick, terminal_language, word
from models.registry import MANIFEST

log = logging.getLogger(__name__)

SHOWN_OPEN_CASES = 10
SAME_WISH_S = 2.0


@dataclass(frozen=True)
class Plan:
    """What a node is to run.

    Attributes:
        config_dir: cameras, matters, grid.
        data_dir: databases, streams, evidence, log.
        settings: of the node.
        grid_dir: the grid, where it is not in `config_dir`.
        story: people of the demonstration; None for a real installation.
        began_at: tells, of the locked data directory and the present time, since when simulated streets run; None:
            since the node started.
        detector: opens the detector; the registered model in service when None.
    """

    config_dir: Path
    data_dir: Path
    settings: NodeSettings
    story: Story | None = None
    began_at: Callable[[Path, datetime], datetime] | None = None
    detector: Callable[[], Detector] | None = None
    grid_dir: Path | None = None


def run_node(plan: Plan, console: Console) -> None:
    """Run a node until SIGINT or SIGTERM. All that can be wrong is found before anything starts.

    Raises:
        UserError, DetectorError, DispatchError: configuration, weights, data directory, port or stream server.
    """
    language = terminal_language(plan.settings.language)
    refuse_unsafe_api(plan.settings.api)
    installation = load_installation(plan.config_dir, grid_folder=plan.grid_dir)
    in_force = InForce(installation)
    live = _live_log(console, language, in_force)
    for notice in installation.notices_at(utc_now()):
        live.say("part", "yellow", notice)
    stop = threading.Event()
    with _stopped_by_signals(stop), ExitStack() as stack:
        data = stack.enter_context(DataDirectory(plan.data_dir))
        stack.enter_context(keep_log(data.path / "node.log", live))
        server = ApiServer(plan.settings.api)
        stack.callback(server.close)
        detector = plan.detector() if plan.detector else _registered_detector(plan.settings, in_force)
        for line in blind_rules({code: m.watched for code, m in installation.matters.items()}, detector.class_names):
            live.say("part", "yellow", line)
        if any(is_simulated(camera) for camera in installation.cameras.values()):
            live.say("part", "dim", word("drawing", language))
        recent = RecentBook(data.path / "recent", plan.settings.recent)
        streets = _streets(plan, installation, data.path, stop, recent)
        names = _names(in_force)
        core = Core(
            data,
            plan.settings,
            rules=installation.rules,
            grid=GridIndex(installation.grid, time_zone=installation.calendar.time_zone),
            policy=installation.policy,
            watchers=Sightlines(lambda: in_force.installation.cameras, lambda: in_force.installation.matters),
            mappings=NamesInForce(in_force, lambda now: rewrites(now.mappings, names)),
            on_change=lambda status: _show_part(live, status, language),
            clock=streets.clock,
        )
        stack.enter_context(core)
        in_force.pauses = core.sql.configuration.pauses()
        eyes = Eyes(
            in_force,
            detector=detector,
            store=core.cameras,
            evidence=EvidenceStore(core.evidence_dir, installation.calendar.time_zone),
            looks=LookStore(data.path / FOLDER, timedelta(days=plan.settings.retention.unfiled_days)),
            streets=streets,
            clock=core.clock,
        )
        accounts = stack.enter_context(open_accounts(core.sql.accounts, plan.settings.api, data.path))
        app = _app(core, eyes, in_force, plan, accounts, recent, data.path)
        _start(core, live, server, eyes, app, plan, language, accounts)
        if isinstance(detector, ReloadingDetector):
            core.add(Part("model", detector.follow))
        data.announce(server.url, core.stream_url)
        _greet(live, server.url, data.path, installation, core, language)
        _show_first_administrator(console, accounts, core.clock(), language)
        stop.wait()
        live.say("part", "dim", word("stopping", language))
    live.say("part", "dim", word("stopped", language))


def _registered_detector(settings: NodeSettings, in_force: InForce) -> ReloadingDetector:
    needed = NamesInForce(in_force, _matters_by_class)
    return ReloadingDetector(settings.model_manifest or MANIFEST, needed=needed)


def _matters_by_class(installation: Installation) -> dict[str, list[str]]:
    """Return which matters look for a class, by the class's name."""
    matters: dict[str, list[str]] = {}
    for code, matter in installation.matters.items():
        for name in matter.watched.rule.classes:
            matters.setdefault(name, []).append(code)
    return matters


def _live_log(console: Console, language: Language, in_force: InForce) -> LiveLog:
    matters = NamesInForce(in_force, lambda now: {code: matter.watched.names for code, matter in now.matters.items()})
    cameras = NamesInForce(in_force, lambda now: {id: camera.names for id, camera in now.cameras.items()})
    return LiveLog(console, language=language, matters=matters, cameras=cameras)


def _streets(
    plan: Plan, installation: Installation, data_dir: Path, stop: threading.Event, recent: RecentBook
) -> Streets:
    drawn = draw(installation.cameras, stop.is_set)
    clock = SteadyClock(utc_now, time.monotonic)
    return Streets(
        began_at=plan.began_at(data_dir, clock()) if plan.began_at else clock(),
        clock=clock,
        secrets=Secrets(os.environ, plan.settings.secrets_file),
        policy=_addresses(plan),
        drawn=drawn,
        recent=recent,
    )


def _office(plan: Plan, in_force: InForce, core: Core, eyes: Eyes) -> CameraOffice:
    office = CameraOffice(in_force, plan.config_dir, core.sql.configuration, eyes, _addresses(plan))
    office.note_files(core.clock())
    return office


def _configuration(
    plan: Plan, in_force: InForce, core: Core, office: CameraOffice, eyes: Eyes, data_dir: Path
) -> Configuration:
    setup = SetupOffice(office, plan.config_dir, _addresses(plan), plan.settings.secrets_file)
    commitments = Commitments(core.desk, lambda: {one.mapping for one in core.webhooks.rows.all()})
    settings = SettingsOffice(
        in_force,
        plan.config_dir,
        core.sql.configuration,
        core.desk,
        eyes=eyes,
        commitments=commitments,
        classes=eyes.classes,
    )
    settings.note_files(core.clock())
    rules = AddressRules(plan.config_dir, _addresses(plan))
    secrets = partial(Secrets, os.environ, plan.settings.secrets_file)
    discovery = DiscoveryOffice(plan.settings.onvif, rules, secrets, lambda: in_force.installation.cameras)
    return Configuration(office, setup, settings, document_schemas(), discovery, BaseMapRoom(data_dir / "basemaps"))


def _addresses(plan: Plan) -> AddressPolicy:
    return AddressPolicy(plan.settings.allowed_networks)


def _start(
    core: Core,
    live: LiveLog,
    server: ApiServer,
    eyes: Eyes,
    app: FastAPI,
    plan: Plan,
    language: Language,
    accounts: Accounts,
) -> None:
    core.start(eyes.take)
    core.add(Part("accounts", lambda stop: keep_tidy(accounts, core.clock, stop)))
    core.add(Part("api", lambda stop: server.run(app, stop), release=server.release))
    core.add(Part("live log", lambda stop: live.follow(connect(core.stream_url), stop)))
    core.add(Part("cameras", eyes.run))
    if plan.story is not None:
        core.add(Part("story", StoryDriver(core.desk, plan.story, core.clock, language).run))


def _app(
    core: Core,
    eyes: Eyes,
    in_force: InForce,
    plan: Plan,
    accounts: Accounts,
    recent: RecentBook,
    data_dir: Path,
) -> FastAPI:
    installation, settings = in_force.installation, plan.settings
    office = _office(plan, in_force, core, eyes)
    errands = Errands(data_dir / "errands")
    trials = _trials(core, office, in_force, plan, recent, data_dir, errands)
    return create_app(
        core.desk,
        evidence_root=core.evidence_dir,
        camera_control=eyes,
        grid_map=GridIndex(installation.grid, time_zone=installation.calendar.time_zone),
        accounts=accounts,
        hosts=(*LOCAL_HOSTS, settings.api.host, *settings.api.names),
        clock=core.clock,
        troubles=lambda: _troubles(core.statuses()),
        receivers=core.webhooks,
        names=_names(in_force),
        console=BUILT_CONSOLE,
        model_control=_models(eyes, in_force, plan, errands, trials),
        elsewhere=sign_in_elsewhere(accounts, settings, os.environ),
        configuration=_configuration(plan, in_force, core, office, eyes, data_dir),
        report_writer=report_file,
        trial_control=trials,
        picture_keeper=eyes.photos,
    )


def _trials(
    core: Core,
    office: CameraOffice,
    in_force: InForce,
    plan: Plan,
    recent: RecentBook,
    data_dir: Path,
    errands: Errands,
) -> TrialRoom:
    room = TrialRoom(
        data_dir / "recordings",
        errands=errands,
        cameras=lambda: in_force.installation.cameras,
        check=office.draft,
        matters=lambda: own_or_shipped(plan.config_dir, "matters"),
        manifest=plan.settings.model_manifest,
        recent=recent,
        most_bytes=int(plan.settings.upload_megabytes * 1e6),
    )
    core.add(Part("errands", errands.run))
    core.add(Part("recordings", lambda stop: every(stop, TIDY_INTERVAL_S, lambda: room.prune(core.clock()))))
    core.add(Part("recent pictures", lambda stop: recent.run(core.clock, stop)))
    return room


def _models(eyes: Eyes, in_force: InForce, plan: Plan, errands: Errands, trials: TrialRoom) -> ModelRoom:
    settings = plan.settings
    clips = ComparisonRoom(
        errands=errands,
        trials=trials,
        cameras=lambda: in_force.installation.cameras,
        matters=lambda: own_or_shipped(plan.config_dir, "matters"),
        manifest=settings.model_manifest,
        clips=settings.gate.clips if settings.gate else None,
    )
    manifest = settings.model_manifest or MANIFEST
    return ModelRoom(manifest, eyes.model, errands=errands, gate=settings.gate, clips=clips)


def _names(in_force: InForce) -> NameBook:
    installation = in_force.installation
    return NameBook(
        matters=NamesInForce(
            in_force,
            lambda now: {code: Names.model_validate(m.watched.names.model_dump()) for code, m in now.matters.items()},
        ),
        departments=NamesInForce(in_force, lambda now: {id: known.names for id, known in now.departments.items()}),
        layers={layer.id: layer.names for layer in sorted(installation.grid, key=lambda layer: layer.rank)},
    )


def _show_first_administrator(console: Console, accounts: Accounts, now: datetime, language: Language) -> None:
    """Print the first administrator's one-time password, on the terminal alone: it must be in no log."""
    made = accounts.administration.first_administrator(now)
    if made is not None:
        name, password = made
        console.print(
            f"{word('first_administrator', language)}: [bold]{name}[/]  {word('one_time_password', language)}: "
            f"[bold]{password}[/]"
        )


def _troubles(statuses: list[PartStatus]) -> list[str]:
    return [f"{s.name}: {s.trouble or s.state}" for s in statuses if s.trouble or s.state is not PartState.running]


def _show_part(live: LiveLog, status: PartStatus, language: Language) -> None:
    if status.state is PartState.restarting:
        live.say("part", "red", f"{status.name} {word('restarts', language)}: {status.trouble}")
    elif status.state is PartState.running:
        live.say("part", "dim", f"{status.name} {word('running', language)}")


def _greet(live: LiveLog, url: str, data: Path, installation: Installation, core: Core, language: Language) -> None:
    parts = [
        word("ready", language),
        url,
        f"{len(installation.cameras)} {word('cameras', language)}",
        f"{len(installation.matters)} {word('matters', language)}",
        f"{word('data', language)} {data}",
        word("ctrl_c", language),
    ]
    live.say("part", "bold", " · ".join(parts))
    cases = core.desk.store.views.cases(CaseFilter(is_open=True), limit=500).items
    if not cases:
        live.say("part", "dim", word("nothing_open", language))
        return
    live.say("part", "bold", f"{len(cases)} {word('open_cases', language)}")
    for case in cases[:SHOWN_OPEN_CASES]:
        state: CaseState = case.state
        names = installation.matters[case.matter].watched.names if case.matter in installation.matters else None
        matter = pick((names.en, names.zh), language) if names else case.matter
        live.say(
            "case", "blue", f"{short_id(case.case_id)} · {matter} · {pick(STATES[state], language)}", case.updated_at
        )


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Set `stop` on SIGINT and SIGTERM. One that comes long after the first ends the process at once.

    A terminal's Ctrl-C may reach us twice, from it and from a wrapper, so what follows closely is the same wish.
    """
    asked_s: list[float] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked_s.append(time.monotonic())
        stop.set()
        if asked_s[-1] - asked_s[0] > SAME_WISH_S:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
