import Glibc

/// A secret that can be looked for in memory without itself being there: kept under a mask.
struct MaskedSecret {
    private static let mask: UInt8 = 0xC3
    private let masked: [UInt8]

    /// Remembers the first eight of `bytes`; a heap may overwrite the rest of freed memory's
    /// head with its own links, so shorter is surer than whole.
    init(_ bytes: some Sequence<UInt8>) {
        masked = bytes.prefix(8).map { $0 ^ Self.mask }
    }

    fileprivate func occurrences(in bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count >= masked.count, let start = bytes.baseAddress else { return 0 }
        var found = 0
        var offset = 0
        // The first byte alone gives nothing away, so the C library may look for it.
        while let next = memchr(
            start + offset, Int32(masked[0] ^ Self.mask), bytes.count - masked.count + 1 - offset)
        {
            offset = UnsafeRawPointer(next) - start
            if occurs(at: UnsafeRawPointer(next)) { found += 1 }
            offset += 1
            if offset > bytes.count - masked.count { break }
        }
        return found
    }

    private func occurs(at start: UnsafeRawPointer) -> Bool {
        for index in 1..<masked.count
        where start.load(fromByteOffset: index, as: UInt8.self) ^ Self.mask != masked[index] {
            return false
        }
        return true
    }
}

/// How often `secret` occurs in the writable memory of this process: heap, stacks and data,
/// freed parts included.
func occurrencesInMemory(of secret: MaskedSecret) -> Int {
    var found = 0
    for range in writableRanges() {
        found += secret.occurrences(
            in: UnsafeRawBufferPointer(
                start: UnsafeRawPointer(bitPattern: range.lowerBound), count: range.count))
    }
    return found
}

private func writableRanges() -> [Range<UInt>] {
    guard let maps = fopen("/proc/self/maps", "r") else { return [] }
    defer { fclose(maps) }
    var ranges: [Range<UInt>] = []
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), maps) != nil {
        let text = String(
            decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ")
        guard fields.count >= 2, fields[1].hasPrefix("rw"), !text.contains("[v") else { continue }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        if bounds.count == 2 { ranges.append(bounds[0]..<bounds[1]) }
    }
    return ranges
}
