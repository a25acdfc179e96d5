import CMemorySearch

/// A secret that can be looked for in memory without itself being there: kept in disguise.
public struct MaskedSecret: Sendable {
    private var chunks: [UInt64] = []

    /// Remembers `bytes` in pieces of eight. A trace of any piece counts, because a heap writes
    /// its own links over part of what is freed.
    public init(_ bytes: UnsafeRawBufferPointer) {
        for start in stride(from: 0, through: bytes.count - 8, by: 8) {
            chunks.append(memory_search_disguise(bytes.baseAddress! + start))
        }
    }

    /// Several secrets in one, any of which counts.
    public init(_ secrets: [MaskedSecret]) {
        chunks = secrets.flatMap(\.chunks)
    }

    /// In how many pieces it is looked for.
    public var wordCount: Int { chunks.count }

    /// How often pieces of the secret occur in `bytes`.
    public func occurrences(in bytes: UnsafeRawBufferPointer) -> Int {
        memory_search_in(bytes.baseAddress, bytes.count, chunks, chunks.count)
    }

    /// How often pieces of the secret occur in the writable memory of this process: heap, stacks
    /// and data, freed parts included.
    public func occurrencesInMemory() -> Int {
        memory_search_everywhere(chunks, chunks.count)
    }
}
