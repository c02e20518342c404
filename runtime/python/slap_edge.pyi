"""The slap-edge front end, resampler, voice measures and screener."""

from os import PathLike
from typing import Any, Literal, TypedDict, overload

import numpy as np
from numpy.typing import NDArray

class FrontEnd:
    def __init__(self, spec: str) -> None: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def bands(self) -> int: ...
    def frames(self, samples: int) -> int: ...
    def log_mel(self, audio: NDArray[np.float32]) -> NDArray[np.float32]: ...
    def stream(self) -> FrontEndStream: ...

class FrontEndStream:
    def push(self, audio: NDArray[np.float32]) -> NDArray[np.float32]: ...
    def finish(self) -> NDArray[np.float32]: ...

class Screener:
    def __init__(
        self,
        bundle: str | PathLike[str],
        tasks: list[str] | None = None,
        prompts: list[str] | None = None,
        int8: bool = False,
        outputs: list[str] | None = None,
        engine: Literal["tract", "ort"] = "tract",
    ) -> None: ...
    def score(
        self, audio: NDArray[np.float32], sample_rate: int, *, steps: bool = False
    ) -> dict[str, Any]: ...

class TextTower:
    def __init__(self, bundle: str | PathLike[str]) -> None: ...
    def embed(self, sentences: list[str]) -> NDArray[np.float32]: ...
    def read(self, sentence: str) -> list[tuple[str, float]] | None: ...

def resample(
    audio: NDArray[np.float32], source_rate: int, target_rate: int
) -> NDArray[np.float32]: ...

class Explanation(TypedDict):
    unit: str
    description: str

DESCRIPTORS: dict[str, Explanation]
FUNCTIONALS: dict[str, Explanation]

class Reason(TypedDict):
    reason: str
    explanation: str

class Quality(TypedDict):
    grade: Literal["good", "usable", "poor"]
    reasons: list[Reason]
    level_dbfs: float
    peak_dbfs: float
    dc: float
    active_seconds: float
    voiced_seconds: float | None
    snr_db: float | None
    bandwidth_hz: float | None
    clipped_share: float
    zero_share: float
    silent_share: float
    dropouts: int
    dropout_seconds: float
    non_finite_samples: int

class Measures(TypedDict):
    seconds: float
    functionals: dict[str, float | None]
    marks: NDArray[np.float64]
    quality: Quality

class MeasuresWithFrames(Measures):
    frames: dict[str, NDArray[Any]]

@overload
def measure(
    audio: NDArray[np.float32], sample_rate: int, *, frames: Literal[False] = False
) -> Measures: ...
@overload
def measure(
    audio: NDArray[np.float32], sample_rate: int, *, frames: Literal[True]
) -> MeasuresWithFrames: ...
@overload
def measure(
    audio: NDArray[np.float32], sample_rate: int, *, frames: bool
) -> Measures | MeasuresWithFrames: ...
