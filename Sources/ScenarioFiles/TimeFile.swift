import Digests
import Quantities

/// A file of times that a scenario refers to.
public struct InputFile: Hashable, Sendable {
    /// Its name as the scenario gives it.
    public let name: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public let sha256: String
    /// How many times it holds.
    public let count: Int

    /// The name without its directory: what a run tells of it, wherever the file was.
    public var lastComponent: String { name.lastPathComponent }
}

/// What a file of times is read for.
enum TimeFileKind: Hashable {
    /// Arrivals: times, ascending.
    case trace
    /// A sample to draw from: times and, in a second column, what they weigh.
    case sample

    var columns: [TimeFileColumn] {
        switch self {
        case .trace: [.time]
        case .sample: [.time, .weight]
        }
    }
}

/// What stands in a column of a file of times.
enum TimeFileColumn: String {
    case time
    case weight
}

/// What a file of times holds, in file order.
struct TimeTable {
    var times: [SimDuration] = []
    /// Beside each time what it weighs; empty without such a column.
    var weights: [Double] = []
}

/// Reads files of times.
///
/// UTF-8 text, one time a line, in seconds (`12.5`) or with a unit of its own (`800 ms`). The first
/// line may be a heading: `time`, or `time (ms)` where numbers without a unit are in another one. A
/// sample may have a second column, `weight`, behind a comma: numbers from 0 on. Empty lines and
/// lines that begin with `#` are skipped; lines end with LF or CR LF. Times are rounded to the
/// nanosecond.
enum TimeFile {
    /// Largest file: a million times of sixteen characters.
    static let sizeLimit: Int64 = 16 << 20
    /// Most times in a file.
    static let countLimit = 1_000_000
    /// Largest weight: sums of a million of them keep their digits.
    static let weights = Interval.from(0, to: 1e12)

    /// The contents of the file `name` and its record.
    static func read(
        _ name: String, beside directory: String, as kind: TimeFileKind
    ) throws(TimeFileError) -> (TimeTable, InputFile) {
        let path = name.hasPrefix("/") || directory.isEmpty ? name : "\(directory)/\(name)"
        let bytes: [UInt8]
        do throws(FileBytes.Failure) {
            bytes = try FileBytes.read(path, limit: sizeLimit)
        } catch {
            switch error {
            case .unreadable(let failure): throw .file(.unreadable(failure))
            case .tooLarge(let size): throw .file(.tooLarge(bytes: size, limit: sizeLimit))
            }
        }
        var parser = TimeFileParser(bytes, kind)
        do throws(Flaw) {
            try parser.parse()
        } catch {
            throw .content(Flaw(error.location, error.problem, file: path))
        }
        let record = InputFile(
            name: name, sha256: SHA256Digest.of(bytes).hexadecimal,
            count: parser.table.times.count)
        return (parser.table, record)
    }
}

/// Why a file of times cannot be used.
enum TimeFileError: Error {
    /// The file as a whole.
    case file(InputFailure)
    /// What is in it.
    case content(Flaw)
}

extension String {
    /// What stands behind the last slash.
    var lastPathComponent: String {
        String(self[(lastIndex(of: "/").map(index(after:)) ?? startIndex)...])
    }
}
