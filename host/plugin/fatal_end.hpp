#pragma once

namespace banger::plugin {

/// While it lives, `note` hears of what is about to end this process: of a fatal signal, on the
/// thread that it was raised on, and of exit() and quick_exit(), on the thread that called it.
/// What the signal did before is done then (a sanitizer's report, a core dump). One at a time.
class FatalEnd {
  public:
    /// `signal` 0: exit(). `own`: this process did it to itself. The answer counts for exit() only:
    /// it is somebody's who must not end the process, which then ends at once and as a failure.
    /// Called in signal handlers: it must be fit for that.
    using Note = bool (*)(int signal, bool own) noexcept;

    explicit FatalEnd(Note note);
    ~FatalEnd();
    FatalEnd(const FatalEnd&) = delete;
    FatalEnd& operator=(const FatalEnd&) = delete;

    /// From now on the calling thread takes fatal signals, and has a stack for that: it may have
    /// run out of its own. Cheap after the first time.
    static void watch_thread() noexcept;
};

} // namespace banger::plugin
