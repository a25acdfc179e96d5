import Quantities
import ScenarioModel

extension Builder {
    private enum AnyFault {
        case relay(Fault)
        case stores(StoreFault)
    }

    /// What breaks, in file order: relay servers, and what befalls the stores.
    mutating func faults(
        _ list: Checked, _ scenario: Scenario
    ) -> (relays: [Fault], stores: [StoreFault]) {
        var (relays, stores): ([Fault], [StoreFault]) = ([], [])
        for (number, entry) in list.elements.enumerated() {
            switch fault(entry, "faults.\(number)", scenario) {
            case .relay(let fault)?:
                for other in relays
                where other.relay == fault.relay && other.at < fault.end && fault.at < other.end {
                    note(
                        entry["at"].location,
                        .contradiction(.faultsOverlap(name(of: fault.relay, scenario))))
                }
                relays.append(fault)
            case .stores(let fault)?:
                // Only a wrong clock lasts.
                for other in stores where other.at < fault.end && fault.at < other.end {
                    guard other.end > other.at, fault.end > fault.at else { continue }
                    note(entry["at"].location, .contradiction(.skewsOverlap))
                }
                stores.append(fault)
            case nil: continue
            }
        }
        return (relays, stores)
    }

    private mutating func fault(
        _ entry: Checked, _ path: String, _ scenario: Scenario
    ) -> AnyFault? {
        let at = entry["at"]
        if at.duration >= scenario.general.stopTime {
            note(
                at.location,
                .contradiction(
                    .faultAfterEnd(
                        at.written, stopTime: scenario.general.stopTime.scenarioText)))
        }
        let kinds = Format.faultKinds.filter { entry.find($0) != nil }
        guard kinds.count == 1, let kind = kinds.first else {
            note(
                entry.location,
                .notExactlyOne(found: kinds, of: Format.faultKinds, in: "faults"))
            return nil
        }
        let lasts = !Format.instantaneousFaults.contains(kind)
        guard let duration = duration(entry, path, of: kind, lasts: lasts) else { return nil }
        if let kind = Fault.Kind(rawValue: kind) {
            guard let relay = relayServer(entry[kind.rawValue]["relay"], scenario) else {
                return nil
            }
            return .relay(Fault(kind, of: relay, at: at.duration, for: duration))
        }
        guard let kind = StoreFault.Kind(rawValue: kind) else {
            preconditionFailure("\(kind) is in the tables and no fault")
        }
        check(kind, at: entry.location, scenario.privacy)
        let event = event(kind, entry[kind.rawValue], lasting: duration)
        return .stores(StoreFault(event, at: at.duration))
    }

    /// How long a fault lasts, zero where it does not; nil after noting that it is not said, or said in vain.
    private mutating func duration(
        _ entry: Checked, _ path: String, of kind: String, lasts: Bool
    ) -> SimDuration? {
        let given = entry.find("for")
        if lasts, given == nil { note(entry.location, .missingKey("for", in: path)) }
        if !lasts, let given { note(given.location, .contradiction(.instantaneous(kind))) }
        guard lasts == (given != nil) else { return nil }
        return given?.duration ?? .zero
    }

    /// Holds a fault of the stores against what is kept.
    private mutating func check(
        _ kind: StoreFault.Kind, at location: Location, _ privacy: Privacy
    ) {
        if !privacy.fillsStores {
            note(location, .contradiction(.storesNotFilled(kind.rawValue)))
        } else if kind == .restoreBackup, privacy.backupInterval == nil {
            note(location, .contradiction(.noBackups))
        }
    }

    private func event(
        _ kind: StoreFault.Kind, _ given: Checked, lasting duration: SimDuration
    ) -> StoreFault.Event {
        switch kind {
        case .crashSweep: return .sweepCrashes(after: given["after"].integer)
        case .skewClock:
            let error = given.entries[0].value.duration
            let isAhead = given.find("ahead") != nil
            return .clockIsWrong(by: isAhead ? error : -error, for: duration)
        case .restartStores: return .restart
        case .restoreBackup: return .restoration
        case .importReports:
            return .importation(count: given["count"].integer, age: given["age"].duration)
        }
    }

    /// The server that `eu/0` or such names; nil after noting that there is none.
    private mutating func relayServer(_ given: Checked, _ scenario: Scenario) -> RelayServer? {
        let servers = scenario.relay.servers
        if let found = servers.first(where: { name(of: $0, scenario) == given.text }) {
            return found
        }
        let valid = servers.map { name(of: $0, scenario) }
        note(
            given.location,
            .unknownName(
                given.text, kind: .relay, nearest: Nearest.to(given.text, among: valid),
                valid: valid))
        return nil
    }

    private func name(of server: RelayServer, _ scenario: Scenario) -> String {
        "\(scenario.regions.names[server.region])/\(server.number)"
    }
}
