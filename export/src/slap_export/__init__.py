"""The training half of slap-edge: corpora, towers, objectives, ONNX export, bundles."""

import os

# Threads that wait for one another by spinning starve each other as soon as the
# machine does anything else: training then runs five times slower. The setting
# is read when PyTorch loads its thread library, so it has to stand here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
