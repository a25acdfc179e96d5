import CScrubbedFiles
import Testing

/// Pages made by hand (sqlite.org/fileformat2.html §1.6), every byte of which that is not set is 0xEE.
@Suite struct PageTests {
    /// A page with `cells` from `content` on, whose free blocks are given by their starts and lengths.
    private struct Page {
        var bytes: [UInt8]
        let isFirst: Bool

        init(
            size: Int = 512, type: UInt8 = 13, cells: Int, content: Int,
            blocks: [(start: Int, length: Int)] = [], isFirst: Bool = false
        ) {
            bytes = [UInt8](repeating: 0xEE, count: size)
            self.isFirst = isFirst
            let head = isFirst ? 100 : 0
            if isFirst { for place in 52..<56 { bytes[place] = 0 } }
            bytes[head] = type
            set(head + 1, blocks.first?.start ?? 0)
            set(head + 3, cells)
            set(head + 5, content)
            for (number, block) in blocks.enumerated() {
                set(block.start, number + 1 < blocks.count ? blocks[number + 1].start : 0)
                set(block.start + 2, block.length)
            }
        }

        mutating func set(_ place: Int, _ number: Int) {
            guard place + 1 < bytes.count else { return }
            bytes[place] = UInt8(number >> 8 & 0xFF)
            bytes[place + 1] = UInt8(number & 0xFF)
        }

        /// Whether the page was understood.
        mutating func scrub() -> Bool {
            let (count, isFirst) = (bytes.count, isFirst)
            return bytes.withUnsafeMutableBytes {
                scrubbed_page(
                    $0.baseAddress!.assumingMemoryBound(to: UInt8.self), count, isFirst ? 1 : 0)
            } != 0
        }

        /// Where it differs from what it was: all zero now.
        func zeroed(since before: Page) -> [Range<Int>] {
            var ranges: [Range<Int>] = []
            for place in bytes.indices where bytes[place] != before.bytes[place] {
                #expect(bytes[place] == 0)
                if ranges.last?.upperBound == place {
                    ranges[ranges.count - 1] = ranges.last!.lowerBound..<place + 1
                } else {
                    ranges.append(place..<place + 1)
                }
            }
            return ranges
        }
    }

    /// What is overwritten; nil where the page is refused, and then nothing may be.
    private static func zeroed(_ page: Page) -> [Range<Int>]? {
        var other = page
        let isUnderstood = other.scrub()
        let ranges = other.zeroed(since: page)
        if !isUnderstood { #expect(ranges.isEmpty) }
        return isUnderstood ? ranges : nil
    }

    @Test(arguments: [(2, 12), (5, 12), (10, 8), (13, 8)] as [(UInt8, Int)])
    func `the gap is overwritten, between the pointers and the cells`(type: UInt8, header: Int) {
        let page = Page(type: type, cells: 7, content: 400)
        #expect(Self.zeroed(page) == [header + 14..<400])
    }

    @Test func `of free blocks all but their headers`() {
        let page = Page(cells: 1, content: 200, blocks: [(210, 40), (260, 4), (300, 212)])
        #expect(Self.zeroed(page) == [10..<200, 214..<250, 304..<512])
    }

    @Test func `the first page begins with the header of the file`() {
        let page = Page(cells: 2, content: 300, blocks: [(310, 20)], isFirst: true)
        #expect(Self.zeroed(page) == [112..<300, 314..<330])
    }

    @Test func `a page without cells, and one without a gap`() {
        #expect(Self.zeroed(Page(cells: 0, content: 512)) == [8..<512])
        #expect(Self.zeroed(Page(cells: 4, content: 16)) == [])
        // 65,536 does not fit into two bytes.
        #expect(Self.zeroed(Page(size: 65536, cells: 3, content: 0)) == [14..<65536])
    }

    @Test(arguments: [0, 1, 3, 4, 6, 9, 11, 12, 14, 255] as [UInt8])
    func `what is no page of rows or keys stays as it is`(type: UInt8) {
        #expect(Self.zeroed(Page(type: type, cells: 7, content: 400)) == [])
        #expect(Self.zeroed(Page(type: type, cells: 7, content: 400, isFirst: true)) == nil)
    }

    @Test func `a page that does not hold together is refused, and stays as it is`() {
        // Cells begin before the pointers end, or after the page.
        #expect(Self.zeroed(Page(cells: 200, content: 400)) == nil)
        #expect(Self.zeroed(Page(cells: 1, content: 513)) == nil)
        #expect(Self.zeroed(Page(cells: 1, content: 0)) == nil)
        // Free blocks in the gap, too long, too short, out of order, one over another, beyond the page.
        for blocks in [
            [(100, 20)], [(400, 200)], [(400, 3)], [(400, 20), (300, 20)], [(400, 20), (410, 20)],
            [(510, 4)], [(1000, 4)],
        ] as [[(start: Int, length: Int)]] {
            #expect(Self.zeroed(Page(cells: 1, content: 200, blocks: blocks)) == nil, "\(blocks)")
        }
        var page = Page(cells: 1, content: 200, blocks: [(400, 20)])
        page.set(400, 400)
        #expect(Self.zeroed(page) == nil)
    }

    @Test func `where there may be maps of pointers the first page is refused`() {
        var page = Page(cells: 1, content: 200, isFirst: true)
        page.bytes[55] = 1
        #expect(Self.zeroed(page) == nil)
    }
}
