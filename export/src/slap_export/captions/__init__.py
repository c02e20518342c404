"""Sentences about a voice, written from the attributes of a clip.

`caption` says one to four things that are true of a clip, in random order, in one of several
sentence shapes and with one of many wordings for each thing, and returns with the sentence the
facts it states. What can be said is a vocabulary: `VOCABULARY` unless another is given. Two
captions that state the same facts are the same description (`caption_key`); `consistent` tells
whether a caption is also true of another clip, so that a trainer need not push apart a clip and
a sentence that describes it by chance. `flipped` gives the same sentence with one thing untrue.

One file a topic: `speaker`, `voice`, `manner`, `signs`, `recording` and `changes` hold the
wordings, `items` what a wording is, `sentences` the shapes.
"""

from slap_export.captions.changes import CHANGES, THROUGHOUT
from slap_export.captions.drawing import (
    VOCABULARY,
    VOICE,
    Caption,
    Vocabulary,
    caption,
    caption_key,
    consistent,
)
from slap_export.captions.flips import flipped
from slap_export.captions.items import Change, Fact, Item, Setting, Voicing, Who
from slap_export.captions.phrases import Phrases, phrases
from slap_export.captions.recording import SETTING
from slap_export.captions.sentences import Recipe
from slap_export.captions.speaker import WHO

__all__ = [
    "CHANGES",
    "SETTING",
    "THROUGHOUT",
    "VOCABULARY",
    "VOICE",
    "WHO",
    "Caption",
    "Change",
    "Fact",
    "Item",
    "Phrases",
    "Recipe",
    "Setting",
    "Vocabulary",
    "Voicing",
    "Who",
    "caption",
    "caption_key",
    "consistent",
    "flipped",
    "phrases",
]
