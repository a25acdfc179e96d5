import Foundation
import MemorySearch

@testable import PrivacyDatabase

extension StorageForm {
    /// As chosen, but for waiting for the disk.
    static var unhurried: StorageForm {
        var form = chosen
        form.isDurable = false
        return form
    }
}

/// A folder for one test's database, gone with it.
final class Scratch {
    let folder: URL

    init() {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "voicesim-stores-\(UUID().uuidString)")
        try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String = "stores.db") -> String { folder.appending(path: name).path }

    /// How often `secret` is found in what files there are: the database, its journal, its log.
    func occurrences(of secret: MaskedSecret) -> Int {
        names.reduce(0) { sum, name in
            let bytes = try! Data(contentsOf: folder.appending(path: name))
            return sum + bytes.withUnsafeBytes { secret.occurrences(in: $0) }
        }
    }

    var names: [String] {
        try! FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    func remove(_ name: String) {
        for file in names where file.hasPrefix(name) {
            try! FileManager.default.removeItem(at: folder.appending(path: file))
        }
    }

    func write(_ bytes: [UInt8]) { try! Data(bytes).write(to: URL(filePath: path())) }

    /// Copies all files of `stores.db` as they are, as those of `name`.
    func copyImage(to name: String) {
        for file in names where file.hasPrefix("stores.db") {
            let copy = name + file.dropFirst("stores.db".count)
            try! FileManager.default.copyItem(
                at: folder.appending(path: file), to: folder.appending(path: copy))
        }
    }
}
