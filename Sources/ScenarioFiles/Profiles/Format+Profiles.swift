import KnowledgeLedger

/// The format of profiles: what public documents say of who comes to know what in a service.
extension Format {
    /// The file as a whole.
    static let serviceProfile = Shape.object([
        Key("profile", .text(limit: 200), .required, "What is described."),
        Key("read", .text(limit: 40), .required, "When the documents were read."),
        Key("about", .text(limit: 2000), "\"\"", "What it covers, and what not."),
        Key(
            "documents", .named(.object(profileDocument), limit: 64), .required,
            "The documents that it rests on, by name."),
        Key(
            "absent", .object(profileAbsent), "{}",
            "Observers and items that the service does not have."),
        Key(
            "observers", .object(profileObservers), .required,
            "Every other observer, each with its cells."),
    ])

    private static let profileDocument = [
        Key("title", .text(limit: 300), .required, "Its title."),
        Key("date", .text(limit: 60), .required, "When it was published or last changed."),
        Key("address", .text(limit: 500), .required, "Where it is."),
    ]

    private static let profileAbsent = [
        Key(
            "observers",
            .object(
                ProfileObserver.allCases.map {
                    Key($0.name, .object(profileAbsence), .derived("there"), "")
                }), "{}", "Observers."),
        Key(
            "items",
            .object(
                ProfileItem.allCases.map {
                    Key($0.name, .object(profileAbsence), .derived("there"), "")
                }), "{}", "Items."),
    ]

    private static let profileAbsence = [
        Key("why", .text(limit: 400), .required, "Why there is none."),
        Key("source", .text(limit: 64), .required, "The document that says so."),
        Key("section", .text(limit: 300), .required, "Where in it."),
    ]

    private static let profileObservers = ProfileObserver.allCases.map {
        Key($0.name, .object(profileCells), .derived("absent"), "")
    }

    private static let profileCells =
        ProfileItem.allCases.map {
            Key($0.name, .object(profileCell), .derived("`otherwise`"), "")
        } + [
            Key(
                otherwise, .object(profileCell), .derived("every item is there"),
                "All other items; `never` or `unknown`.")
        ]

    /// The key for all items that have no cell of their own.
    static let otherwise = "otherwise"

    private static let profileCell = [
        Key(
            "known",
            .choice([
                Choice(name: "always", text: "the observer comes to know it"),
                Choice(name: "conditional", text: "the observer comes to know it, `when` so"),
                Choice(name: "never", text: "the observer does not come to know it"),
                Choice(name: "unknown", text: "it cannot be known from outside"),
            ]), .required, "Whether the observer comes to know it."),
        Key("when", .text(limit: 400), .derived("always"), "Under which condition."),
        Key(
            "stays", .text(limit: 40), .derived("not known"),
            "How long: `while serving`, `for good`, `unknown`, or a time such as `24 h`."),
        Key("source", .text(limit: 64), .derived("unknown"), "The document that says so."),
        Key("section", .text(limit: 300), .derived("unknown"), "Where in it."),
        Key("why", .text(limit: 400), .derived("known"), "Why it cannot be known."),
    ]
}
