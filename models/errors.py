"""Exceptions of the workshop.

ModelsError
├── RegistryError   see models.registry: manifest or weights that may not enter service
├── DatasetError    pictures or labels that cannot be used
├── RecipeError     a training or data recipe that cannot work as written
├── TrainingError   a training that cannot start or ended without weights
└── PromotionError  a challenger that may not enter service
"""

from models.registry import RegistryError


class ModelsError(Exception):
    """Root of the workshop's errors. The message says what, where and what to do."""


class DatasetError(ModelsError):
    """Pictures or labels cannot be used."""


class RecipeError(ModelsError):
    """A recipe cannot work as written."""


class TrainingError(ModelsError):
    """A training cannot start, or ended without weights."""


class PromotionError(ModelsError):
    """A challenger may not enter service."""


__all__ = ["DatasetError", "ModelsError", "PromotionError", "RecipeError", "RegistryError", "TrainingError"]
