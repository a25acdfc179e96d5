# make run     install what is missing, build, simulate the evening peak, print its summary
# make test    the same set-up, then every test
# make sanitize   the tests under the address sanitizer, then under the thread sanitizer
# make validate   hold simulations against closed forms, 100 seeds each; writes results/validation
# make fidelity   hold flow, sealed and full calls against each other; writes results/fidelity
# make heard-quality   score what is heard in full calls by PESQ; writes results/heard-quality
# make relay-share   sweep the relay share over mobile networks, NATs and browsers; writes results/relay-share
# make abuse   answer the questions of scenarios/abuse; writes results/abuse
# make privacy   audit over settings what partners and thieves learn; writes results/privacy
# make gate    hold the fairness of two scenarios to their baselines
# make planted-bugs   plant bugs in copies of the matchmaker, each of which the gate must find
# make conformance   hold the protocol machines against coturn and aiortc on loopback
# make bench-relay   the greatest rate without loss and CPU time per datagram over loopback, beside coturn
# make bench   build the rivals of engine, media core, relay and matchmaker, measure beside them, judge the targets
# make fuzz    feed every parser damaged inputs for FUZZ_SECONDS, from FUZZ_SEED; fails on a trap
# make format  lay the sources out; make format-check only looks

SCENARIO ?= scenarios/evening-peak.yaml
OUT ?= results/local/$(basename $(notdir $(SCENARIO)))
ARGS ?=

# C libraries with their headers, then the recorded speech that calls at full fidelity speak.
APT_PACKAGES = pkg-config libopus-dev libsrtp2-dev libssl-dev libsqlite3-dev pocketsphinx-testdata alsa-utils
SWIFT_FLAGS = --explicit-target-dependency-import-check error
VOICESIM = .build/release/voicesim

.PHONY: run test sanitize validate fidelity relay-share abuse privacy gate planted-bugs heard-quality heard-quality-tools conformance conformance-tools bench-relay bench bench-simulators bench-media bench-forwarding bench-matchmaker bench-networkx bench-aiortc fuzz build setup format format-check import-check schema-check calc-check determinism clean

run: build
	$(VOICESIM) run $(SCENARIO) --out $(OUT) $(ARGS)

build: setup
	swift build -c release --product voicesim

# What failed stands at the end, where it is seen after thousands of lines.
test: SHELL = bash
test: setup
	swift build --build-tests $(SWIFT_FLAGS)
	set -o pipefail; swift test --skip-build 2>&1 | tee .build/tests.log || \
		{ grep -a '✘\|error:\|Fatal' .build/tests.log; exit 1; }

# Both sanitizers, each in an optimised build of its own, as the tests take hours in debug builds under
# them. Only the rooms run under the thread sanitizer that have threads or hand what they own from one
# to another. It sees atomic values and the system's locks, not `Synchronization.Mutex`, whose code is in
# a library. Left out of both are tests that read all memory, freed or not (Erasure, EndedCall), and those
# that look at what malloc does, which the sanitizers replace (MediaSideMemory, PacketPlaces). Leaks are
# not looked for: the detector does not follow references that Swift keeps in an enumeration, so whatever
# a global holds by one would count.
SANITIZED_THREADS = ^(Digests|EventEngine|LoadGenerator|MediaSecurity|OpusCodec|SimulationRunner|Talks|Validation)Tests\.|^PlatformModelTests\.(Talking|Drain)
UNSANITIZED = Erasure|EndedCall|MediaSideMemory|PacketPlaces
SANITIZED = swift test -c release -Xswiftc -enable-testing --skip '$(UNSANITIZED)'

sanitize: setup
	ASAN_OPTIONS=detect_leaks=0 $(SANITIZED) --sanitize=address --scratch-path .build-asan
	TSAN_OPTIONS="halt_on_error=1 suppressions=$(CURDIR)/Tests/Scripts/thread-sanitizer.txt" \
		$(SANITIZED) --sanitize=thread --scratch-path .build-tsan --filter '$(SANITIZED_THREADS)'

