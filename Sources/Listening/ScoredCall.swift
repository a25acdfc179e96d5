/// A call of a listening session with the scores of an objective measure.
public struct ScoredCall: Hashable, Sendable {
    /// What calls of one cell of a study have in common.
    public struct Cell: Hashable, Sendable {
        /// The codec's name: `opus`, or `amr-wb` for an anchor.
        public var codec: String
        /// Target rate in bit/s.
        public var bitrate: Int
        /// Whether packets may carry copies of the frame before.
        public var hasForwardErrorCorrection: Bool
        /// Whether silence is not sent.
        public var isDiscontinuous: Bool
        /// The loss that the encoder is told, 0…1.
        public var expectedLoss: Double
        /// Share of packets lost, 0…1.
        public var loss: Double
        /// Mean number of packets lost in a row.
        public var meanBurst: Double

        /// Whether losses are independent of each other.
        public var isRandom: Bool { loss == 0 || meanBurst < 1.5 }
    }

    /// The call's cell.
    public var cell: Cell
    /// Which sample was said.
    public var sample: Int
    /// Packets sent.
    public var sent: Double
    /// Packets lost.
    public var lost: Double
    /// Frames decoded from copies.
    public var recovered: Double
    /// Frames made up.
    public var concealed: Double
    /// Unbroken rows of those.
    public var concealedRuns: Double
    /// Rate of the Opus payload in bit/s.
    public var payloadBitrate: Double
    /// MOS-LQO on the wideband scale (ITU-T P.862.2).
    public var wideband: Double
    /// MOS-LQO on the narrowband scale (ITU-T P.862.1), where it was taken.
    public var narrowband: Double?
}

/// Why a sheet of scores cannot be used; lines count from 1.
public enum ScoreSheetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such column in the first line.
    case missingColumn(String)
    /// A line has other than as many fields as the first.
    case fieldCount(line: Int)
    /// A field holds nothing of use.
    case field(line: Int, column: String, text: String)
    /// There are no calls, or none of the cells that a study needs.
    case incomplete(String)

    /// One line for a person.
    public var description: String {
        switch self {
        case .missingColumn(let name): "line 1: there is no column '\(name)'"
        case .fieldCount(let line): "line \(line): another number of fields than in line 1"
        case .field(let line, let column, let text):
            "line \(line): '\(text)' is no value for \(column)"
        case .incomplete(let what): "the sheet has no \(what)"
        }
    }
}

extension ScoredCall {
    /// The calls of a sheet: comma-separated, with the names of the columns in the first line.
    public static func calls(in sheet: String) throws(ScoreSheetError) -> [ScoredCall] {
        let lines = sheet.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard let names = lines.first else { throw .incomplete("lines") }
        var calls: [ScoredCall] = []
        for (index, fields) in lines.enumerated().dropFirst() {
            guard fields.count == names.count else { throw .fieldCount(line: index + 1) }
            calls.append(try ScoredCall(Fields(line: index + 1, names: names, fields: fields)))
        }
        guard !calls.isEmpty else { throw .incomplete("calls") }
        return calls
    }

    private struct Fields {
        let line: Int
        let names: [String]
        let fields: [String]

        func text(_ column: String) throws(ScoreSheetError) -> String {
            guard let index = names.firstIndex(of: column) else { throw .missingColumn(column) }
            return fields[index]
        }

        func number(
            _ column: String, _ range: ClosedRange<Double> = 0...1e9
        ) throws(ScoreSheetError) -> Double {
            let text = try text(column)
            guard let value = Double(text), range.contains(value) else {
                throw .field(line: line, column: column, text: text)
            }
            return value
        }

        func flag(_ column: String) throws(ScoreSheetError) -> Bool {
            switch try text(column) {
            case "on": true
            case "off": false
            case let text: throw .field(line: line, column: column, text: text)
            }
        }
    }

    private init(_ fields: Fields) throws(ScoreSheetError) {
        cell = Cell(
            codec: try fields.text("codec"), bitrate: Int(try fields.number("bitrate")),
            hasForwardErrorCorrection: try fields.flag("fec"),
            isDiscontinuous: try fields.flag("dtx"),
            expectedLoss: try fields.number("expected_loss", 0...1),
            loss: try fields.number("loss", 0...1),
            meanBurst: try fields.number("mean_burst", 1...1e6))
        sample = Int(try fields.number("sample"))
        sent = try fields.number("sent")
        lost = try fields.number("lost")
        recovered = try fields.number("recovered")
        concealed = try fields.number("concealed")
        concealedRuns = try fields.number("concealed_runs")
        payloadBitrate = try fields.number("payload_bitrate")
        wideband = try fields.number("mos_wb", 1...5)
        narrowband =
            try fields.text("mos_nb").isEmpty ? nil : try fields.number("mos_nb", 1...5)
    }
}
