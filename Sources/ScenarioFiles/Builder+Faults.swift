import Quantities
import ScenarioModel

extension Builder {
    /// What breaks, in file order.
    mutating func faults(_ list: Checked, _ scenario: Scenario) -> [Fault] {
        var faults: [Fault] = []
        for entry in list.elements {
            guard let fault = fault(entry, scenario) else { continue }
            for other in faults
            where other.relay == fault.relay && other.at < fault.end && fault.at < other.end {
                note(
                    entry["at"].location,
                    .contradiction(.faultsOverlap(name(of: fault.relay, scenario))))
            }
            faults.append(fault)
        }
        return faults
    }

    private mutating func fault(_ entry: Checked, _ scenario: Scenario) -> Fault? {
        let (at, duration) = (entry["at"], entry["for"])
        if at.duration >= scenario.general.stopTime {
            note(
                at.location,
                .contradiction(
                    .faultAfterEnd(
                        at.written, stopTime: scenario.general.stopTime.scenarioText)))
        }
        let kinds = Fault.Kind.allCases.filter { entry.find($0.rawValue) != nil }
        guard kinds.count == 1, let kind = kinds.first else {
            note(
                entry.location,
                .notExactlyOne(
                    found: kinds.map(\.rawValue), of: Fault.Kind.allCases.map(\.rawValue),
                    in: "faults"))
            return nil
        }
        guard let relay = relayServer(entry[kind.rawValue]["relay"], scenario) else { return nil }
        return Fault(kind, of: relay, at: at.duration, for: duration.duration)
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
