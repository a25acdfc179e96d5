import Measurement
import ScenarioModel
import Statistics

/// The parts of a summary that say how far it can be trusted; files of older programs lack them.
extension SummaryDocument {
    static func theory(_ json: JSONValue) throws(UnreadableDocument) -> [TheoryComparison] {
        guard json["theory"] != nil else { return [] }
        var theory: [TheoryComparison] = []
        for fields in try Fields(json: json, path: "").entries("theory") {
            theory.append(
                TheoryComparison(
                    metric: try fields.text("metric"), statistic: try fields.statistic(),
                    value: try fields.certain("value"),
                    tolerance: try fields.certain("tolerance"),
                    formula: try fields.text("formula"),
                    simulated: try fields.number("simulated"),
                    interval: try fields.interval("ci95")))
        }
        return theory
    }

    static func warmUp(_ json: JSONValue) throws(UnreadableDocument) -> WarmUpCheck? {
        guard let part = json["warm_up"] else { return nil }
        let fields = Fields(json: part, path: "warm_up")
        var levels: [WarmUpCheck.Level] = []
        for level in try Fields(json: part, path: "warm_up.").entries("mser5") {
            levels.append(
                WarmUpCheck.Level(
                    series: try level.text("series"), truncation: try level.number("truncation"),
                    isConclusive: try level.flag("conclusive")))
        }
        return WarmUpCheck(
            configured: try fields.certain("configured"), applies: try fields.flag("applies"),
            levels: levels)
    }

    static func precision(_ json: JSONValue) throws(UnreadableDocument) -> PrecisionReport? {
        guard let part = json["precision"] else { return nil }
        let fields = Fields(json: part, path: "precision")
        var figures: [PrecisionReport.Figure] = []
        for figure in try Fields(json: part, path: "precision.").entries("figures") {
            let needed: Int? =
                figure.json["replications_needed"] == .null
                ? nil : try figure.count("replications_needed")
            figures.append(
                PrecisionReport.Figure(
                    metric: try figure.text("metric"), statistic: try figure.statistic(),
                    halfWidth: try figure.number("half_width"),
                    relative: try figure.number("relative"),
                    isReached: try figure.flag("reached"), needed: needed))
        }
        guard let leftOut = part["left_out"]?.array?.compactMap(\.string) else {
            throw .unexpected(path: "precision.left_out")
        }
        return PrecisionReport(
            goal: try fields.certain("goal"), wave: try fields.count("wave"),
            limit: try fields.count("max_replications"), figures: figures, leftOut: leftOut)
    }
}
