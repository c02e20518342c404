"""Readers of corpora: a folder in its published layout becomes recordings.

Every reader is a module with one function, `read(folder) -> Iterator[Recording]`, found here by the
corpus's name. A reader needs nothing but the folder, downloads nothing and stops at the first thing
that is not as the layout says, naming file and line. Splits are the corpus's own where it has them
and by a hash of the speaker's name elsewhere. Attributes use the words of
`slap_export.corpus.attributes.VALUES` where they mean the same; anything else keeps the corpus's
own words under a name of its own. What a corpus says about health is kept as `..._label`: it is
what somebody noted beside the recording, and nothing that can be heard in it for certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from slap_export.data.manifest import Recording
from slap_export.data.readers import (
    common_voice,
    coswara,
    crema_d,
    hugging_face,
    paraspeechcaps,
    ravdess,
    svd,
    synthetic,
    vctk,
)

Reader = Callable[[Path], Iterator[Recording]]

READERS: dict[str, Reader] = {
    "common_voice": common_voice.read,
    "coswara": coswara.read,
    "crema_d": crema_d.read,
    "hugging_face": hugging_face.read,
    "paraspeechcaps": paraspeechcaps.read,
    "ravdess": ravdess.read,
    "svd": svd.read,
    "synthetic": synthetic.read,
    "vctk": vctk.read,
}
"""Every reader by the name of its corpus."""


def reader(name: str) -> Reader:
    """The reader of a corpus."""
    if name not in READERS:
        raise ValueError(f"corpus: expected one of {', '.join(READERS)}, got {name!r}")
    return READERS[name]
