import Glibc

/// The CPU time of the calling thread.
public enum ThreadClock {
    /// Nanoseconds of CPU time that the thread has used.
    public static var nanoseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
