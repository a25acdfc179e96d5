import Glibc
import RandomStreams

/// Feeds every parser that takes bytes from outside with damaged inputs, for a bounded time.
///
///     fuzz [--seconds N] [--seed N] [--target NAME] [--round N]
///
/// Rounds follow from seed, target and number alone, so `--target NAME --seed N --round N` repeats
/// one. A trap, a broken demand or a hang prints that command and the input, and leaves with 70.
@main
struct Fuzz {
    let seed = Self.value(of: "--seed").flatMap(UInt64.init) ?? 1
    let targets =
        stunTargets() + relayTargets() + agentTargets() + textTargets() + mediaTargets()

    static func main() {
        let fuzz = Fuzz()
        let name = value(of: "--target")
        let chosen = fuzz.targets.indices.filter { index in
            name.map { fuzz.targets[index].name == $0 } ?? true
        }
        guard !chosen.isEmpty else {
            print("targets: " + fuzz.targets.map(\.name).joined(separator: " "))
            exit(64)
        }
        Evidence.install()
        if let number = value(of: "--round").flatMap(UInt64.init) {
            for index in chosen { fuzz.run(index, number) }
            exit(0)
        }
        fuzz.run(chosen, for: value(of: "--seconds").flatMap(Double.init) ?? 90)
    }

    /// Gives each target an equal share of so many seconds.
    private func run(_ chosen: [Int], for budget: Double) {
        for (place, index) in chosen.enumerated() {
            let end = Self.seconds + budget / Double(chosen.count)
            var rounds: UInt64 = 0
            while Self.seconds < end {
                for _ in 0..<20 {
                    run(index, rounds)
                    rounds += 1
                }
            }
            print("\(targets[index].name): \(rounds) rounds (\(place + 1) of \(chosen.count))")
            fflush(nil)
        }
        alarm(0)
        print("fuzz: nothing traps, seed \(seed)")
    }

    private func run(_ index: Int, _ number: UInt64) {
        Evidence.begin(targets[index].name, seed, number)
        var mutator = Mutator(stream: Target.stream(seed, index, number))
        targets[index].round(&mutator)
    }

    private static func value(of option: String) -> String? {
        guard let place = CommandLine.arguments.firstIndex(of: option),
            place + 1 < CommandLine.arguments.count
        else { return nil }
        return CommandLine.arguments[place + 1]
    }

    private static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
