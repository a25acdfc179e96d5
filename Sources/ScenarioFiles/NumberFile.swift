import Digests

/// A file of numbers that a scenario refers to.
public struct InputFile: Hashable, Sendable {
    /// Its name as the scenario gives it.
    public let name: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public let sha256: String
    /// How many numbers it holds.
    public let count: Int
}

/// Reads files of times: seconds, one a line, with or without the unit `s`; the first line may be
/// a heading, empty lines and those that begin with `#` are skipped.
enum NumberFile {
    /// Largest file: a million times of sixteen characters.
    static let sizeLimit: Int64 = 16 << 20
    /// Most numbers in a file.
    static let countLimit = 1_000_000

    /// The numbers in file order and the file's record.
    static func read(
        _ name: String, beside directory: String
    ) throws(InputFailureError) -> ([Double], InputFile) {
        let path = name.hasPrefix("/") || directory.isEmpty ? name : "\(directory)/\(name)"
        let bytes: [UInt8]
        do throws(FileBytes.Failure) {
            bytes = try FileBytes.read(path, limit: sizeLimit)
        } catch {
            switch error {
            case .unreadable(let failure): throw InputFailureError(.unreadable(failure))
            case .tooLarge(let size):
                throw InputFailureError(.tooLarge(bytes: size, limit: sizeLimit))
            }
        }
        let numbers = try numbers(in: bytes)
        let record = InputFile(
            name: name, sha256: SHA256Digest.of(bytes).hexadecimal, count: numbers.count)
        return (numbers, record)
    }

    private static func numbers(in bytes: [UInt8]) throws(InputFailureError) -> [Double] {
        var numbers: [Double] = []
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let trimmed = line.last == 0x0D ? line.dropLast() : line
            let text = String(decoding: trimmed.prefix(200), as: UTF8.self).trimmingSpaces()
            if text.isEmpty || text.first == "#" { continue }
            guard let number = seconds(text) else {
                if index == 0, !("0"..."9").contains(text.first ?? "0") { continue }
                throw InputFailureError(.badLine(index + 1, String(text.prefix(40))))
            }
            guard numbers.count < countLimit else {
                throw InputFailureError(.tooMany(limit: countLimit))
            }
            numbers.append(number)
        }
        guard !numbers.isEmpty else { throw InputFailureError(.empty) }
        return numbers
    }

    private static func seconds(_ text: String) -> Double? {
        guard let (number, rest) = Decimal.leading(text),
            ["", "s"].contains(String(rest).trimmingSpaces()),
            let value = Decimal.value(number), value >= 0, value <= Format.longest
        else { return nil }
        return value
    }
}

/// Why a file of numbers cannot be used.
struct InputFailureError: Error {
    let failure: InputFailure

    init(_ failure: InputFailure) {
        self.failure = failure
    }
}
