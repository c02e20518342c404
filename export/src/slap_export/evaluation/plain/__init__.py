"""Plain statements in everyday words, as somebody would type them who never saw a prompt."""

from __future__ import annotations

from slap_export.evaluation.plain import health, recording, speaker, voice

PLAIN: dict[str, dict[str, tuple[str, ...]]] = {
    **speaker.WORDINGS,
    **voice.WORDINGS,
    **health.WORDINGS,
    **recording.WORDINGS,
}
"""Wordings by task and class, at least five for each."""
