import Glibc

/// A run of memory that belongs to a value: all of it, whether in use or not.
private protocol Storage {
    /// Whether the elements may hold memory of their own.
    var leadsOn: Bool { get }
    func withAllBytes(_ body: (UnsafeRawBufferPointer) -> Void)
}

extension Array: Storage {
    fileprivate var leadsOn: Bool { !_isPOD(Element.self) }

    fileprivate func withAllBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes {
            body(
                UnsafeRawBufferPointer(
                    start: $0.baseAddress, count: capacity * MemoryLayout<Element>.stride))
        }
    }
}

/// Looks at what a machine made of values and arrays holds: places given back, tables and the idle
/// ends of arrays included.
public enum StateMemory {
    /// How often the bytes of `value` occur in `state` and in every array that it holds.
    public static func occurrences<Value: FixedWidthInteger>(
        of value: Value, in state: some Any
    ) -> Int {
        var found = 0
        func look(_ bytes: UnsafeRawBufferPointer) {
            withUnsafeBytes(of: value) { sign in
                var rest = bytes[...]
                while rest.count >= sign.count,
                    let first = memchr(
                        bytes.baseAddress! + rest.startIndex, Int32(sign[0]),
                        rest.count - sign.count + 1)
                {
                    if memcmp(first, sign.baseAddress!, sign.count) == 0 { found += 1 }
                    rest = bytes[(UnsafeRawPointer(first) - bytes.baseAddress! + 1)...]
                }
            }
        }
        func walk(_ part: Any) {
            if let storage = part as? any Storage {
                storage.withAllBytes(look)
                guard storage.leadsOn else { return }
            }
            for child in Mirror(reflecting: part).children { walk(child.value) }
        }
        withUnsafeBytes(of: state) { look($0) }
        walk(state)
        return found
    }

    /// How often the bytes of any of `values` occur.
    public static func occurrences<Value: FixedWidthInteger>(
        of values: [Value], in state: some Any
    ) -> Int {
        values.reduce(0) { $0 + occurrences(of: $1, in: state) }
    }
}
