#pragma once

#include "../vm.h"
#include "error.hpp"

#include <chrono>
#include <initializer_list>
#include <utility>
#include <vector>

namespace banger {
inline namespace sdk_1_0 {

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// The host, as the plugin sees it. Copy it freely; it is valid until the plugin is destroyed.
class Host {
  public:
    explicit Host(const banger_host* raw) noexcept : raw_(raw) {}
    [[nodiscard]] const banger_host* raw() const noexcept { return raw_; }
    [[nodiscard]] std::string_view daemon_version() const { return view(raw_->daemon_version); }
    [[nodiscard]] std::string_view state_dir() const { return view(raw_->state_dir); }

    /// The table of an extension, or null when this host has none of that id.
    template <class Table>
    [[nodiscard]] const Table* find(const char* id) const noexcept {
        return static_cast<const Table*>(raw_->get_extension(raw_, id));
    }
    template <class Table>
    [[nodiscard]] const Table& get(const char* id) const {
        if (const Table* table = find<Table>(id)) {
            return *table;
        }
        throw Error(BANGER_E_UNSUPPORTED, std::string("this host has no extension ") + id);
    }

    /// [any-thread] level: BANGER_LOG_*
    void log(int level, std::string_view text, Fields fields = {},
             banger_call* call = nullptr) const {
        std::vector<banger_kv> kv;
        for (const auto& [key, value] : fields) {
            kv.push_back({str(key), str(value)});
        }
        raw_->log(raw_, call, level, str(text), kv.data(), kv.size());
    }

  private:
    const banger_host* raw_;
};

/// One call from the host, for as long as it lasts. cancelled(), remaining(), cancel_fd(), check()
/// and the log lines are [any-thread], the rest [call-thread].
class Call {
  public:
    explicit Call(banger_call* raw) noexcept : raw_(raw) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    [[nodiscard]] banger_call* raw() const noexcept { return raw_; }

    [[nodiscard]] bool cancelled() const { return host_slot()->call_cancelled(raw_) != 0; }
    [[nodiscard]] std::chrono::milliseconds remaining() const {
        return std::chrono::milliseconds(host_slot()->call_remaining_ms(raw_));
    }
    /// Readable when the call is cancelled; the host's own, do not close it.
    [[nodiscard]] int cancel_fd() const { return host_slot()->call_cancel_fd(raw_); }
    /// Throws when there is no point in going on.
    void check() const {
        if (cancelled()) {
            throw Error(BANGER_E_CANCELLED, "cancelled");
        }
        if (remaining().count() <= 0) {
            throw Error(BANGER_E_TIMEOUT, "out of time");
        }
    }

    /// Bytes (<= 64 KiB) to find again as Vm::cookie() in later calls for this VM. Durable on
    /// return.
    void cookie(std::string_view bytes) { checked(host_slot()->call_set_cookie(raw_, str(bytes))); }
    /// Output of an action or a footprint list: BANGER_EMIT_*, copied.
    void emit(std::uint32_t kind, std::string_view bytes) {
        checked(host_slot()->call_emit(raw_, kind, str(bytes)));
    }
    void emit_text(std::string_view line) { emit(BANGER_EMIT_TEXT, line); }
    void emit_json(std::string_view json) { emit(BANGER_EMIT_JSON, json); }

    void log(int level, std::string_view text, Fields fields = {}) const {
        Host(host_slot()).log(level, text, fields, raw_);
    }
    void info(std::string_view text, Fields fields = {}) const {
        log(BANGER_LOG_INFO, text, fields);
    }
    void warning(std::string_view text, Fields fields = {}) const {
        log(BANGER_LOG_WARNING, text, fields);
    }

  private:
    banger_call* raw_;
};

/// The snapshot of a VM that a hook gets; borrowed for the call, so copy what you keep.
class Vm {
  public:
    explicit Vm(const banger_vm* raw) noexcept : raw_(raw) {}
    [[nodiscard]] const banger_vm& raw() const noexcept { return *raw_; }
    [[nodiscard]] std::uint32_t state() const { return raw_->state; } ///< BANGER_VM_*
    [[nodiscard]] std::string_view id() const { return view(raw_->id); }
    [[nodiscard]] std::string_view name() const { return view(raw_->name); }
    [[nodiscard]] std::string_view run_dir() const { return view(raw_->run_dir); }
    [[nodiscard]] std::string_view spec_json() const { return view(raw_->spec_json); }
    [[nodiscard]] std::string_view cookie() const { return view(raw_->cookie); }
    /// Of the VMM; 0 when none runs.
    [[nodiscard]] int pid() const { return raw_->pid; }
    /// There is a VMM, or the state says so: what the VM holds on the host is in use.
    [[nodiscard]] bool runs() const {
        return pid() != 0 || state() == BANGER_VM_RUNNING || state() == BANGER_VM_PAUSED ||
               state() == BANGER_VM_STOPPING;
    }

  private:
    const banger_vm* raw_;
};

/// Takes a step back when its scope is left without commit().
///   Undo undo([&] { release(tap); });  ...  undo.commit();
template <class F>
class Undo {
  public:
    explicit Undo(F step) : step_(std::move(step)) {}
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
        if (armed_) {
            try {
                step_();
            } catch (const std::exception& error) {
                log_failure(error.what());
            } catch (...) {
                log_failure("unknown exception");
            }
        }
    }
    void commit() noexcept { armed_ = false; }

  private:
    static void log_failure(const char* what) noexcept {
        const banger_host* host = host_slot();
        host->log(host, nullptr, BANGER_LOG_ERROR, str(what), nullptr, 0);
    }
    F step_;
    bool armed_ = true;
};

} // namespace sdk_1_0
} // namespace banger
