public import Measurement
import Quantities
import Statistics

/// Writes `series.csv`: one row for each replication and step, times in simulated seconds.
public enum SeriesFile {
    /// The text of the file for `records`, in their order; RFC 4180 with line feeds.
    ///
    /// Columns: `replication`, `time` and one for each of ``RunRecorder/seriesMetrics``, in the
    /// unit the metric is reported in.
    public static func text(_ records: [ReplicationRecord]) -> String {
        var out = header
        for record in records { append(record, to: &out) }
        return out
    }

    /// The first line.
    public static var header: String {
        "replication,time" + RunRecorder.seriesMetrics.map { "," + $0.description.name }.joined()
            + "\n"
    }

    /// Adds the rows of `record` to the text of a file.
    public static func append(_ record: ReplicationRecord, to out: inout String) {
        let metrics = RunRecorder.seriesMetrics.map(\.description)
        let series = record.series
        for row in 0..<series.rowCount {
            out += "\(record.replication),\(JSONValue.text(of: series.time(ofRow: row).seconds))"
            for (column, metric) in metrics.enumerated() {
                let value = Double(series.value(row: row, column: column))
                out += "," + JSONValue.text(of: value / metric.unitsPerReported)
            }
            out += "\n"
        }
    }
}
