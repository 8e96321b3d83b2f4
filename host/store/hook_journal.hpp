#pragma once

#include "store/dropped_records.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {

/// How far one forward hook of one plugin for one VM got. `intent` and `done` are open: something
/// may be held on the host for it. The others are final, except that undo_failed is tried again.
enum class JournalState { intent, done, undone, undo_failed, released };

[[nodiscard]] std::string_view to_string(JournalState state) noexcept;

struct JournalRecord {
    std::int64_t seq = 0; ///< grows by one per record; the order in which hooks ran
    std::string vm_id;
    std::string plugin;
    std::string hook; ///< "before_start", as vm::to_string(Hook) writes it
    JournalState state = JournalState::intent;
    std::string cookie; ///< what the plugin stored, at most 64 KiB
    std::string error;  ///< of the last failed undo
    int attempts = 0;   ///< undos tried
    std::int64_t at_ms = 0;
};

/// The undo journal: intent before a hook touches the host, done after it. Each call is durable
/// when it returns. [any thread] It has a database connection of its own.
class HookJournal {
  public:
    static constexpr std::size_t max_cookie = 64U << 10U;

    explicit HookJournal(const std::filesystem::path& database);
    ~HookJournal();
    HookJournal(const HookJournal&) = delete;
    HookJournal& operator=(const HookJournal&) = delete;

    [[nodiscard]] std::int64_t begin(const std::string& vm_id, const std::string& plugin,
                                     std::string_view hook);
    /// The cookie of a record that is still open, at any time: a hook that dies later finds it.
    void keep(std::int64_t seq, std::string_view cookie);
    void done(std::int64_t seq, std::string_view cookie);
    /// To a final state (undone, released) or undo_failed, which counts an attempt.
    void finish(std::int64_t seq, JournalState state, std::string_view error = {});
    /// Open and undo_failed records of a VM, in the order they were begun.
    [[nodiscard]] std::vector<JournalRecord> open_records(const std::string& vm_id) const;
    /// Of every VM.
    [[nodiscard]] std::vector<JournalRecord> open_records() const;
    /// The cookie that `plugin` stored last for this VM in a record that is open or undo_failed;
    /// empty when none.
    [[nodiscard]] std::string cookie(const std::string& vm_id, const std::string& plugin) const;
    /// Drops every record of a VM, after a complete delete.
    void forget(const std::string& vm_id);
    /// The same for `delete --force`: records that are open are given up, and remembered as such.
    /// `objects` of a plugin: what it says it holds for the VM. Returns what was given up.
    using Objects = std::function<std::vector<std::string>(const std::string& plugin)>;
    std::vector<DroppedRecord> drop(const std::string& vm_id, const std::string& vm_name,
                                    const Objects& objects);
    /// What was given up, until forget_dropped().
    [[nodiscard]] std::vector<DroppedRecord> dropped() const;
    void forget_dropped(std::int64_t seq);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace banger::store
