import Measurement
import Quantities
import ScenarioModel

extension Builder {
    mutating func matchmaking(_ given: Checked) -> Matchmaking {
        let section = withInterval(given)
        replace("matchmaking", with: section)
        var rules: [ExpansionRule] = []
        for step in section["expansion"].elements {
            let (after, require) = (step["after"], step["require"].elements)
            if let last = rules.last, after.duration <= last.after {
                note(
                    after.location,
                    .contradiction(.order(after.written, after: last.after.scenarioText)))
            }
            if require.count == 2, require[0].text == require[1].text {
                note(require[1].location, .contradiction(.repeated(require[1].text)))
            }
            rules.append(
                ExpansionRule(
                    after: after.duration,
                    requiresLanguage: require.contains { $0.text == "language" },
                    requiresInterest: require.contains { $0.text == "interest" }))
        }
        let expiry = section.find("expiry")
        if let expiry, let first = rules.first, expiry.duration <= first.after {
            note(
                expiry.location,
                .contradiction(.order(expiry.written, after: first.after.scenarioText)))
        }
        return Matchmaking(
            policy: section["policy"].choice(), interval: section["interval"].duration,
            expansion: rules, avoidRematch: section["avoid_rematch"].boolean,
            tiers: section["tiers"].choice(), patienceRisk: section["patience_risk"].number,
            departures: section["departures"].choice(),
            crossedGroups: crossesGroups(section), reservation: section["reservation"].duration,
            expiry: expiry?.duration,
            starvation: section["starvation"].duration)
    }

    /// Whether groups are crossed, after holding their number against the greatest.
    private mutating func crossesGroups(_ section: Checked) -> Bool {
        let crossed = section["crossed_groups"]
        guard crossed.boolean else { return false }
        let cells = ["language", "interest", "access"].reduce(Risk.tierCount) {
            $0 * names($1).count
        }
        let count = cells * root["population"].elements.count
        if count > LabelSpaces.greatestSize {
            note(
                crossed.location,
                .contradiction(.cells(count, greatest: LabelSpaces.greatestSize)))
        }
        return true
    }

    /// Fills in the interval, and holds it against the policy.
    private mutating func withInterval(_ given: Checked) -> Checked {
        var section = given
        let policy: Matchmaking.Policy = section["policy"].choice()
        let waits = policy == .batch || policy == .blossom
        if let interval = section.find("interval") {
            if (interval.duration > .zero) != waits {
                note(
                    interval.location,
                    .contradiction(.interval(interval.written, policy: policy.rawValue)))
            }
        } else {
            section.set("interval", to: .time(waits ? .seconds(1) : .zero))
            section.reorder(like: Format.matchmaking.map(\.name))
        }
        return section
    }

    mutating func risk(_ section: Checked) -> Risk {
        var safeguards: Set<Risk.Safeguard> = []
        for entry in section["safeguards"].elements
        where !safeguards.insert(entry.choice()).inserted {
            note(entry.location, .contradiction(.repeated(entry.text)))
        }
        return Risk(
            enabled: section["enabled"].boolean, dryRun: section["dry_run"].boolean,
            retention: section["retention"].duration, keyEpoch: section["key_epoch"].duration,
            safeguards: safeguards)
    }

    /// Holds a notice against how calls are set up: modelled set-ups send no messages to anybody.
    mutating func privacy(
        _ section: Checked, _ ice: ICE, stopTime: SimDuration
    ) -> Privacy {
        let notice = section.find("notice")
        if let at = notice?["at"], at.duration >= stopTime {
            note(
                at.location,
                .contradiction(.faultAfterEnd(at.written, stopTime: stopTime.scenarioText)))
        }
        if let notice, ice.setup != .packets {
            note(notice.location, .contradiction(.noticeWithoutPackets(ice.setup.rawValue)))
        }
        return Privacy(
            fillsStores: section["stores"].boolean,
            sweepInterval: section["sweep_interval"].duration,
            backupInterval: section.find("backup_interval")?.duration,
            backupRetention: section["backup_retention"].duration,
            listChange: notice?["at"].duration, visitNames: section["visit_names"].choice())
    }

