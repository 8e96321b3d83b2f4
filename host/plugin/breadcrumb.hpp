#pragma once

#include "plugin/binary.hpp"
#include "plugin/fatal_end.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace banger::plugin {

struct CallSite;
struct CallSlot;
struct CallBoard;

/// A call into a plugin that a daemon did not live to see the end of.
struct CutCall {
    std::string plugin, hook, vm, operation;
    std::string file;       ///< FileIdentity::text() of the plugin's file
    std::string how;        ///< "SIGSEGV" or "exit()" in this very call; empty: not by it
    std::int64_t at_ms = 0; ///< when the daemon ended; of one that was not by it: when it began
    /// The daemon ended without a word before it had come up, and this plugin alone was asked for
    /// what belongs to that: it is no proof, but counts (quarantine.hpp).
    bool suspect = false;
    [[nodiscard]] std::string text() const; ///< "before_start of VM web"
};

/// Which calls into plugins are under way, in a file that outlives the process: the next daemon
/// reads there in whose code the last one died. Any thread.
class Breadcrumb {
  public:
    /// Gives `account` what the last daemon left, if it did not end in peace, and then begins anew;
    /// not when that throws: it is left for the next daemon. Where the file cannot be written
    /// nothing is kept (trouble()). One at a time in a process.
    Breadcrumb(const std::filesystem::path& file,
               const std::function<void(const std::vector<CutCall>&)>& account);
    /// In peace: the next daemon finds nothing.
    ~Breadcrumb();
    Breadcrumb(const Breadcrumb&) = delete;
    Breadcrumb& operator=(const Breadcrumb&) = delete;

    /// Why calls are not kept; empty when they are.
    [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
    /// What was left.
    [[nodiscard]] const std::vector<CutCall>& left() const noexcept { return left_; }
    /// The signal that ended the last daemon, if one did and it was raised outside of plugins.
    [[nodiscard]] const std::string& elsewhere() const noexcept { return elsewhere_; }

    /// The daemon has come up, or is to end: from now on an end without a word is nobody's.
    void end_of_start() noexcept;
    /// Which file a plugin is opened from.
    void note_file(const std::string& plugin, const FileIdentity& identity);
    /// Which code is its: a fatal end on a thread that is in no call is the plugin's whose code
    /// called for it. `inside` is anything in its file.
    void note_code(const std::string& plugin, const void* inside);

  private:
    friend class CallMark;
    [[nodiscard]] CallSlot* enter(const std::string& plugin, const CallSite& site) noexcept;
    void read();
    void suspect();
    void begin();

    std::filesystem::path file_;
    std::vector<CutCall> left_;
    std::string elsewhere_;
    std::string trouble_;
    CallBoard* board_ = nullptr; ///< never unmapped: a late call may still leave
    std::mutex lock_;            ///< of the names of files
    std::optional<FatalEnd> end_;
};

/// One call, as long as it lives. Costs tens of nanoseconds.
class CallMark {
  public:
    /// Without a Breadcrumb nothing is noted.
    CallMark(Breadcrumb* calls, const std::string& plugin, const CallSite& site) noexcept;
    ~CallMark();
    CallMark(const CallMark&) = delete;
    CallMark& operator=(const CallMark&) = delete;

  private:
    CallSlot* slot_;
};

} // namespace banger::plugin
