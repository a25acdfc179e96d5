/// Why bytes are not a document of a certain format.
public enum UnreadableDocument: Error, Hashable, Sendable {
    /// They are not JSON.
    case malformed(MalformedJSON)
    /// They are JSON of another format, or of none.
    case otherSchema(found: String?)
    /// A key is missing or holds something else than the format says; the path leads to it.
    case unexpected(path: String, expected: String? = nil)
}

extension JSONReader {
    /// The value that `bytes` write, which names `schema` as its format.
    public static func read(
        _ bytes: [UInt8], schema: String
    ) throws(UnreadableDocument) -> JSONValue {
        let json: JSONValue
        do throws(MalformedJSON) {
            json = try read(bytes)
        } catch {
            throw .malformed(error)
        }
        let found = json["schema"]?.string
        guard found == schema else { throw .otherSchema(found: found) }
        return json
    }
}
