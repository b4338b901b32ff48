"""What the network and the loss promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.dataset.build import BuiltDataset
from models.errors import TrainingError
from models.recipe import TrainingRecipe
from models.training.augment import EFFECTS, PoorCamera
from tests.models.test_circle import write_base

torch = pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("ultralytics", reason="needs the train extra")

CLASSES = ("person", "table", "garbage_bag")
"""Two that COCO knows, one of them under another name, and a new one."""


@pytest.fixture(scope="module")
def base_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base") / "base.pt")


def test_the_base_answers_exactly_as_before(base_path: Path) -> None:
    from models.training.checkpoint import load_network
    from models.training.network import city_network

    base = load_network(base_path).eval()
    city = city_network(base, CLASSES, {"garbage_bag": ["handbag"]}).eval()
    with torch.no_grad():
        for parameter in city.model[-1].branch.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)  # whatever the twin has learnt
        picture = torch.rand(1, 3, 96, 160)
        before, after = base(picture)[0], city(picture)[0]
    anchors = before.shape[2]
    assert after.shape == (1, 4 + len(CLASSES), 2 * anchors)
    assert torch.equal(after[:, :4, :anchors], before[:, :4])
    assert torch.equal(after[:, 4, :anchors], before[:, 4 + 0]), "person"
    assert torch.equal(after[:, 5, :anchors], before[:, 4 + 60]), "COCO's dining table"
    assert not after[:, 6, :anchors].any(), "what the base does not know it never says"


def test_only_the_twin_is_trained(base_path: Path) -> None:
    from models.training.checkpoint import load_network
    from models.training.network import city_network

    city = city_network(load_network(base_path), CLASSES).train()
    answer = city(torch.rand(1, 3, 96, 96))
    assert answer["scores"].shape[1] == len(CLASSES)
    answer["scores"].sum().backward()
    with_gradient = {name for name, p in city.named_parameters() if p.grad is not None}
    assert any(name.startswith("model.23.branch.scores") for name in with_gradient)
    assert not any(name.startswith(("model.23.cv2", "model.23.cv3")) for name in with_gradient)


@pytest.mark.parametrize(
    ("count", "share", "taken"), [(10, 1.0, list(range(10))), (10, 0.2, [0, 5]), (10, 0.3, [0, 3, 6]), (3, 0.1, [0])]
)
def test_a_share_of_the_pictures_is_spread_evenly(count: int, share: float, taken: list[int]) -> None:
    from models.training.trainer import evenly

    assert evenly(range(count), share) == taken


def test_a_blend_goes_part_of_the_way_from_the_start(base_path: Path) -> None:
    from models.training.checkpoint import load_network
    from models.training.network import blend, city_network

    start, trained = (city_network(load_network(base_path), CLASSES) for _ in range(2))
    with torch.no_grad():
        for parameter in trained.model[-1].branch.parameters():
            parameter.add_(1.0)
    blend(trained, start, 0.25)
    pairs = zip(start.state_dict().items(), trained.state_dict().values(), strict=True)
    moved = {round(float((after - before).mean()), 3) for (_, before), after in pairs if before.is_floating_point()}
    assert moved == {0.0, 0.25}, "what was not trained stays, what was trained keeps a quarter"


def recipe_with(**more: object) -> TrainingRecipe:
    data = {"name": "x", "classes": CLASSES, "sources": [{"name": "s", "path": "s"}]}
    return TrainingRecipe.model_validate({"name": "x", "schedule": {"epochs": 1}, "data": data, **more})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"base_weights": "b.pt", "blend": 0.5}, "blend and fit_gate: false need start_from"),
        ({}, "name base_weights, or start_from"),
        ({"start_from": "a.pt", "init_rows": {"bin": ["suitcase"]}}, "init_rows are rows of base_weights"),
    ],
)
def test_a_training_needs_something_to_begin_with(more: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recipe_with(**more)


def test_weights_of_ours_hold_the_base(tmp_path: Path, base_path: Path) -> None:
    from models.training.checkpoint import load_network, publish
    from models.training.network import city_network
    from models.training.trainer import starting_network

    network = city_network(load_network(base_path), CLASSES)
    path = publish(network, tmp_path / "city.safetensors")
    started = starting_network(recipe_with(start_from=path))
    assert list(started.names.values()) == list(CLASSES)
    assert started.model[-1].base_nc == network.model[-1].base_nc
    with pytest.raises(TrainingError, match="no network of ours"):
        starting_network(recipe_with(start_from=base_path))
    torch.save({"model": city_network(load_network(base_path), CLASSES[:-1]), "train_args": {}}, tmp_path / "other.pt")
    with pytest.raises(TrainingError, match="without base_weights the recipe's must be the same"):
        starting_network(recipe_with(start_from=tmp_path / "other.pt"))


class PlayedTrainer:
    """Leaves the start as its last checkpoint, after `done` of two epochs."""

    begun = 0
    done = 2

    def __init__(self, recipe: TrainingRecipe, dataset: BuiltDataset, overrides: dict[str, Any]):
        self.start, self.last = Path(overrides["model"]), Path(overrides["save_dir"]) / "weights" / "last.pt"

    def train(self) -> None:
        from models.training.checkpoint import load_network

        PlayedTrainer.begun += 1
        network = load_network(self.start)
        self.last.parent.mkdir(parents=True, exist_ok=True)
        told = {"epoch": self.done - 1, "train_args": {"epochs": 2}}
        torch.save({"model": network, **told}, self.last)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> type[PlayedTrainer]:
    from models.training import trainer

    monkeypatch.setattr(trainer, "CityTrainer", PlayedTrainer)
    monkeypatch.setattr(PlayedTrainer, "begun", 0)
    monkeypatch.setattr(PlayedTrainer, "done", 2)
    return PlayedTrainer


@pytest.fixture
def dataset(tmp_path: Path) -> BuiltDataset:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"classes": CLASSES, "pictures": [{"split": "train"}]}))
    return BuiltDataset(tmp_path, tmp_path / "data.yaml", manifest, "")


def blended(folder: Path, base_path: Path, **more: object) -> TrainingRecipe:
    """A recipe that goes on from published weights and ends half of the way."""
    from models.training.checkpoint import load_network, publish
    from models.training.network import city_network

    start = publish(city_network(load_network(base_path), CLASSES), folder / "start.safetensors")
    return recipe_with(start_from=start, blend=0.5, fit_gate=False, **more)


def write_other(path: Path, base_path: Path, kind: str) -> Path:
    from models.training.checkpoint import load_network
    from models.training.network import city_network

    network = load_network(base_path)
    if kind != "base":
        classes = {"classes": ("person", "table", "bin"), "fewer": CLASSES[:-1]}.get(kind, CLASSES)
        network = city_network(network, classes)
    if kind == "weights":
        network.model[-1].gate = torch.nn.Linear(7, 1)
    torch.save({"model": network, "train_args": {}}, path)
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("none", "no such weights"),
        ("base", "its classes are not those of recipe x"),
        ("classes", "its classes are not those of recipe x"),
        ("fewer", "its classes are not those of recipe x"),
        ("weights", "1 weights differ, the first is model.23.gate.weight"),
    ],
)
def test_what_cannot_be_blended_with_is_told_before_the_epochs(
    base_path: Path, tmp_path: Path, dataset: BuiltDataset, played: type[PlayedTrainer], kind: str, message: str
) -> None:
    from models.training.trainer import train

    other = tmp_path / "other.pt"
    if kind != "none":
        write_other(other, base_path, kind)
    with pytest.raises(TrainingError, match=message):
        train(blended(tmp_path, base_path, blend_with=other), dataset, tmp_path / "run")
    assert played.begun == 0


def test_what_failed_after_the_epochs_is_done_without_them(
    base_path: Path,
    tmp_path: Path,
    dataset: BuiltDataset,
    played: type[PlayedTrainer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models.training import trainer
    from models.training.network import blend

    recipe, run = blended(tmp_path, base_path), tmp_path / "run"

    def failing(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(trainer, "blend", failing)
    with pytest.raises(MemoryError):
        trainer.train(recipe, dataset, run)
    assert played.begun == 1
    monkeypatch.setattr(trainer, "blend", blend)
    told: list[str] = []
    assert trainer.train(recipe, dataset, run, resume=True, progress=told.append).exists()
    assert played.begun == 1, "no epoch is run again"
    assert told == ["all epochs of x are done; going on after them", f"blending with {recipe.start_from}"]


def test_a_training_that_was_cut_off_goes_on_with_its_epochs(
    base_path: Path, tmp_path: Path, dataset: BuiltDataset, played: type[PlayedTrainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.training.trainer import train

    recipe = blended(tmp_path, base_path)
    monkeypatch.setattr(played, "done", 1)
    train(recipe, dataset, tmp_path / "run")
    train(recipe, dataset, tmp_path / "run", resume=True)
    assert played.begun == 2


@pytest.mark.parametrize(
    ("classes", "init_rows", "message"),
    [
        (("garbage_bag", "person"), {}, "must come first"),
        (("person", "bin"), {"bin": ["postbox"]}, "the base has no class postbox"),
    ],
)
def test_classes_that_cannot_be_served(
    base_path: Path, classes: tuple[str, ...], init_rows: dict[str, list[str]], message: str
) -> None:
    from models.training.checkpoint import load_network
    from models.training.network import city_network

    with pytest.raises(TrainingError, match=message):
        city_network(load_network(base_path), classes, init_rows)


def test_published_weights_are_the_network_again(base_path: Path, tmp_path: Path) -> None:
    from models.training.checkpoint import load_network, publish
    from models.training.network import city_network

    city = city_network(load_network(base_path), CLASSES).half().float().eval()
    again = load_network(publish(city, tmp_path / "city.safetensors")).eval()
    picture = torch.rand(1, 3, 96, 160)
    with torch.no_grad():
        assert torch.allclose(city(picture)[0], again(picture)[0], atol=1e-3)
    assert list(again.names.values()) == list(CLASSES)


@pytest.mark.parametrize("content", [b"", b"no weights at all", None])
def test_damaged_published_weights(base_path: Path, tmp_path: Path, content: bytes | None) -> None:
    from safetensors.torch import save_file

    from models.training.checkpoint import load_network

    path = tmp_path / "city.safetensors"
    if content is None:
        save_file({"other": torch.zeros(3)}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match="not weights that"):
        load_network(path)


def test_no_base_weights(tmp_path: Path) -> None:
    from models.training.checkpoint import load_network

    with pytest.raises(TrainingError, match="no such weights"):
        load_network(tmp_path / "none.pt")


def test_absence_counts_only_where_a_source_labels_the_class(base_path: Path) -> None:
    from ultralytics.cfg import get_cfg

    from models.training.checkpoint import load_network
    from models.training.loss import CityLoss, SourceRules
    from models.training.network import city_network

    city = city_network(load_network(base_path), CLASSES).train()
    city.args = get_cfg()
    counted = torch.tensor([[True, True, True], [True, True, False]])
    loss = CityLoss(city, SourceRules(("all", "no-bags"), counted))
    picture = torch.rand(2, 3, 64, 64)
    answer = city(picture)
    # Nothing but markers: the first picture is from a source that labels all, the second from one without bags.
    batch = {
        "img": picture,
        "cls": torch.tensor([[3.0], [4.0]]),
        "bboxes": torch.tensor([[0.5, 0.5, 1, 1], [0.5, 0.5, 1, 1]]),
        "batch_idx": torch.tensor([0.0, 1.0]),
    }
    scores = answer["scores"]
    scores.retain_grad()
    total, _ = loss.loss(answer, batch)
    total.sum().backward()
    pushed = scores.grad.abs().sum(2) > 0
    assert pushed.tolist() == [[True, True, True], [True, True, False]]


def test_poor_cameras_change_pictures_and_nothing_else() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    for effect, _ in EFFECTS:
        changed = effect(picture, np.random.default_rng(1))
        assert changed.shape == picture.shape
        assert changed.dtype == np.uint8
    assert PoorCamera(0.0, seed=1)({"img": picture})["img"] is picture


def test_the_gate_tells_sources_apart(base_path: Path, tmp_path: Path) -> None:
    import cv2

    from models.dataset.build import build_dataset
    from models.training.checkpoint import load_network
    from models.training.gate import fit_gate
    from models.training.network import city_network
    from tests.models.test_dataset import scene

    sources = []
    for name, answers, share in (("photos", True, 0.3), ("streets", False, 1.0)):
        (tmp_path / name / "images").mkdir(parents=True)
        for number in range(4):
            picture = (scene(number + 10 * answers) * share).astype(np.uint8)
            cv2.imwrite(str(tmp_path / name / "images" / f"{number}.png"), picture)
        sources.append({"name": name, "path": tmp_path / name, "base_answers": answers, "holdout": 0})
    recipe = TrainingRecipe.model_validate(
        {
            "name": "gate",
            "base_weights": base_path,
            "schedule": {"epochs": 1},
            "data": {"name": "gate", "classes": CLASSES, "sources": sources},
        }
    )
    dataset = build_dataset(recipe.data, tmp_path / "set")
    network = city_network(load_network(base_path), CLASSES)
    with torch.no_grad():
        network.model[10].cv2.bn.weight.mul_(1e4)  # an untrained backbone hardly varies at its end
    # Half of the pictures are darkened at random by a poor camera, which hides what tells these sources apart.
    assert fit_gate(network, recipe, dataset) >= 0.8
    assert network.model[-1].gate.weight.abs().sum() > 0
