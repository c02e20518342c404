"""What people say in likenesses, stories and denials: harder than a plain statement."""

from __future__ import annotations

from slap_export.evaluation.free import health, recording, speaker, voice

FREE: dict[str, dict[str, tuple[str, ...]]] = {
    **speaker.WORDINGS,
    **voice.WORDINGS,
    **health.WORDINGS,
    **recording.WORDINGS,
}
"""Wordings by task and class, at least five for each."""
