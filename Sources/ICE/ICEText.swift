import Addressing
import TextFields

/// Characters and addresses as RFC 8839 §5 writes them.
enum ICEText {
    /// `ALPHA / DIGIT / "+" / "/"` (RFC 8839 §5.1).
    static func isICEChar(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 43, 47: true
        default: false
        }
    }

    static func append(_ address: IPAddress, to text: inout [UInt8]) {
        guard let bits = address.v4Bits else {
            text.append(contentsOf: address.description.utf8)
            return
        }
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            DecimalDigits.append(bits >> shift & 0xFF, to: &text)
            if shift > 0 { text.append(UInt8(ascii: ".")) }
        }
    }
}
