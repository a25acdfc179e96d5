import ArrivalProcesses
import Quantities
import ScenarioModel

extension Builder {
    /// How people open the app, held against the end of the run.
    mutating func arrivals(_ section: Checked, stopTime: SimTime) -> Arrivals {
        let before = flaws.count
        let arrivals = self.arrivals(section, before: stopTime)
        // Only what makes sense by itself has a mean.
        guard flaws.count == before else { return arrivals }
        let mean = arrivals.process.meanCount(to: stopTime)
        let location = section.entries[0].keyLocation
        let end = stopTime.sinceStart.scenarioText
        if mean == 0 { note(location, .contradiction(.nobodyArrives(stopTime: end))) }
        if mean > Format.arrivalLimit {
            note(
                location,
                .contradiction(
                    .tooManyArrivals(
                        Decimal.text(mean.rounded()), stopTime: end,
                        limit: Decimal.text(Format.arrivalLimit))))
        }
        return arrivals
    }

    private mutating func arrivals(_ section: Checked, before stopTime: SimTime) -> Arrivals {
        let (kind, value) = (section.entries[0].key, section.entries[0].value)
        switch kind {
        case "rate": return .rate(value.number)
        case "profile": return profile(value)
        case "diurnal":
            return .diurnal(
                mean: value["mean"].number, amplitude: value["amplitude"].number,
                peakAt: value["peak_at"].duration, start: value["start"].duration)
        case "flash_crowd": return flashCrowd(value)
        case "hawkes":
            return .hawkes(
                base: value["base"].number, branching: value["branching"].number,
                decay: value["decay"].duration)
        default: return .trace(trace(value, before: stopTime))
        }
    }

    private mutating func profile(_ value: Checked) -> Arrivals {
        let points = value["points"].elements.map {
            RatePoint(at: .zero + $0.elements[0].duration, rate: $0.elements[1].number)
        }
        let late = points.indices.dropFirst().first { points[$0].at <= points[$0 - 1].at }
        if let late {
            let time = value["points"].elements[late].elements[0]
            let before = points[late - 1].at.sinceStart.scenarioText
            note(time.location, .contradiction(.order(time.written, after: before)))
        }
        return .profile(value["interpolation"].choice(), points: points)
    }

    private mutating func flashCrowd(_ value: Checked) -> Arrivals {
        let (base, factor) = (value["base"].number, value["factor"])
        if base * factor.number > Format.highestRate {
            note(
                factor.location,
                .contradiction(
                    .peakRate(
                        Dimension.rate.text(base * factor.number),
                        limit: Dimension.rate.text(Format.highestRate))))
        }
        return .flashCrowd(
            base: base, factor: factor.number, at: value["at"].duration,
            rise: value["rise"].duration, decay: value["decay"].duration)
    }

    /// The arrivals before the end; there are none after noting why the file cannot be used.
    private mutating func trace(_ name: Checked, before stopTime: SimTime) -> [SimTime] {
        guard let table = table(name, as: .trace) else { return [] }
        let times = table.times.map { SimTime.zero + $0 }.prefix { $0 < stopTime }
        let late = table.times.count - times.count
        if late > 0, !times.isEmpty {
            warn(
                name.location,
                .lateArrivals(
                    late, of: table.times.count, stopTime: stopTime.sinceStart.scenarioText))
        }
        return Array(times)
    }
}

extension Format {
    /// Arrivals before the end of a run, on average: peers are numbered with 32 bits, and a
    /// billion of them take a day.
    static let arrivalLimit = 1e9
}
