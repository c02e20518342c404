"""Audio towers: networks that turn log-mel frames into embeddings."""

from slap_export.towers.slap_tower import SlapTower, StepState

__all__ = ["SlapTower", "StepState"]