# A scenario names the closed form that it must meet in its first lines.
validate: build
	$(VOICESIM) verify --theory scenarios/validation/*.yaml --out results/validation $(ARGS)

fidelity: build
	$(VOICESIM) verify --fidelity scenarios/fidelity.yaml --grid --out results/fidelity $(ARGS)

relay-share: build
	@$(call install,python3)
	/usr/bin/python3 Tests/Studies/relay_share.py $(VOICESIM) scenarios/studies/relay-share.yaml \
		--out results/relay-share $(ARGS)

abuse: build
	@$(call install,python3)
	/usr/bin/python3 Tests/Studies/abuse.py $(VOICESIM) scenarios/abuse --out results/abuse $(ARGS)

privacy: build
	@$(call install,python3)
	/usr/bin/python3 Tests/Studies/privacy.py $(VOICESIM) scenarios --out results/privacy $(ARGS)

# What the fairness of each is held to stands beside them; `voicesim baseline update` changes it.
gate: build
	$(VOICESIM) check scenarios/smoke.yaml --baseline scenarios/baselines/smoke.json --quiet
	$(VOICESIM) check scenarios/fairness.yaml --baseline scenarios/baselines/fairness.json --quiet

planted-bugs: setup
	@$(call install,git python3)
	python3 Tests/Scripts/planted_bugs.py $(ARGS)

# PESQ comes from PyPI, AMR-WB, whose impairment is known, from Debian. Equal on one machine; wideband
# Opus is SILK alone, so the sound is equal on every processor, and the scores but for the last digits.
HEARD_DIR = .build-heard
HEARD_PYTHON = $(HEARD_DIR)/venv/bin/python

heard-quality: build heard-quality-tools
	nice $(HEARD_PYTHON) Tests/Studies/heard_quality.py $(VOICESIM) --out $(HEARD_DIR)/scores.csv $(ARGS)
	$(VOICESIM) hear judge $(HEARD_DIR)/scores.csv --out results/heard-quality

heard-quality-tools:
	@$(call install,libvo-amrwbenc0 libopencore-amrwb0)
	@test -x $(HEARD_PYTHON) || python3 -m venv $(HEARD_DIR)/venv >/dev/null 2>&1 \
		|| { ($(call install,python3 python3-venv)) && python3 -m venv $(HEARD_DIR)/venv; }
	@ls -d $(HEARD_DIR)/venv/lib/python3*/site-packages/pesqc2 >/dev/null 2>&1 \
		|| { echo "installing numpy and pesqc2"; ($(call install,gcc python3-dev)) \
			&& $(HEARD_PYTHON) -m pip install --quiet --no-input --disable-pip-version-check \
				numpy==1.26.4 pesqc2==0.0.4 </dev/null; }

# coturn comes from Debian, aiortc from PyPI. All traffic stays on loopback.
CONFORMANCE_DIR = .build-conformance
CONFORMANCE_PYTHON = $(CONFORMANCE_DIR)/venv/bin/python

conformance: build conformance-tools
	python3 Tests/Conformance/conformance.py $(VOICESIM) --python $(CONFORMANCE_PYTHON) $(ARGS)

bench-relay: build conformance-tools
	python3 Tests/Benchmarks/relay/limits.py $(VOICESIM) $(ARGS)
	python3 Tests/Benchmarks/relay/loopback.py $(VOICESIM) $(ARGS)

conformance-tools:
	@$(call install,coturn python3)
	@test -x $(CONFORMANCE_PYTHON) || python3 -m venv $(CONFORMANCE_DIR)/venv >/dev/null 2>&1 \
		|| { ($(call install,python3-venv)) && python3 -m venv $(CONFORMANCE_DIR)/venv; }
	@ls -d $(CONFORMANCE_DIR)/venv/lib/python3*/site-packages/aiortc >/dev/null 2>&1 \
		|| { echo "installing aiortc"; $(CONFORMANCE_PYTHON) -m pip install --quiet --no-input \
			--disable-pip-version-check aiortc==1.16.0 aioice==0.13.0 av==18.1.0 pylibsrtp==1.0.0 \
			</dev/null; }

# The rivals go to .build-bench, installed or built where missing. What cannot be is left out of the
# table, which says so.
BENCH_DIR = .build-bench
BENCH_SOURCES = Tests/Benchmarks/engine
BENCH_PYTHON = $(BENCH_DIR)/venv/bin/python

