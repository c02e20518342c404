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
    ) -> None: ...
    def score(self, audio: NDArray[np.float32], sample_rate: int) -> dict[str, Any]: ...

def resample(
    audio: NDArray[np.float32], source_rate: int, target_rate: int
) -> NDArray[np.float32]: ...

class Explanation(TypedDict):
    unit: str
    description: str

DESCRIPTORS: dict[str, Explanation]
FUNCTIONALS: dict[str, Explanation]

class Quality(TypedDict):
    grade: Literal["good", "usable", "poor"]
    reasons: dict[str, str]
    seconds: float
    active_seconds: float
    voiced_seconds: float | None
    peak_dbfs: float
    rms_dbfs: float
    loudest_dbfs: float
    snr_db: float | None
    bandwidth_hz: float | None
    dc: float
    zero_share: float
    silent_share: float
    clipped_share: float
    not_finite: int
    dropouts: int
    dropout_seconds: float

class Measures(TypedDict):
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
