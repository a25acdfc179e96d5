import ArgumentParser

/// The command line of VoiceSim.
@main
struct Voicesim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "voicesim",
        abstract: "Simulates and load-tests an anonymous voice platform, replayably.",
        discussion: """
            Runs the platform's real matchmaker, risk scorer, signalling, ICE/STUN/TURN
            and DTLS-SRTP/Opus media core against synthetic peers in virtual time.

            Example: voicesim run scenarios/evening-peak.yaml

            Exit codes: 0 ok · 2 regression (check), somebody learns more
            (audit --against) · 3 inconclusive, 4 improvement only (check) ·
            64 usage · 65 invalid scenario or input · 70 internal error ·
            73 cannot write results · 75 interrupted · 98 determinism broken ·
            99 a threshold failed.
            """,
        version: ToolVersion.text,
        subcommands: [
            RunCommand.self, ValidateCommand.self, SchemaCommand.self, VerifyCommand.self,
            MetricsCommand.self, CalcCommand.self, ConnectivityCommand.self, BenchCommand.self,
            HearCommand.self, RelayCommand.self, LoadCommand.self, CompareCommand.self,
            ExplainCommand.self, CheckCommand.self, BaselineCommand.self, AuditCommand.self,
            ProcessorsCommand.self, ProfilesCommand.self,
        ])
}

/// The version of the tool, as `run.json` and `--version` give it.
enum ToolVersion {
    static let text = "0.1.0"
}