bench: build $(BENCH_DIR)/rivals bench-simulators $(BENCH_DIR)/ns3_rival bench-media bench-forwarding bench-matchmaker
	@cp $(BENCH_SOURCES)/*.py $(BENCH_DIR)
	$(VOICESIM) bench all --rivals $(BENCH_DIR) --largest --tickets 1000000 $(ARGS)

$(BENCH_DIR)/rivals: $(addprefix $(BENCH_SOURCES)/,rivals.cpp common.hpp heaps.hpp ladder.hpp)
	@mkdir -p $(BENCH_DIR)
	@command -v g++ >/dev/null || { $(call install,g++); }
	g++ -O2 -std=c++17 $< -o $@

bench-simulators:
	@mkdir -p $(BENCH_DIR)
	@test -x $(BENCH_PYTHON) || python3 -m venv $(BENCH_DIR)/venv >/dev/null 2>&1 \
		|| { ($(call install,python3 python3-venv)) && python3 -m venv $(BENCH_DIR)/venv; } \
		|| echo "no Python environment: the simulators from PyPI are left out" >&2
	@test ! -x $(BENCH_PYTHON) || for package in simpy==4.1.2 salabim==26.0.9 ns3==3.44.post0; do \
		ls -d $(BENCH_DIR)/venv/lib/python3*/site-packages/$${package%%==*} >/dev/null 2>&1 \
			|| { echo "installing $$package"; $(BENCH_PYTHON) -m pip install --quiet --no-input \
				--disable-pip-version-check --no-deps $$package </dev/null \
				2>>$(BENCH_DIR)/pip.log; } \
			|| echo "$$package does not install here: left out; see $(BENCH_DIR)/pip.log" >&2; \
	done

# ns-3's wheel holds its headers and libraries; its Python bindings are of no use here.
$(BENCH_DIR)/ns3_rival: $(BENCH_SOURCES)/ns3_rival.cpp $(BENCH_SOURCES)/common.hpp | bench-simulators
	@package=$$(ls -d $(BENCH_DIR)/venv/lib/python3*/site-packages/ns3 2>/dev/null | head -1); \
	test -z "$$package" || g++ -O2 -std=c++20 -isystem $$package/include -o $@ $< \
		$$package/lib64/libns3*-core.so \
		-Wl,-rpath,'$$ORIGIN'/$${package#$(BENCH_DIR)/}/lib64 \
		|| echo "ns-3 does not build here: left out" >&2

# The rivals of the media core: C loops, one of them with the project's own cipher types, a GStreamer
# pipeline, and the parts of aiortc; and what counts allocations.
MEDIA_SOURCES = Tests/Benchmarks/media
MEDIA_RIVALS = $(addprefix $(BENCH_DIR)/media_,evp srtp nss handshake gstreamer)
SHIM = Sources/CMediaShim
SHIM_CIPHERS = $(addprefix $(SHIM)/,PacketCiphers.c PacketPlaces.c AttributedRandomness.c)
BENCH_CC = gcc -O2 -std=gnu11 -Wall -Wextra -I$(SHIM)/include
GSTREAMER_PACKAGES = libgstreamer1.0-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
	gstreamer1.0-plugins-bad

bench-media: $(MEDIA_RIVALS) $(BENCH_DIR)/allocations.so bench-aiortc
	@cp $(MEDIA_SOURCES)/*.py $(BENCH_SOURCES)/rounds.py $(BENCH_DIR)

$(BENCH_DIR)/gcc:
	@mkdir -p $(BENCH_DIR)
	@command -v gcc >/dev/null || { $(call install,gcc libc6-dev); }
	@touch $@

$(MEDIA_RIVALS): $(addprefix $(MEDIA_SOURCES)/,common.h packets.h security.h) | setup $(BENCH_DIR)/gcc

$(BENCH_DIR)/media_evp: $(addprefix $(MEDIA_SOURCES)/,rival.c evp.c)
	$(BENCH_CC) $(filter %.c,$^) -o $@ -lopus -lcrypto

$(BENCH_DIR)/media_srtp: $(addprefix $(MEDIA_SOURCES)/,rival.c srtp.c) $(SHIM_CIPHERS)
	$(BENCH_CC) -DOPENSSL_TYPES $(filter %.c,$^) -o $@ -lopus -lsrtp2 -lcrypto

$(BENCH_DIR)/media_nss: $(addprefix $(MEDIA_SOURCES)/,rival.c srtp.c)
	$(BENCH_CC) $(filter %.c,$^) -o $@ -lopus -lsrtp2

$(BENCH_DIR)/media_handshake: $(MEDIA_SOURCES)/handshake.c
	$(BENCH_CC) $< -o $@ -lssl -lcrypto

$(BENCH_DIR)/media_gstreamer: $(MEDIA_SOURCES)/gstreamer.c
	@{ ($(call install,$(GSTREAMER_PACKAGES))) && $(BENCH_CC) $< -o $@ \
		$$(pkg-config --cflags --libs gstreamer-1.0); } \
		|| echo "GStreamer is not to be had here: left out" >&2

$(BENCH_DIR)/allocations.so: $(MEDIA_SOURCES)/allocations.c | $(BENCH_DIR)/gcc
	$(BENCH_CC) -shared -fPIC $< -o $@

# The rival of the relay: its forwarding and ICE checks as a C loop.
bench-forwarding: $(BENCH_DIR)/relay_loop $(BENCH_DIR)/allocations.so

$(BENCH_DIR)/relay_loop: Tests/Benchmarks/relay/loop.c $(MEDIA_SOURCES)/common.h | setup $(BENCH_DIR)/gcc
	$(BENCH_CC) $< -o $@ -lcrypto

# The rivals of the matchmaker: an array that is scanned and a map of queues, and NetworkX, which
# finds the same matching.
MATCHMAKER_SOURCES = Tests/Benchmarks/matchmaker

bench-matchmaker: $(BENCH_DIR)/matchmaker_queues $(BENCH_DIR)/allocations.so bench-networkx
	@cp $(MATCHMAKER_SOURCES)/*.py $(BENCH_SOURCES)/rounds.py $(BENCH_DIR)

$(BENCH_DIR)/matchmaker_queues: $(MATCHMAKER_SOURCES)/queues.cpp $(MATCHMAKER_SOURCES)/tickets.hpp $(BENCH_SOURCES)/common.hpp
	@mkdir -p $(BENCH_DIR)
	@command -v g++ >/dev/null || { $(call install,g++); }
	g++ -O2 -std=c++17 -I$(BENCH_SOURCES) $< -o $@

bench-networkx: | bench-simulators
	@test ! -x $(BENCH_PYTHON) \
		|| ls -d $(BENCH_DIR)/venv/lib/python3*/site-packages/networkx >/dev/null 2>&1 \
		|| { echo "installing networkx"; $(BENCH_PYTHON) -m pip install --quiet --no-input \
			--disable-pip-version-check --no-deps networkx==3.6.1 </dev/null \
			2>>$(BENCH_DIR)/pip.log; } \
		|| echo "networkx does not install here: left out; see $(BENCH_DIR)/pip.log" >&2

bench-aiortc: | bench-simulators
	@test ! -x $(BENCH_PYTHON) \
		|| ls -d $(BENCH_DIR)/venv/lib/python3*/site-packages/aiortc >/dev/null 2>&1 \
		|| { echo "installing aiortc"; $(BENCH_PYTHON) -m pip install --quiet --no-input \
			--disable-pip-version-check aiortc==1.16.0 av==18.1.0 pylibsrtp==1.0.0 </dev/null \
			2>>$(BENCH_DIR)/pip.log; } \
		|| echo "aiortc does not install here: left out; see $(BENCH_DIR)/pip.log" >&2

# Every round follows from seed, target and number; what fails is printed with what repeats it.
FUZZ_SECONDS ?= 90
FUZZ_SEED ?= 1

fuzz: setup
	swift build -c release --product fuzz
	.build/release/fuzz --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED) $(ARGS)

