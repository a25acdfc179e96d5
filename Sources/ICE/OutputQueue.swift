/// First in, first out; what is taken has no second owner left behind.
struct OutputQueue<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }

    mutating func append(_ element: consuming Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        if head == elements.count - 1 {
            let last = elements.removeLast()
            if head > 0 { elements.removeAll(keepingCapacity: true) }
            head = 0
            return last
        }
        let first = elements[head].take()
        head += 1
        return first
    }
}