    func ice(_ section: Checked) -> ICE {
        ICE(
            policy: section["policy"].choice(), timing: section["timing"].choice(),
            setup: section["setup"].choice(), relayGathering: section["relay_gathering"].choice(),
            relayFamilies: section["relay_families"].choice(),
            strangerTime: section["stranger_time"].duration)
    }

    func relay(_ section: Checked, regions: [String]) -> Relay {
        Relay(
            regions: section["regions"].entries.compactMap { entry in
                regions.firstIndex(of: entry.key).map {
                    RelayRegion(region: $0, servers: entry.value["servers"].integer)
                }
            },
            ports: section["ports"].integer,
            bandwidth: Bitrate(bitsPerSecond: Int64(section["bandwidth"].number)),
            packetRate: section["packet_rate"].number, price: section["price"].number,
            billing: section["billing"].choice(),
            healthCheck: section["health_check"].duration,
            logRetention: section["log_retention"].duration)
    }

    mutating func media(_ given: Checked) -> Media {
        let section = withQuality(given)
        replace("media", with: section)
        let (codec, fidelity, quality) = (
            section["codec"], section["fidelity"], section["quality"]
        )
        let frame = codec["frame"]
        let valid = Format.frames.map(\.scenarioText)
        if !Format.frames.contains(frame.duration) {
            note(frame.location, .notAChoice(frame.written, nearest: nil, valid: valid))
        }
        return Media(
            codec: Codec(
                bitrate: Bitrate(bitsPerSecond: Int64(codec["bitrate"].number)),
                frame: frame.duration, bandwidth: codec["bandwidth"].choice(),
                dtx: codec["dtx"].boolean, fec: codec["fec"].boolean,
                complexity: codec["complexity"].integer),
            srtp: section["srtp"].choice(),
            fidelity: FidelityShares(
                full: fidelity["full"].number, sealed: fidelity["sealed"].number,
                flow: fidelity["flow"].number),
            quality: QualityModel(
                scale: quality["scale"].choice(), ie: quality["ie"].number,
                bpl: quality["bpl"].number),
            jitterBuffer: jitterBuffer(section["jitter_buffer"]),
            clockDrift: clockDrift(section["clock_drift"]))
    }

    private mutating func jitterBuffer(_ section: Checked) -> JitterBufferModel {
        let (minimum, maximum) = (section["minimum"], section["maximum"])
        let initial = section["initial"]
        for (name, lower) in [("minimum", minimum), ("initial", initial)]
        where lower.duration > maximum.duration {
            note(
                lower.location,
                .contradiction(
                    .aboveMaximum(name, lower.written, maximum: maximum.written)))
        }
        return JitterBufferModel(
            quantile: section["quantile"].number, minimum: minimum.duration,
            maximum: maximum.duration, initial: initial.duration)
    }

    private mutating func clockDrift(_ section: Checked) -> ClockDrift {
        guard let entry = section.entries.first else {
            preconditionFailure("a clock's error without a kind")
        }
        let value = entry.value
        switch entry.key {
        case "constant": return .constant(value.number)
        case "uniform":
            let (min, max) = (value["min"], value["max"])
            if min.number > max.number {
                note(max.location, .contradiction(.bounds(min: min.written, max: max.written)))
            }
            return .uniform(min: min.number, max: max.number)
        case "normal":
            return .normal(mean: value["mean"].number, sigma: value["sigma"].number)
        default: preconditionFailure("no distribution of clocks is called \(entry.key)")
        }
    }
}

extension Format {
    /// Frame lengths that a packet of the simulated calls can have.
    static let frames: [SimDuration] = [10, 20, 40, 60].map(SimDuration.milliseconds)
}
