import Foundation

/// Why results could not be written: the system's error number and where.
public struct UnwritableResults: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried.
    public enum Step: String, Hashable, Sendable {
        /// Creating the directory.
        case createDirectory = "create the directory"
        /// Creating a file next to its final place.
        case create
        /// Writing its bytes.
        case write
        /// Waiting until they are on the disk.
        case synchronize
        /// Moving it to its final place.
        case rename = "move into place"
    }

    /// What was tried.
    public var step: Step
    /// On which path.
    public var path: String
    /// The system's error number.
    public var errorNumber: Int32

    /// One line for a person.
    public var description: String {
        "cannot \(step.rawValue) \(path): \(String(cString: strerror(errorNumber)))"
    }
}

/// A directory of result files. Files appear whole or not at all: all are written aside and
/// brought to the disk before the first is moved into place, so a full disk or an interruption
/// while writing leaves what was there before.
public struct ResultDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// A file to be written.
    public struct File: Hashable, Sendable {
        /// Its name within the directory.
        public var name: String
        /// Its bytes.
        public var bytes: [UInt8]

        /// The file `name` holding `text` in UTF-8.
        public init(name: String, text: String) {
            self.name = name
            bytes = Array(text.utf8)
        }

        /// The file `name` holding `json`.
        public init(name: String, json: JSONValue) {
            self.init(name: name, text: json.text())
        }
    }

    /// The directory at `path`, created with those above it where missing.
    public init(path: String) throws(UnwritableResults) {
        self.path = path
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += (partial.isEmpty || partial == "/" ? "" : "/") + component
            guard mkdir(partial, 0o777) != 0, errno != EEXIST, errno != EISDIR else { continue }
            throw UnwritableResults(step: .createDirectory, path: partial, errorNumber: errno)
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw UnwritableResults(step: .createDirectory, path: path, errorNumber: ENOTDIR)
        }
    }

    /// Writes `files`, all or none of them, replacing those of the same names.
    public func write(_ files: [File]) throws(UnwritableResults) {
        var staged: [String] = []
        do throws(UnwritableResults) {
            for file in files {
                // The process number keeps two runs into one directory from mixing their bytes.
                let aside = "\(path)/.\(file.name).\(getpid()).partial"
                staged.append(aside)
                try stage(file.bytes, at: aside)
            }
            for (file, aside) in zip(files, staged) {
                let place = "\(path)/\(file.name)"
                guard rename(aside, place) == 0 else {
                    throw UnwritableResults(step: .rename, path: place, errorNumber: errno)
                }
            }
        } catch {
            for aside in staged { unlink(aside) }
            throw error
        }
        try synchronizeDirectory()
    }

    private func stage(_ bytes: [UInt8], at aside: String) throws(UnwritableResults) {
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw UnwritableResults(step: .create, path: aside, errorNumber: errno)
        }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let n = bytes.withUnsafeBytes { buffer in
                Foundation.write(
                    descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else {
                throw UnwritableResults(step: .write, path: aside, errorNumber: errno)
            }
            written += n
        }
        guard fsync(descriptor) == 0 else {
            throw UnwritableResults(step: .synchronize, path: aside, errorNumber: errno)
        }
    }

    /// The new names are on the disk only when the directory is.
    private func synchronizeDirectory() throws(UnwritableResults) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw UnwritableResults(step: .synchronize, path: path, errorNumber: errno)
        }
        defer { close(descriptor) }
        // Some file systems cannot synchronise a directory and say so; there is nothing to add.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw UnwritableResults(step: .synchronize, path: path, errorNumber: errno)
        }
    }
}

/// The files of one run.
public struct RunResults: Sendable {
    /// What the run depends on: `run.json`.
    public var run: RunDocument
    /// Its figures: `summary.json`.
    public var summary: SummaryDocument
    /// Its time series: the text of `series.csv`.
    public var series: String
    /// The machine's part: `host.json`.
    public var host: HostFacts

    /// The given contents.
    public init(run: RunDocument, summary: SummaryDocument, series: String, host: HostFacts) {
        self.run = run
        self.summary = summary
        self.series = series
        self.host = host
    }

    /// Writes the four files into the directory at `path`, creating it where missing.
    public func write(to path: String) throws(UnwritableResults) {
        try ResultDirectory(path: path).write([
            .init(name: "run.json", json: run.json),
            .init(name: "summary.json", json: summary.json),
            .init(name: "series.csv", text: series),
            .init(name: "host.json", json: host.json),
        ])
    }
}
