import Digests
import KnowledgeLedger
public import Results
public import Signaling

extension ProcessorList {
    /// The list as a page of Markdown, a table with a line for each processor and item, and those who come to know
    /// nothing below it.
    public var page: String {
        let rows = entries.map {
            "| \(Self.words($0.processor.name)) | \(Self.words($0.item.name)) | \($0.purpose) "
                + "| \($0.keeping.text) |"
        }
        let idle = Observer.allCases.filter { observer in
            observer.isProcessor && !entries.contains { $0.processor == observer }
        }.map { Self.words($0.name) }
        let end =
            idle.isEmpty
            ? [] : ["", "Nothing of anybody: " + idle.joined(separator: ", ") + "."]
        return
            ([
                "# Who processes what", "",
                "All that anybody who serves the platform comes to know of people. Audits hold it against what flows.",
                "", "| who | what | why | how long |", "|---|---|---|---|",
            ] + rows + end).joined(separator: "\n") + "\n"
    }

    /// Which list it is, as sessions and the signalling service name it: the SHA-256 digest of its ``page``.
    public var version: ListVersion {
        ListVersion(digest: SHA256Digest.of(Array(page.utf8)))
    }

    /// The list as a file: `voicesim.processors/1`.
    public var json: JSONValue {
        .object([
            .init("schema", .string("voicesim.processors/1")),
            .init("version", .string(version.digest.map(\.hexadecimal).joined())),
            .init(
                "entries",
                .array(
                    entries.map {
                        .object([
                            .init("processor", .string($0.processor.name)),
                            .init("item", .string($0.item.name)),
                            .init("purpose", .string($0.purpose)),
                            .init("keeping", .string($0.keeping.text)),
                        ])
                    })),
        ])
    }

    private static func words(_ name: String) -> String { name.replacing("_", with: " ") }
}

extension Audit {
    /// What processors came to know and the published list does not say, or not for as long.
    public var unlisted: [ProcessorList.UnlistedFlow] {
        ProcessorList.published.unlisted(in: knowledge)
    }

    /// Lines for a terminal.
    var processorLines: [String] {
        let unlisted = unlisted
        guard !unlisted.isEmpty else {
            return ["", "all that processors came to know is on the published list"]
        }
        return ["", "NOT on the published list of processors"]
            + unlisted.map { flow in
                let stay = flow.residence.map {
                    $0 == .max ? ", which stays for good" : ", which stays for " + Self.text($0)
                }
                return "  \(Self.words(flow.processor.name)): \(Self.words(flow.item.name)) of "
                    + "\(flow.subjects) people\(stay ?? "")"
            }
    }

    /// The array `unlisted`.
    var unlistedJSON: JSONValue {
        .array(
            unlisted.map { flow in
                .object([
                    .init("observer", .string(flow.processor.name)),
                    .init("item", .string(flow.item.name)),
                    .init("subjects", .integer(Int64(flow.subjects))),
                    .init("residence", JSONValue(flow.residence?.seconds)),
                ])
            })
    }
}
