import RandomStreams
import ScenarioModel

extension Builder {
    /// Derives what personas leave open, and holds their values against each other.
    mutating func completePopulation() {
        var seen: [String] = []
        var personas = root["population"].elements
        let first = personas[0]
        for index in personas.indices {
            complete(&personas[index], like: first)
            var fingerprint = personas[index]["fingerprint"]
            let entropy = fingerprint["entropy"]
            if let common = fingerprint.find("common_entropy") {
                if common.number > entropy.number {
                    note(
                        common.location,
                        .contradiction(.commonEntropy(common.written, entropy: entropy.written)))
                }
            } else {
                fingerprint.set(
                    "common_entropy",
                    to: Checked(.number(min(10, entropy.number)), at: .builtIn))
                personas[index].set("fingerprint", to: fingerprint)
            }
            let name = personas[index]["persona"]
            if seen.contains(name.text) {
                note(name.location, .contradiction(.repeated(name.text)))
            }
            seen.append(name.text)
            checkSwitch(personas[index])
            checkAim(personas[index])
        }
        replace(
            "population", with: Checked(.list(personas), at: root["population"].location))
    }

    /// Fills in what is as for the first persona.
    private func complete(_ persona: inout Checked, like first: Checked) {
        for key in Format.persona where persona.find(key.name) == nil {
            guard case .first(let text) = key.fallback else { continue }
            let value =
                first.find(key.name)
                ?? Checker().checkDefault(text, key.shape, path: "population.0.\(key.name)")
            persona.set(key.name, to: value)
        }
        persona.reorder(like: Format.persona.map(\.name))
    }

    private mutating func checkSwitch(_ persona: Checked) {
        let behaviour: Behaviour = persona["behaviour"].choice()
        let deviceSwitch = persona["device_switch"]
        guard !behaviour.isAbusive, deviceSwitch.number > 0 else { return }
        note(
            deviceSwitch.location,
            .contradiction(
                .onlyForAbusers(key: "device_switch", behaviour: behaviour.rawValue)))
    }

    private mutating func checkAim(_ persona: Checked) {
        let behaviour: Behaviour = persona["behaviour"].choice()
        let aim = persona["aim"]
        guard behaviour != .reportBomber, aim.number != 1 else { return }
        note(
            aim.location,
            .contradiction(.onlyForBombers(key: "aim", behaviour: behaviour.rawValue)))
    }

    /// The names in the personas' maps called `key`, in the order of their first mention.
    func names(_ key: String) -> [String] {
        var names: [String] = []
        for persona in root["population"].elements {
            for entry in persona[key].entries where !names.contains(entry.key) {
                names.append(entry.key)
            }
        }
        return names
    }

    mutating func persona(
        _ section: Checked, _ languages: [String], _ interests: [String], _ access: [String]
    ) -> Persona {
        let fingerprint = section["fingerprint"]
        return Persona(
            name: section["persona"].text, share: section["share"].number,
            behaviour: section["behaviour"].choice(),
            language: section["language"].weights(in: languages),
            interest: section["interest"].weights(in: interests),
            access: section["access"].weights(in: access),
            patience: distribution(section["patience"]),
            conversation: distribution(section["conversation"]),
            requeue: section["requeue"].number,
            thinkTime: distribution(section["think_time"]),
            reportPropensity: section["report_propensity"].number,
            falseReport: section["false_report"].number,
            deviceSwitch: section["device_switch"].number, aim: section["aim"].number,
            fingerprint: FingerprintModel(
                entropy: fingerprint["entropy"].number, drift: fingerprint["drift"].number,
                common: fingerprint["common"].number,
                commonEntropy: fingerprint["common_entropy"].number))
    }

    /// A distribution of times in seconds.
    mutating func distribution(_ section: Checked) -> Distribution {
        let entry = section.entries.first { $0.key != Format.weight.name }
        guard let entry else { preconditionFailure("a distribution without a kind") }
        let value = entry.value
        switch entry.key {
        case "constant": return .constant(value.number)
        case "exponential": return .exponential(mean: value["mean"].number)
        case "uniform":
            let (min, max) = (value["min"], value["max"])
            if min.number > max.number {
                note(max.location, .contradiction(.bounds(min: min.written, max: max.written)))
            }
            return .uniform(min: min.number, max: max.number)
        case "lognormal":
            return .lognormal(median: value["median"].number, sigma: value["sigma"].number)
        case "weibull":
            return .weibull(scale: value["scale"].number, shape: value["shape"].number)
        case "log_logistic":
            return .logLogistic(median: value["median"].number, shape: value["shape"].number)
        case "gamma": return .gamma(mean: value["mean"].number, shape: value["shape"].number)
        case "mixture":
            return .mixture(
                value.elements.map {
                    .init(
                        weight: $0[Format.weight.name].number, distribution: distribution($0))
                })
        case "empirical": return .empirical(sample(value))
        default: preconditionFailure("no distribution is called \(entry.key)")
        }
    }

    /// The sample in a file; a stand-in after noting why there is none.
    private mutating func sample(_ name: Checked) -> EmpiricalSample {
        guard let table = table(name, as: .sample) else { return [0] }
        let values = table.times.map(\.seconds)
        if table.weights.isEmpty { return EmpiricalSample(values) }
        return EmpiricalSample(weighted: Array(zip(values, table.weights)))
    }
}

extension Checked {
    /// A map of shares as indices into `names`; a name that is not among them is left out.
    func weights(in names: [String]) -> [NamedShare] {
        entries.compactMap { entry in
            names.firstIndex(of: entry.key).map {
                NamedShare(index: $0, share: entry.value.number)
            }
        }
    }
}
