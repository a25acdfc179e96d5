/// Laying out the columns of tables.
enum Column {
    /// `text` at the left of `width` characters, with a space behind it at least.
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    /// `text` at the right of `width` characters.
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
