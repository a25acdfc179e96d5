/// HTML that is written so that no text can become markup.
struct Markup {
    /// What has been written.
    private(set) var text = ""

    /// Writes an element on lines of its own, with what `body` writes inside.
    mutating func element(
        _ name: StaticString, class kind: String? = nil, _ body: (inout Markup) -> Void
    ) {
        open(name, kind)
        text += "\n"
        body(&self)
        text += "</\(name)>\n"
    }

    /// Writes an element with `content` as its text.
    mutating func element(_ name: StaticString, class kind: String? = nil, _ content: String) {
        open(name, kind)
        text += Self.escaped(content) + "</\(name)>\n"
    }

    /// Writes what is markup already; for constants only.
    mutating func raw(_ markup: StaticString) { text += "\(markup)" }

    private mutating func open(_ name: StaticString, _ kind: String?) {
        text += "<\(name)"
        if let kind { text += " class=\"\(Self.escaped(kind))\"" }
        text += ">"
    }

    /// The text with everything that HTML would read as markup in its place, in elements and in quoted attributes (HTML Living
    /// Standard §13.3).
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
