import Foundation

/// Reads whole regular files of limited size.
enum FileBytes {
    /// Why a file was not read.
    enum Failure: Error, Hashable {
        case unreadable(ReadFailure)
        case tooLarge(bytes: Int64)
    }

    /// The bytes of the file at `path`; its size is looked at before any is read.
    static func read(_ path: String, limit: Int64) throws(Failure) -> [UInt8] {
        // O_NONBLOCK: a pipe without a writer is refused instead of waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(reason(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(reason(errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .unreadable(.directory)
        default: throw .unreadable(.notAFile)
        }
        let size = Int64(status.st_size)
        guard size <= limit else { throw .tooLarge(bytes: size) }
        return try bytes(of: descriptor, limit: Int(limit))
    }

    private static func bytes(of descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(reason(errno)) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw .tooLarge(bytes: Int64(bytes.count)) }
        }
    }

    private static func reason(_ code: Int32) -> ReadFailure {
        switch code {
        case ENOENT, ENOTDIR: .missing
        case EISDIR: .directory
        case EACCES, EPERM: .notPermitted
        case ENXIO: .notAFile
        default: .system(code: code)
        }
    }
}
