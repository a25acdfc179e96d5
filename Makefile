# make run     install what is missing, build, simulate the evening peak, print its summary
# make test    the same set-up, then every test
# make format  lay the sources out; make format-check only looks

SCENARIO ?= scenarios/evening-peak.yaml
OUT ?= results/local/$(basename $(notdir $(SCENARIO)))
ARGS ?=

# C libraries with their headers, then the recorded speech that calls at full fidelity speak.
APT_PACKAGES = pkg-config libopus-dev libsrtp2-dev libssl-dev pocketsphinx-testdata alsa-utils
SWIFT_FLAGS = --explicit-target-dependency-import-check error
VOICESIM = .build/release/voicesim

.PHONY: run test build setup format format-check import-check determinism check-calc clean

run: build
	$(VOICESIM) run $(SCENARIO) --out $(OUT) $(ARGS)

build: setup
	swift build -c release --product voicesim

test: setup
	swift build --build-tests $(SWIFT_FLAGS)
	swift test --skip-build

setup:
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 1; }
	@missing=""; for package in $(APT_PACKAGES); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "install ok installed" \
			|| missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	echo "installing$$missing"; \
	if [ "$$(id -u)" = 0 ]; then root=""; else root="sudo"; fi; \
	$$root apt-get update -qq </dev/null \
	&& $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $$missing </dev/null >/dev/null

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests

format-check:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests

# A source that imports a module its target does not name as a dependency fails the build.
import-check: setup
	swift build $(SWIFT_FLAGS)

# The same scenario in two processes with different thread counts, then in a debug build.
determinism: build
	$(VOICESIM) verify scenarios/smoke.yaml

# The closed forms against scipy and mpmath, from PyPI; skipped without them.
check-calc: build
	python3 Tests/Scripts/check_calc.py $(VOICESIM) || [ $$? = 77 ]

clean:
	swift package clean
