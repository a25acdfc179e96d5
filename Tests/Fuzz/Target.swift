import Glibc
import RandomStreams

/// What takes bytes from outside, with what it should make of them.
struct Target {
    /// As `--target` names it.
    let name: String
    /// Feeds one round of inputs, all drawn from the mutator, each noted with ``Evidence`` first.
    let round: (inout Mutator) -> Void

    /// A target that takes one input a round, made from `corpus`.
    init(_ name: String, corpus: [[UInt8]], _ take: @escaping ([UInt8]) -> Void) {
        precondition(corpus.allSatisfy { !$0.isEmpty }, "the corpus of \(name) has an empty input")
        self.name = name
        round = { mutator in
            let input = mutator.input(from: corpus)
            Evidence.note(input)
            take(input)
        }
    }

    /// A target that draws as it likes.
    init(_ name: String, round: @escaping (inout Mutator) -> Void) {
        self.name = name
        self.round = round
    }

    /// The stream of round `number`, which nothing but its name decides.
    static func stream(_ seed: UInt64, _ target: Int, _ number: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: UInt32(target),
                purpose: StreamPurpose(rawValue: 902), entity: number))
    }
}

/// Ends the run where something does not hold that must, whatever the input.
func demand(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { fatalError(what()) }
}

/// What a crash leaves to be read: target, seed, round and input, in memory that a signal's handler
/// may read.
enum Evidence {
    private static let capacity = 1 << 17
    nonisolated(unsafe) private static let text = UnsafeMutablePointer<CChar>.allocate(
        capacity: 512)
    nonisolated(unsafe) private static let input = UnsafeMutablePointer<UInt8>.allocate(
        capacity: capacity)
    nonisolated(unsafe) private static var inputCount = 0

    /// How long one round may take, in seconds.
    static let patience: UInt32 = 20

    /// Prints the evidence when the process traps, is hurt or hangs, and leaves with a status that
    /// is not zero.
    static func install() {
        text[0] = 0
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM] {
            signal(number) { number in Evidence.tell(number) }
        }
    }

    /// Round `number` of `target` begins.
    static func begin(_ target: String, _ seed: UInt64, _ number: UInt64) {
        let line = "\(target) --seed \(seed) --round \(number)"
        line.withCString { _ = strncpy(text, $0, 511) }
        inputCount = 0
        alarm(patience)
    }

    /// `bytes` are what is taken next.
    static func note(_ bytes: [UInt8]) {
        inputCount = min(bytes.count, capacity)
        bytes.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { input.update(from: base, count: inputCount) }
        }
    }

    private static func tell(_ number: Int32) {
        let reason: StaticString =
            number == SIGALRM ? "\nfuzz: hangs: fuzz --target " : "\nfuzz: fails: fuzz --target "
        write(2, reason.utf8Start, reason.utf8CodeUnitCount)
        write(2, text, strlen(text))
        let heading: StaticString = "\nfuzz: input: "
        write(2, heading.utf8Start, heading.utf8CodeUnitCount)
        let digits: StaticString = "0123456789abcdef"
        for index in 0..<inputCount {
            write(2, digits.utf8Start + Int(input[index] >> 4), 1)
            write(2, digits.utf8Start + Int(input[index] & 15), 1)
        }
        let end: StaticString = "\n"
        write(2, end.utf8Start, 1)
        _exit(70)
    }
}
