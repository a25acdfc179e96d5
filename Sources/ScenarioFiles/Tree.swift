/// A scenario as it is written: texts, lists and maps with their places.
struct Tree: Hashable {
    var content: Content
    var location: Location

    enum Content: Hashable {
        /// A text; quoted ones are never read as anything else.
        case scalar(String, quoted: Bool)
        case list([Tree])
        case map([Entry])
    }

    struct Entry: Hashable {
        var key: String
        var keyLocation: Location
        var value: Tree
    }

    init(_ content: Content, at location: Location) {
        self.content = content
        self.location = location
    }

    /// The entry called `key` of a map.
    func entry(_ key: String) -> Entry? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }

    /// The text of a scalar.
    var text: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// Whether any part of it was given on the command line, and how.
    var override: Location? {
        if location.isOverride { return location }
        return switch content {
        case .scalar: nil
        case .list(let elements): elements.lazy.compactMap(\.override).first
        case .map(let entries): entries.lazy.compactMap(\.value.override).first
        }
    }

    /// What stands here, for an error message.
    var kindText: String {
        switch content {
        case .scalar("", quoted: false): "nothing"
        case .scalar(let text, _): "'\(text)'"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
