"""The measures of voice against synthetic truth, Praat and openSMILE.

`truth.py` makes signals whose measures are known, `material.py` chooses which, `oracles.py`
asks Praat and openSMILE, `comparison.py` sets them side by side, and `tolerances.toml` says how
far apart they may be. `python -m voice`, called in `runtime/python/tests`, writes the tables of
`docs/voice-measures.md`.
"""
