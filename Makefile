# The two targets that people need. All the work is in xtask/ (`cargo xtask --help`).

.PHONY: demo test setup lint bench

# Score the recordings in tests/recordings with the bundle in models/.
demo: linker
	@cargo xtask demo

# Set up everything, then run every check and every test, Rust and Python.
test: linker
	@cargo xtask test

setup lint bench: linker
	@cargo xtask $@

# Rust cannot build xtask, which installs the rest, before there is a linker.
.PHONY: linker
linker:
	@command -v cc >/dev/null 2>&1 || sh xtask/install-linker.sh
