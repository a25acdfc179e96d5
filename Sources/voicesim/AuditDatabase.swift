import Foundation
import SimulationRunner

/// The file of an audit's database.
enum AuditDatabase {
    /// Makes an empty file at `path`, that nobody else can read; leaves with code 73 where there is one or none can be.
    static func create(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else {
            Terminal.complain(
                errno == EEXIST
                    ? "error: \(path) is there already; --database takes a file that is not, so that "
                        + "nothing is in it but what this run has stored"
                    : "error: \(path) cannot be made: \(String(cString: strerror(errno)))")
            throw ExitStatus.cannotWrite.exit
        }
        close(file)
    }

    /// Takes away what an audit that failed has left, unless it is what has to be looked at.
    static func giveUp(_ path: String, after failure: AuditFailure) {
        switch failure {
        case .databaseDiffers, .databaseCorrupt: return
        default: break
        }
        for ending in ["", "-journal"] { unlink(path + ending) }
    }
}
