/// How a histogram of high dynamic range divides the whole numbers: 2048 cells of one resolution,
/// then for each doubling 1024 cells, twice as wide as those before, which tells numbers apart that
/// differ by a thousandth. Source: G. Tene, HdrHistogram, with three significant digits.
struct HistogramCells: Hashable, Sendable, BitwiseCopyable {
    /// Binary digits that a cell keeps behind the leading one.
    private static var digits: Int { 10 }
    /// log₂ of the resolution.
    private let shift: UInt8

    /// Cells of at least `resolution`.
    ///
    /// - Precondition: `resolution` is a power of 2.
    @inline(__always)
    init(resolution: UInt64) {
        precondition(resolution > 0 && resolution & (resolution - 1) == 0, "a power of two")
        shift = UInt8(resolution.trailingZeroBitCount)
    }

    var resolution: UInt64 { 1 << UInt64(shift) }

    /// The number of the cell that `value` falls in.
    @inline(__always)
    func cell(of value: UInt64) -> Int {
        let units = value >> UInt64(shift)
        let dropped = max(0, 63 - Self.digits - (units | 1).leadingZeroBitCount)
        return dropped << Self.digits + Int(units >> UInt64(dropped))
    }

    /// The middle of a cell, rounded up.
    func middle(of cell: Int) -> UInt64 {
        let dropped = max(0, cell >> Self.digits - 1)
        let lowest = UInt64(cell - dropped << Self.digits) << UInt64(dropped + Int(shift))
        return lowest + (1 << UInt64(dropped + Int(shift))) >> 1
    }

    /// How many cells there are as far as the end of the doubling that `cell` belongs to.
    static func count(including cell: Int) -> Int {
        max(2, cell >> digits + 1) << digits
    }
}
