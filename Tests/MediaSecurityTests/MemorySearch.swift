import Glibc

/// A secret that can be looked for in memory without itself being there: kept under a mask.
struct MaskedSecret {
    private static let mask: UInt8 = 0xC3
    private static let chunkBytes = 8
    private var chunks: [[UInt8]] = []

    /// Remembers `bytes` in pieces of eight. A trace of any piece counts, because a heap writes
    /// its own links over part of what is freed.
    init(_ bytes: UnsafeRawBufferPointer) {
        for start in stride(from: 0, through: bytes.count - Self.chunkBytes, by: Self.chunkBytes) {
            chunks.append(bytes[start..<start + Self.chunkBytes].map { $0 ^ Self.mask })
        }
    }

    func occurrences(in bytes: UnsafeRawBufferPointer) -> Int {
        chunks.reduce(0) { $0 + Self.occurrences(of: $1, in: bytes) }
    }

    private static func occurrences(of chunk: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int {
        guard let start = bytes.baseAddress else { return 0 }
        var (found, offset) = (0, 0)
        // The first byte alone gives nothing away, so the C library may look for it.
        while offset + chunkBytes <= bytes.count,
            let next = memchr(
                start + offset, Int32(chunk[0] ^ mask), bytes.count - chunkBytes + 1 - offset)
        {
            if occurs(chunk, at: UnsafeRawPointer(next)) { found += 1 }
            offset = UnsafeRawPointer(next) - start + 1
        }
        return found
    }

    private static func occurs(_ chunk: [UInt8], at start: UnsafeRawPointer) -> Bool {
        for index in 1..<chunkBytes
        where start.load(fromByteOffset: index, as: UInt8.self) ^ mask != chunk[index] {
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
        if bounds.count == 2, bounds[1] - bounds[0] < 1 << 30 {
            ranges.append(bounds[0]..<bounds[1])
        }
    }
    return ranges
}
