import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// Turns checked values into a scenario: resolves names, derives what depends on the rest of the
/// file, and holds values against each other.
struct Builder {
    /// The values, in which derived defaults are filled in.
    private(set) var root: Checked
    private(set) var flaws: [Flaw] = []
    private(set) var warnings: [Flaw] = []
    private(set) var inputs: [InputFile] = []
    private let directory: String
    /// Files read so far; nil where one cannot be used.
    private var tables: [TableKey: TimeTable?] = [:]

    /// A builder for values from a file in `directory`.
    init(_ root: Checked, directory: String) {
        self.root = root
        self.directory = directory
    }

    mutating func note(_ location: Location, _ problem: Problem) {
        flaws.append(Flaw(location, problem))
    }

    mutating func warn(_ location: Location, _ problem: Problem) {
        warnings.append(Flaw(location, problem))
    }

    /// The scenario; it may be run only if no flaws were noted.
    mutating func scenario() -> Scenario {
        var scenario = Scenario(title: root["title"].text, question: root["question"].text)
        scenario.general = general()
        scenario.arrivals = arrivals(
            root["arrivals"], stopTime: .zero + scenario.general.stopTime)
        completePopulation()
        scenario.languages = names("language")
        scenario.interests = names("interest")
        let accessNames = names("access")
        let access = completeAccess(accessNames)
        let regions = self.regions(access)
        scenario.population = root["population"].elements.map {
            persona($0, scenario.languages, scenario.interests, accessNames)
        }
        scenario.access = zip(accessNames, access).map {
            self.access($1, name: $0, regions: regions.names)
        }
        scenario.regions = regions
        scenario.matchmaking = matchmaking(root["matchmaking"])
        scenario.risk = risk(root["risk"])
        scenario.signaling = Signaling(
            latency: distribution(root["signaling"]["latency"]),
            retention: root["signaling"]["retention"].duration,
            disconnect: root["signaling"]["disconnect"].number,
            reconnect: distribution(root["signaling"]["reconnect"]))
        scenario.ice = ice(root["ice"])
        scenario.relay = relay(root["relay"], regions: regions.names)
        scenario.privacy = privacy(
            root["privacy"], scenario.ice, stopTime: scenario.general.stopTime)
        (scenario.faults, scenario.storeFaults) = faults(root["faults"], scenario)
        scenario.media = media(root["media"])
        scenario.thresholds = root["thresholds"].entries.compactMap {
            if case .limit(let threshold, _) = $0.value.value { threshold } else { nil }
        }
        return scenario
    }

    /// Replaces part of the tree of values.
    mutating func replace(_ section: String, with value: Checked) {
        root.set(section, to: value)
    }

    /// What a file beside the scenario holds; nil after noting why it cannot be used.
    ///
    /// A file that several places refer to is read and complained about once.
    mutating func table(_ name: Checked, as kind: TimeFileKind) -> TimeTable? {
        let key = TableKey(name: name.text, kind: kind)
        if let known = tables[key] { return known }
        var table: TimeTable?
        do throws(TimeFileError) {
            let (content, record) = try TimeFile.read(name.text, beside: directory, as: kind)
            if !inputs.contains(record) { inputs.append(record) }
            table = content
        } catch {
            switch error {
            case .file(let failure): note(name.location, .inputFile(name.text, failure))
            case .content(let flaw): flaws.append(flaw)
            }
        }
        tables[key] = .some(table)
        return table
    }

    private struct TableKey: Hashable {
        let name: String
        let kind: TimeFileKind
    }
}

extension Builder {
    private mutating func general() -> General {
        var section = root["general"]
        let stopTime = section["stop_time"].duration
        if section.find("warm_up") == nil {
            section.set("warm_up", to: .time(stopTime / 10))
        }
        let warmUp = section["warm_up"]
        if warmUp.duration >= stopTime {
            note(
                warmUp.location.isBuiltIn ? section["stop_time"].location : warmUp.location,
                .contradiction(
                    .warmUp(warmUp.written, stopTime: section["stop_time"].written)))
        }
        let measured = stopTime - warmUp.duration
        if section.find("series_step") == nil {
            section.set("series_step", to: .time(step(measured: measured, stopTime: stopTime)))
        }
        if measured > .zero { check(section["series_step"], measured, stopTime: stopTime) }
        section.reorder(like: Format.general.map(\.name))
        replace("general", with: section)
        let seed = if case .integer(let seed) = section["seed"].value { seed } else { UInt64(0) }
        return General(
            seed: seed, warmUp: warmUp.duration, stopTime: stopTime,
            replications: section["replications"].integer,
            seriesStep: section["series_step"].duration)
    }

    /// The default distance of the rows of the time series.
    private func step(measured: SimDuration, stopTime: SimDuration) -> SimDuration {
        let tenth = SimDuration(nanoseconds: max(1, measured.nanoseconds / 10))
        let coarse = SimDuration.seconds(stopTime.nanoseconds / 100_000 / 1_000_000_000)
        return max(min(.seconds(10), tenth), coarse)
    }

    private mutating func check(
        _ step: Checked, _ measured: SimDuration, stopTime: SimDuration
    ) {
        if step.duration > measured {
            note(
                step.location,
                .contradiction(.seriesStep(step.written, measured: measured.scenarioText)))
        }
        let rows = stopTime.nanoseconds / max(1, step.duration.nanoseconds)
        if rows > Format.seriesRowLimit {
            note(
                step.location,
                .contradiction(.seriesRows(Int(rows), limit: Format.seriesRowLimit)))
        }
    }
}

extension Format {
    /// Rows in the time series of a replication.
    static let seriesRowLimit = 1_000_000
}

extension Location {
    var isBuiltIn: Bool { self == .builtIn }
}

extension Checked {
    /// A derived time.
    static func time(_ duration: SimDuration) -> Checked {
        Checked(.quantity(.duration, duration.seconds), at: .builtIn)
    }

    /// Puts the entries of a map into the order of `names`.
    mutating func reorder(like names: [String]) {
        value = .map(names.compactMap { name in entries.first { $0.key == name } })
    }
}
