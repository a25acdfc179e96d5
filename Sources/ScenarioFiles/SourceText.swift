/// The text of a scenario, or of one value given on the command line.
struct SourceText {
    /// Valid UTF-8 without a byte order mark.
    let bytes: [UInt8]
    let text: String
    /// Where an issue at a line and column is said to be; nil: exactly there.
    let origin: Location?

    /// The text of a file.
    init(fileBytes: [UInt8]) throws(Flaw) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = fileBytes.starts(with: mark) ? Array(fileBytes.dropFirst(3)) : fileBytes
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.firstForeignByte(in: bytes)
        }
        self.bytes = bytes
        self.text = text
        origin = nil
    }

    /// A text of which every part is said to be at `origin`.
    init(_ text: String, at origin: Location) {
        bytes = Array(text.utf8)
        self.text = text
        self.origin = origin
    }

    /// The location of a line and column of this text.
    func location(line: Int, column: Int) -> Location {
        origin ?? .place(line: line, column: column)
    }

    private static func firstForeignByte(in bytes: [UInt8]) -> Flaw {
        var (line, column, offset) = (1, 1, 0)
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while offset < bytes.count {
            guard case .scalarValue(let scalar) = decoder.decode(&iterator), scalar.value != 0
            else { break }
            offset += UTF8.width(scalar)
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return Flaw(
            .place(line: line, column: column),
            .notText(byte: bytes[Swift.min(offset, bytes.count - 1)]))
    }
}

/// What is wrong, and where; the file's name is added when it is told.
struct Flaw: Error, Hashable {
    let location: Location
    let problem: Problem
    /// The file, where it is not the scenario's.
    let file: String?

    init(_ location: Location, _ problem: Problem, file: String? = nil) {
        self.location = location
        self.problem = problem
        self.file = file
    }
}
