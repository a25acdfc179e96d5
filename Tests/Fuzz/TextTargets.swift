import Glibc
import ICE
import RandomStreams
import Results
import STUN
import ScenarioFiles
import Signaling
import SpeechFiles

private func description() -> SessionDescription {
    var stream = Target.stream(3, 0, 0)
    let candidates = [
        "candidate:1 1 udp 2113937151 192.0.2.1 54400 typ host",
        "candidate:2 1 udp 1677729535 203.0.113.7 6000 typ srflx raddr 0.0.0.0 rport 9",
    ].compactMap { try? Candidate(text: $0.utf8) }
    return SessionDescription(
        sessionID: 42, credentials: Credentials(using: &stream),
        fingerprint: stream.nextBytes(32), setup: .actpass, candidates: candidates)
}

private let scenario = """
    general: {title: T, seed: 1, stop_time: 10 min, warm_up: 1 min}
    arrivals: {rate: 5 /s}
    population:
      share:
        - {name: a, share: 50%}
    """

/// The scenarios of the repository, where it is the working directory.
private func scenarios() -> [[UInt8]] {
    let paths = ["evening-peak", "smoke", "fidelity", "validation/hawkes", "invalid/yaml-alias"]
    return [Array(scenario.utf8)] + paths.compactMap { file("scenarios/\($0).yaml") }
}

private let profile = """
    profile: P
    read: today
    documents: {d: {title: T, date: D, address: A}}
    absent: {items: {contacts: {why: w, source: d, section: s}}}
    observers:
      partner:
        speech: {known: conditional, when: w, stays: 24 h, source: d, section: s}
        otherwise: {known: unknown, why: w}
    """

/// The profiles of the repository, likewise.
private func profiles() -> [[UInt8]] {
    [Array(profile.utf8)]
        + ["signal", "voicemeet"].compactMap { file("scenarios/profiles/\($0).yaml") }
}

private func file(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 18)
    let count = fread(&bytes, 1, bytes.count, file)
    return count > 0 ? Array(bytes[..<count]) : nil
}

/// RIFF with a format and some sound.
private func sound() -> [UInt8] {
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
    let format = little(1, 2) + little(1, 2) + little(48_000, 4) + little(96_000, 4)
    let body =
        Array("WAVEfmt ".utf8) + little(16, 4) + format + little(2, 2) + little(16, 2)
        + Array("data".utf8) + little(8, 4) + [1, 0, 2, 0, 3, 0, 4, 0]
    return Array("RIFF".utf8) + little(UInt32(body.count), 4) + body
}

func textTargets() -> [Target] {
    let offer = description()
    let messages: [SignalingMessage] = [
        .offer(offer), .answer(offer), .candidate(offer.candidates[0]),
        .candidate(offer.candidates[1], usernameFragment: Array("s0Ur".utf8)),
        .endOfCandidates(), .resume, .bye,
        .seen(ListVersion(digest: [UInt8](repeating: 0xA5, count: ListVersion.byteCount))),
        .notice(ListVersion(digest: [UInt8](repeating: 9, count: ListVersion.byteCount))),
    ]
    let json = [
        #"{"schema":"voicesim.summary/1","metrics":{"a":{"unit":"s","p50":1.5e-3}},"x":[1,-2,null]}"#,
        #"["\u00e9\ud83d\ude00",true,false,{"a":{"b":[[]]}},0.5E+10,"\\\"\n"]"#,
    ]
    let times = ["time\n0.5\n1.5 s\n2500 ms\n", "time (ms),weight\r\n1,2\r\n3,0.5\r\n# c\n"]
    return [
        Target("sdp", corpus: [offer.text]) { input in
            guard let read = try? SessionDescription(text: input) else { return }
            demand(
                (try? SessionDescription(text: read.text)) == read,
                "a description reads otherwise again")
        },
        Target("signaling", corpus: messages.map { $0.text(in: CallID(rawValue: 7)) }) { input in
            guard let (call, message) = try? SignalingMessage.parse(input) else { return }
            let again = try? SignalingMessage.parse(message.text(in: call))
            demand(again?.message == message, "a message reads otherwise again")
        },
        Target("json", corpus: json.map { Array($0.utf8) }) { input in
            _ = try? JSONReader.read(input)
        },
        Target("wav", corpus: [sound()]) { input in
            guard let read = try? WAVFile(input) else { return }
            demand(2 * read.samples.count <= input.count, "more sound than bytes")
        },
        Target("scenario", corpus: scenarios()) { input in
            _ = try? ScenarioLoader.load(bytes: input, file: "fuzz.yaml")
        },
        Target("profile", corpus: profiles()) { input in
            guard let read = try? ProfileLoader.load(bytes: input, file: "fuzz.yaml") else {
                return
            }
            demand(read.name == "fuzz", "a profile is called otherwise than its file")
        },
        timeFiles(times.map { Array($0.utf8) }),
    ]
}

/// Files of times come by way of a scenario that names one.
private func timeFiles(_ corpus: [[UInt8]]) -> Target {
    let directory = "/tmp/voicesim-fuzz-\(getpid())"
    mkdir(directory, 0o700)
    let path = directory + "/times.csv"
    let scenarios = [
        "scenarios/invalid/trace-descending.yaml", "scenarios/invalid/empirical-unit.yaml",
    ]
    .compactMap(file).map { text in
        // Whatever file it names becomes ours.
        String(decoding: text, as: UTF8.self)
            .replacing("trace-descending.csv", with: "times.csv")
            .replacing("empirical-unit.csv", with: "times.csv")
    }
    return Target("time-file", corpus: corpus) { input in
        guard let file = fopen(path, "wb") else { return }
        fwrite(input, 1, input.count, file)
        fclose(file)
        for text in scenarios {
            _ = try? ScenarioLoader.load(
                bytes: Array(text.utf8), file: "fuzz.yaml", directory: directory)
        }
        unlink(path)
    }
}
