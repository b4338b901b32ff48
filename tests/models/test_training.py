"""What the network and the loss promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

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
