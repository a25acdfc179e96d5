extension Rival {
    static let evpName = "C over EVP"
    static let libraryName = "C over libsrtp2"
    static let debianName = "C over Debian's libsrtp2"
    static let opensslName = "C over OpenSSL"
    static let gstreamerName = "GStreamer"
    static let aiortcName = "aiortc's parts"

    /// The rivals of the media core that `make bench` puts into `directory`.
    static func media(in directory: String) -> [Rival] {
        func compiled(_ name: String, _ program: String) -> Rival {
            Rival(
                name: name, command: [directory + "/" + program], mostOperations: .max,
                mostCustomers: .max)
        }
        return [
            compiled(evpName, "media_evp"), compiled(libraryName, "media_srtp"),
            compiled(debianName, "media_nss"), compiled(opensslName, "media_handshake"),
            compiled(gstreamerName, "media_gstreamer"),
            Rival(
                name: aiortcName,
                command: [directory + "/venv/bin/python", directory + "/aiortc_rival.py"],
                package: "aiortc", mostOperations: .max, mostCustomers: .max),
        ]
    }

    /// How many of the `operations` of `workload` it does in a round. Debian's libsrtp2 takes ever
    /// longer the more sessions there are, tens of microseconds a packet with thousands.
    func operations(of workload: MediaWorkload, _ operations: Int) -> Int {
        guard name == Self.debianName else { return operations }
        return switch workload {
        case .protect(_, let sessions) where sessions > 500: min(operations, 2 * sessions)
        case .unprotect(_, let sessions) where sessions > 500: min(operations, 2 * sessions)
        case .packets(_, let peers, _): min(operations, 2 * peers)
        case .protect, .unprotect: min(operations, 50_000)
        default: operations
        }
    }
}
