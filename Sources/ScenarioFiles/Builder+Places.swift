import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

extension Builder {
    /// The access networks of these names: the file's, else the built-in ones.
    mutating func completeAccess(_ names: [String]) -> [Checked] {
        let given = root["access"]
        let builtIn = ["fixed", "mobile", "enterprise"]
        let shape = Shape.object(Format.access)
        var used: [Checked.Entry] = []
        for name in names {
            if let entry = given.entries.first(where: { $0.key == name }) {
                used.append(entry)
                used[used.count - 1].value = located(entry.value)
                continue
            }
            if !builtIn.contains(name) {
                let valid = given.entries.map(\.key) + builtIn.filter { given.find($0) == nil }
                note(
                    location(ofAccess: name),
                    .unknownName(
                        name, kind: .access, nearest: Nearest.to(name, among: valid),
                        valid: valid))
            }
            let value = Checker().checkDefault("{}", shape, path: "access.\(name)", name: name)
            used.append(.init(key: name, keyLocation: .builtIn, value: located(value)))
        }
        for entry in given.entries where !names.contains(entry.key) {
            warn(entry.keyLocation, .unused(entry.key, kind: .access))
        }
        replace("access", with: Checked(.map(used), at: given.location))
        return used.map(\.value)
    }

    /// A network with its regions: those of the file's `fixed` where it gives none itself.
    private func located(_ network: Checked) -> Checked {
        guard network.find("region") == nil else { return network }
        var network = network
        network.set("region", to: root["access"].find("fixed")?.find("region") ?? .everywhere)
        network.reorder(like: Format.access.map(\.name))
        return network
    }

    private func location(ofAccess name: String) -> Location {
        for persona in root["population"].elements {
            if let entry = persona["access"].entries.first(where: { $0.key == name }) {
                return entry.keyLocation
            }
        }
        return root["population"].location
    }

    mutating func access(_ section: Checked, name: String, regions: [String]) -> AccessNetwork {
        let nat = section["nat"].entries.compactMap { entry in
            NATClass(entry.key).map { NATShare($0, entry.value.number) }
        }
        let gilbert = section["loss"]["gilbert"]
        let (loss, burst) = (gilbert["loss"], gilbert["mean_burst"])
        let channel = GilbertLoss(loss: loss.number, meanBurst: burst.number)
        if channel == nil {
            note(
                loss.location,
                .contradiction(.gilbert(loss: loss.written, meanBurst: burst.written)))
        }
        var network = AccessNetwork(
            name: name, nat: nat, region: section["region"].weights(in: regions),
            delay: distribution(section["delay"]), jitter: distribution(section["jitter"]),
            loss: channel ?? .none, ipv6: section["ipv6"].number, mdns: section["mdns"].number)
        network.bindingTimeout = bindingTimeout(section["binding_timeout"])
        network.household = section["household"].integer
        let carrier = section["carrier_nat"]
        network.carrierNAT = CarrierNAT(
            share: carrier["share"].number, nat: NATClass(carrier["nat"].text)!,
            boxes: carrier["boxes"].integer, hairpinning: carrier["hairpinning"].boolean)
        return network
    }

    private mutating func bindingTimeout(_ section: Checked) -> Distribution {
        guard let name = section.find("measured") else { return distribution(section) }
        let population: BindingPopulation = name.choice()
        return population.distribution
    }

    /// The regions that peers and relays are in, in the order of their first mention, and the
    /// delays between them; fills in the relays' regions.
    mutating func regions(_ access: [Checked]) -> Regions {
        var mentions: [Checked.Entry] = []
        for entry in access.flatMap({ $0["region"].entries })
        where !mentions.contains(where: { $0.key == entry.key }) {
            mentions.append(entry)
        }
        let delays = root["regions"]["delay"]
        let listed = delays.elements.flatMap { $0.elements[..<2].map(\.text) }
        completeRelays(peers: mentions.map(\.key))
        for entry in root["relay"]["regions"].entries
        where !mentions.contains(where: { $0.key == entry.key }) {
            if !listed.contains(entry.key) {
                let valid = mentions.map(\.key) + listed
                note(
                    entry.keyLocation,
                    .unknownName(
                        entry.key, kind: .region, nearest: Nearest.to(entry.key, among: valid),
                        valid: mentions.map(\.key)))
                continue
            }
            mentions.append(entry)
        }
        return Regions(
            names: mentions.map(\.key), delay: matrix(mentions, delays, listed: listed))
    }

    private mutating func completeRelays(peers: [String]) {
        var relay = root["relay"]
        if let given = relay.find("regions") {
            if given.entries.isEmpty {
                note(given.location, .wrongCount(found: 0, accepted: "at least 1"))
            }
            return
        }
        let shape = Shape.named(.object(Format.relayRegion), limit: 64)
        let text = "{" + peers.map { "\"\($0)\": {}" }.joined(separator: ", ") + "}"
        relay.set("regions", to: Checker().checkDefault(text, shape, path: "relay.regions"))
        relay.reorder(like: Format.relay.map(\.name))
        replace("relay", with: relay)
    }

    private mutating func matrix(
        _ regions: [Checked.Entry], _ delays: Checked, listed: [String]
    ) -> [[SimDuration]] {
        let names = regions.map(\.key)
        var known = [[SimDuration?]](
            repeating: [SimDuration?](repeating: nil, count: names.count), count: names.count)
        for index in names.indices { known[index][index] = Regions.delayWithin }
        var seen: Set<[String]> = []
        for delay in delays.elements {
            let (from, to) = (delay.elements[0], delay.elements[1])
            let pair = [from.text, to.text].sorted()
            if !seen.insert(pair).inserted {
                note(delay.location, .contradiction(.twoDelays(from.text, to.text)))
            }
            for end in [from, to] where !names.contains(end.text) {
                warn(end.location, .unused(end.text, kind: .region))
            }
            guard let a = names.firstIndex(of: from.text), let b = names.firstIndex(of: to.text)
            else { continue }
            known[a][b] = delay.elements[2].duration
            known[b][a] = known[a][b]
        }
        for a in names.indices {
            for b in names.indices where b > a && known[a][b] == nil {
                let place = delays.location.isBuiltIn ? regions[b].keyLocation : delays.location
                note(
                    place.isBuiltIn ? .file : place,
                    .contradiction(.noDelay(names[a], names[b])))
            }
        }
        return known.map { $0.map { $0 ?? .zero } }
    }
}

extension Checked {
    /// Everybody in the region called `default`.
    fileprivate static var everywhere: Checked {
        Checker().checkDefault("{default: 100 %}", .shares(.any), path: "region")
    }
}