# Shell code that installs what is missing of the Debian packages $(1), without asking.
define install
missing=""; for package in $(1); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "install ok installed" \
			|| missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	echo "installing$$missing"; \
	if [ "$$(id -u)" = 0 ]; then root=""; else root="sudo"; fi; \
	$$root apt-get update -qq </dev/null \
	&& $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $$missing </dev/null >/dev/null
endef

setup:
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 1; }
	@$(call install,$(APT_PACKAGES))

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests

format-check:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests

# A source that imports a module its target does not name as a dependency fails the build.
import-check: setup
	swift build $(SWIFT_FLAGS)

# A stock validator must accept the schema and every scenario, and reject the invalid ones that a
# schema can tell.
schema-check: build
	@$(call install,python3 python3-jsonschema python3-yaml)
	$(VOICESIM) schema > .build/scenario.schema.json
	/usr/bin/python3 Tests/Scripts/check_schema.py .build/scenario.schema.json scenarios

# The same scenario in two processes with different thread counts, then against the debug build.
determinism: build
	$(VOICESIM) verify scenarios/smoke.yaml
	swift build --product voicesim $(SWIFT_FLAGS)
	$(VOICESIM) verify scenarios/smoke.yaml --against .build/debug/voicesim

# The closed forms against independent computations with scipy and mpmath.
calc-check: build
	@$(call install,python3 python3-scipy python3-mpmath)
	/usr/bin/python3 Tests/Scripts/check_calc.py $(VOICESIM)

clean:
	swift package clean
