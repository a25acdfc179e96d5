/// Where a value of a scenario comes from.
public enum Location: Hashable, Sendable {
    /// A place in the file; both count from 1, columns in Unicode scalars.
    case place(line: Int, column: Int)
    /// A value given on the command line; `option` is how, such as `--set general.seed`.
    case override(option: String)
    /// The file as a whole.
    case file
    /// A default of the format.
    case builtIn

    /// Orders issues by their place: the file as a whole, its lines, then the command line.
    var rank: (Int, Int, Int) {
        switch self {
        case .file: (0, 0, 0)
        case .place(let line, let column): (1, line, column)
        case .override: (2, 0, 0)
        case .builtIn: (3, 0, 0)
        }
    }

    var isOverride: Bool {
        if case .override = self { true } else { false }
    }
}
