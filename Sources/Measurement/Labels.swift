/// The names that labels stand for, one list for each dimension, in the scenario's order.
public struct LabelSpaces: Hashable, Sendable {
    /// The most names in one dimension: every one costs a histogram in several metrics.
    public static let greatestSize = 1024

    private var names: [[String]]

    /// The given names; a dimension without names is never grouped by. Cells are grouped by if
    /// `crossed`, named by what they are made of.
    ///
    /// - Precondition: no dimension has more than ``greatestSize`` names, nor are there more cells.
    public init(
        language: [String] = [], interest: [String] = [], persona: [String] = [],
        access: [String] = [], nat: [String] = [], tier: [String] = [], crossed: Bool = false
    ) {
        names = [language, interest, persona, access, nat, tier, []]
        if crossed {
            names[LabelDimension.cell.rawValue] = LabelDimension.crossed.reduce([""]) {
                cells, next in
                cells.flatMap { cell in
                    self[next].map { cell.isEmpty ? $0 : cell + "/" + $0 }
                }
            }
        }
        precondition(names.allSatisfy { $0.count <= Self.greatestSize }, "too many labels")
    }

    /// The names in `dimension`, by label number.
    public subscript(dimension: LabelDimension) -> [String] { names[dimension.rawValue] }

    /// The number of the cell that `labels` name; nil if one of its labels is missing or cells are
    /// not grouped by.
    public func cell(of labels: Labels) -> Int? {
        guard !self[.cell].isEmpty else { return nil }
        var cell = 0
        for dimension in LabelDimension.crossed {
            let label = labels[dimension.rawValue]
            guard label != Labels.unlabelled else { return nil }
            cell = cell * self[dimension].count + Int(label)
        }
        return cell
    }

    /// The number of the group of `dimension` that `labels` name; nil if the label is missing or
    /// the dimension is not grouped by.
    func group(of labels: Labels, in dimension: LabelDimension) -> Int? {
        if dimension == .cell { return cell(of: labels) }
        let label = labels[dimension.rawValue]
        guard !self[dimension].isEmpty, label != Labels.unlabelled else { return nil }
        return Int(label)
    }

    /// What the group `label` of `dimension` is made of: each of its labels with its dimension.
    func parts(of label: Int, in dimension: LabelDimension) -> [GroupFigures.Label] {
        guard dimension == .cell else {
            return [.init(dimension: dimension.name, name: self[dimension][label])]
        }
        var rest = label
        var parts: [GroupFigures.Label] = []
        for dimension in LabelDimension.crossed.reversed() {
            let names = self[dimension]
            parts.append(.init(dimension: dimension.name, name: names[rest % names.count]))
            rest /= names.count
        }
        return parts.reversed()
    }
}

/// To which groups an observation belongs: a label number in each dimension, or none.
public struct Labels: Hashable, Sendable, BitwiseCopyable {
    /// Stands for no label.
    public static var unlabelled: UInt16 { .max }

    /// The language's number.
    public var language: UInt16
    /// The interest's number.
    public var interest: UInt16
    /// The persona's number.
    public var persona: UInt16
    /// The access network's number.
    public var access: UInt16
    /// The NAT class's number.
    public var nat: UInt16
    /// The risk tier's number.
    public var tier: UInt16

    /// The given label numbers; what is left out has no label.
    @inlinable
    public init(
        language: UInt16 = .max, interest: UInt16 = .max, persona: UInt16 = .max,
        access: UInt16 = .max, nat: UInt16 = .max, tier: UInt16 = .max
    ) {
        self.language = language
        self.interest = interest
        self.persona = persona
        self.access = access
        self.nat = nat
        self.tier = tier
    }

    /// No label in any dimension.
    @inlinable public static var none: Labels { Labels() }

    subscript(dimension: Int) -> UInt16 {
        switch dimension {
        case 0: language
        case 1: interest
        case 2: persona
        case 3: access
        case 4: nat
        default: tier
        }
    }
}
