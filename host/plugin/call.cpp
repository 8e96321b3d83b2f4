#include "plugin/call.hpp"

#include "plugin/limits.hpp"

#include <array>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace banger::plugin {
namespace {

// The first status of a kind is the one that stands for it.
constexpr std::array<std::pair<banger_status, os::ErrorKind>, 12> statuses{{
    {BANGER_E_INTERNAL, os::ErrorKind::internal},
    {BANGER_E_INVALID, os::ErrorKind::invalid},
    {BANGER_E_UNSUPPORTED, os::ErrorKind::unsupported},
    {BANGER_E_CONFLICT, os::ErrorKind::conflict},
    {BANGER_E_TIMEOUT, os::ErrorKind::timeout},
    {BANGER_E_CANCELLED, os::ErrorKind::cancelled},
    {BANGER_E_BUSY, os::ErrorKind::busy},
    {BANGER_E_NOT_FOUND, os::ErrorKind::not_found},
    {BANGER_E_EXCEPTION, os::ErrorKind::internal},
    {BANGER_E_RETRY, os::ErrorKind::busy},
    {BANGER_E_PERMISSION, os::ErrorKind::permission},
    {BANGER_E_UNAVAILABLE, os::ErrorKind::unavailable},
}};

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 9> vm_states{{
    {"creating", BANGER_VM_CREATING},
    {"starting", BANGER_VM_STARTING},
    {"running", BANGER_VM_RUNNING},
    {"paused", BANGER_VM_PAUSED},
    {"stopping", BANGER_VM_STOPPING},
    {"stopped", BANGER_VM_STOPPED},
    {"crashed", BANGER_VM_CRASHED},
    {"deleting", BANGER_VM_DELETING},
    {"cleanup-pending", BANGER_VM_CLEANUP_PENDING},
}};

std::uint32_t vm_state(std::string_view name) {
    for (const auto& [text, state] : vm_states) {
        if (text == name) {
            return state;
        }
    }
    return 0;
}

} // namespace

os::ErrorKind kind_of(banger_status status) noexcept {
    for (const auto& [value, kind] : statuses) {
        if (value == status) {
            return kind;
        }
    }
    return os::ErrorKind::internal;
}

banger_status status_of(os::ErrorKind kind) noexcept {
    for (const auto& [value, known] : statuses) {
        if (known == kind) {
            return value;
        }
    }
    return kind == os::ErrorKind::exhausted ? BANGER_E_UNAVAILABLE : BANGER_E_INTERNAL;
}

std::string CallSite::text() const {
    if (vm_id.empty()) {
        return hook;
    }
    return hook + " of VM " + (vm_name.empty() ? vm_id : vm_name);
}

void CallLink::cut() {
    const std::scoped_lock hold(lock_);
    context_ = nullptr;
}

void CallLink::log(std::string_view level, const std::string& text) {
    const std::scoped_lock hold(lock_);
    if (context_ && context_->log) {
        context_->log(level, text);
    }
}

void CallLink::privileged(const std::string& command, std::chrono::milliseconds time, bool ok) {
    const std::scoped_lock hold(lock_);
    if (context_ && context_->privileged) {
        context_->privileged(command, time, ok);
    }
}

void CallLink::stage(const std::string& name) {
    const std::scoped_lock hold(lock_);
    if (context_ && context_->stage) {
        context_->stage(name);
    }
}

void CallLink::progress(std::uint64_t done, std::uint64_t total, bool bytes) {
    const std::scoped_lock hold(lock_);
    if (context_ && context_->progress) {
        context_->progress(done, total, bytes);
    }
}

void CallLink::reaches(int percent) {
    const std::scoped_lock hold(lock_);
    if (context_ && context_->reaches) {
        context_->reaches(percent);
    }
}

VmSnapshot::VmSnapshot(vm::VmView view, std::string cookie)
    : view_(std::move(view)), run_dir_(view_.run_dir.string()), cookie_(std::move(cookie)) {
    raw_.struct_size = sizeof raw_;
    raw_.state = vm_state(view_.state);
    raw_.id = str(view_.id);
    raw_.name = str(view_.name);
    raw_.run_dir = str(run_dir_);
    raw_.spec_json = str(view_.spec_json);
    raw_.cookie = str(cookie_);
    raw_.pid = view_.pid;
    raw_.cid = view_.cid;
}

std::string copy(banger_str text) {
    return text.ptr ? std::string(text.ptr, text.len) : std::string();
}

Call::Call(Plugin& owner, CallSite about, Clock::time_point until, vm::CallContext* context)
    : plugin(owner), site(std::move(about)), deadline(until),
      link(std::make_shared<CallLink>(context)) {}

void Call::cancel() noexcept {
    const std::scoped_lock hold(fd_lock_);
    if (!cancelled_.exchange(true) && cancel_fd_) {
        const std::uint64_t one = 1;
        // A counter at 0 takes 1 without blocking, and nothing else writes it.
        [[maybe_unused]] const ssize_t written = ::write(cancel_fd_.get(), &one, sizeof one);
    }
}

int Call::cancel_fd() noexcept {
    const std::scoped_lock hold(fd_lock_);
    if (over) {
        return -1; // its number may be somebody else's by now
    }
    if (!cancel_fd_) {
        cancel_fd_ = os::UniqueFd(::eventfd(cancelled_ ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK));
    }
    return cancel_fd_.get();
}

bool Call::full() const noexcept {
    return kept_bytes_ >= limits::results;
}

void Call::end() {
    {
        const std::scoped_lock hold(fd_lock_);
        over = true;
        cancel_fd_.reset();
    }
    kept_.clear();
    kept_once_.clear();
    output.clear();
    keep_cookie = nullptr;
}

std::chrono::milliseconds Call::remaining() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
}

} // namespace banger::plugin
