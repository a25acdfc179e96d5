import ArgumentParser

/// Every exit code of `voicesim`, in one place.
enum ExitStatus: Int32, CaseIterable {
    /// All went well and every threshold held.
    case ok = 0
    /// `check` found a regression, or `audit --against` that somebody learns more.
    case regression = 2
    /// `check` could not decide within its budget.
    case inconclusive = 3
    /// `check` found nothing but improvements.
    case improvement = 4
    /// The command line was wrong (EX_USAGE).
    case usage = 64
    /// A scenario or another input was wrong (EX_DATAERR).
    case invalidInput = 65
    /// An invariant was broken: a bug of VoiceSim (EX_SOFTWARE).
    case internalError = 70
    /// The results could not be written (EX_CANTCREAT).
    case cannotWrite = 73
    /// The run was interrupted; what was finished is kept (EX_TEMPFAIL).
    case interrupted = 75
    /// Two runs of one scenario differed.
    case determinismBroken = 98
    /// A threshold of the scenario failed.
    case thresholdFailed = 99

    /// What to throw from a command to leave with this code.
    var exit: ExitCode { ExitCode(rawValue) }
}
