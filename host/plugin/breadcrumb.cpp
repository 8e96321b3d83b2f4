#include "plugin/breadcrumb.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"
#include "os/utf8.hpp"
#include "plugin/call.hpp"
#include "plugin/own_place.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace banger::plugin {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t magic = 0x43504742;
constexpr std::uint32_t version = 3;
constexpr std::size_t most_calls = 128;  ///< calls beyond that are not noted
constexpr std::size_t most_threads = 64; ///< of these at most are threads, which may stay for ever
constexpr std::size_t most_files = 64;

enum class Use : std::uint32_t { free, taken, under_way, fatal };

constexpr std::int32_t by_exit = -1;

std::int64_t now_ms() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec * std::int64_t{1000} + now.tv_nsec / 1'000'000;
}

template <std::size_t N>
using Text = std::array<char, N>;

template <std::size_t N>
void put(Text<N>& into, std::string_view text) noexcept {
    const std::size_t size = std::min(text.size(), N - 1);
    std::memcpy(into.data(), text.data(), size);
    into[size] = '\0';
}

/// It was written by a process that died: it may hold anything.
template <std::size_t N>
std::string get(const Text<N>& text) {
    return os::one_line({text.data(), ::strnlen(text.data(), N)}, N);
}

std::string how_text(std::int32_t how) {
    return how > 0 ? os::signal_name(how) : "exit()";
}

} // namespace

struct CallSlot {
    std::atomic<Use> use;
    std::int32_t thread;
    std::int32_t how;
    std::int64_t at_ms;
    Text<40> plugin;
    Text<72> hook;
    Text<72> vm;
    Text<40> operation;
};

struct FileName {
    Text<40> plugin;
    Text<88> identity;
};

struct CallBoard {
    std::uint32_t magic, version;
    std::int32_t process;                ///< the daemon's; a child of it inherits our handlers
    std::atomic<std::int32_t> elsewhere; ///< as `how`, when no plugin was on that thread
    std::atomic<std::uint32_t> up;       ///< the start of the daemon is over
    std::array<CallSlot, most_calls> calls;
    std::array<FileName, most_files> files;
};

namespace {

static_assert(std::atomic<Use>::is_always_lock_free);

/// What the daemon has to ask before it is up; nobody else asks for these then.
bool belongs_to_start(std::string_view hook) {
    constexpr std::array<std::string_view, 9> those{
        "open",          "create",    "init", "create to leave", "init to leave", "on_start",
        "reconcile_all", "reconcile", "leave"};
    return std::find(those.begin(), those.end(), hook) != those.end() ||
           hook.starts_with("undo of ");
}

std::atomic<CallBoard*> watched{nullptr};

/// Where the code of a plugin is mapped.
struct CodeRange {
    decltype(CallSlot::plugin) plugin;
    std::uintptr_t begin, end;
};
std::array<CodeRange, most_files> ranges;
std::atomic<std::size_t> range_count{0}; ///< the ranges before it are complete, for good

const CodeRange* range_of(const void* address) noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(address); // NOLINT: compared only
    const auto last = ranges.cbegin() + static_cast<std::ptrdiff_t>(range_count.load());
    const auto found = std::find_if(ranges.cbegin(), last, [at](const CodeRange& range) {
        return range.begin <= at && at < range.end;
    });
    return found == last ? nullptr : &*found;
}

/// The plugin nearest to where this thread is. backtrace() is not promised to be fit for a signal
/// handler; it takes no lock once it has been called (glibc 2.35 on), and the process ends anyway.
const CodeRange* range_on_stack() noexcept {
    std::array<void*, 64> frames; // NOLINT: filled by backtrace
    const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
    for (int i = 0; i < count; ++i) {
        if (const CodeRange* range = range_of(frames.at(static_cast<std::size_t>(i)))) {
            return range;
        }
    }
    return nullptr;
}

bool note_end_of_thread(CallBoard& board, std::int32_t how) noexcept {
    const CodeRange* range = range_on_stack();
    for (CallSlot& slot : board.calls) {
        Use expected = Use::free;
        if (range == nullptr || !slot.use.compare_exchange_strong(expected, Use::taken)) {
            continue;
        }
        slot.how = how;
        slot.at_ms = now_ms();
        slot.plugin = range->plugin;
        put(slot.hook, "a thread of its own");
        put(slot.vm, "");
        put(slot.operation, "");
        slot.use = Use::fatal;
        return true;
    }
    return false;
}

/// Fit for a signal handler.
bool note_end(int signal, bool own) noexcept {
    CallBoard* board = watched.load();
    if (board == nullptr || board->process != ::getpid()) {
        return false;
    }
    const std::int32_t how = signal == 0 ? by_exit : signal;
    const auto thread = static_cast<std::int32_t>(::syscall(SYS_gettid));
    for (CallSlot& slot : board->calls) {
        Use expected = Use::under_way;
        if (own && slot.thread == thread && slot.use.load() == Use::under_way) {
            slot.how = how;
            slot.at_ms = now_ms();
            slot.use.compare_exchange_strong(expected, Use::fatal);
            return true;
        }
    }
    if (own && note_end_of_thread(*board, how)) {
        return true;
    }
    board->elsewhere = how;
    return false;
}

/// The end of the mapping that begins at `base`.
struct Mapping {
    std::uintptr_t base = 0, end = 0;
};

int find_end(dl_phdr_info* info, std::size_t /*size*/, void* wanted) {
    auto& mapping = *static_cast<Mapping*>(wanted);
    std::uintptr_t first = UINTPTR_MAX;
    std::uintptr_t last = 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& part = info->dlpi_phdr[i];
        if (part.p_type == PT_LOAD) {
            first = std::min<std::uintptr_t>(first, info->dlpi_addr + part.p_vaddr);
            last = std::max<std::uintptr_t>(last, info->dlpi_addr + part.p_vaddr + part.p_memsz);
        }
    }
    if (first > mapping.base || mapping.base >= last) {
        return 0;
    }
    mapping.end = last;
    return 1;
}

} // namespace

std::string CutCall::text() const {
    return hook + (vm.empty() ? "" : " of VM " + vm);
}

Breadcrumb::Breadcrumb(const fs::path& file,
                       const std::function<void(const std::vector<CutCall>&)>& account)
    : file_(file), trouble_(clear_place(file)) {
    read();
    try {
        account(left_);
        if (trouble_.empty()) {
            begin();
        }
    } catch (const os::Error& error) {
        trouble_ = error.what();
    }
}

/// Throws of the file.
void Breadcrumb::begin() {
    const os::UniqueFd fd(
        ::open(file_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd || ::ftruncate(fd.get(), sizeof(CallBoard)) != 0) {
        throw os::errno_error("write " + file_.string());
    }
    // Now, while a full disk is an error and no SIGBUS.
    errno = ::posix_fallocate(fd.get(), 0, sizeof(CallBoard));
    void* memory = errno != 0 ? MAP_FAILED
                              : ::mmap(nullptr, sizeof(CallBoard), PROT_READ | PROT_WRITE,
                                       MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED) {
        throw os::errno_error("write " + file_.string());
    }
    board_ = static_cast<CallBoard*>(memory); // all zero: free
    board_->magic = magic;
    board_->version = version;
    board_->process = ::getpid();
    watched = board_;
    end_.emplace(note_end);
}

Breadcrumb::~Breadcrumb() {
    end_.reset();
    watched = nullptr;
    if (board_ != nullptr) {
        std::error_code code;
        fs::remove(file_, code);
    }
}

void Breadcrumb::read() {
    std::optional<std::string> bytes;
    try {
        bytes = os::find_file(file_, sizeof(CallBoard));
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): unreadable is as good as none
    }
    if (!bytes || bytes->size() != sizeof(CallBoard)) {
        return;
    }
    const auto board = std::make_unique<CallBoard>();
    std::memcpy(static_cast<void*>(board.get()), bytes->data(), bytes->size());
    if (board->magic != magic || board->version != version) {
        return;
    }
    if (const std::int32_t how = board->elsewhere; how != 0) {
        elsewhere_ = how_text(how);
    }
    for (const CallSlot& slot : board->calls) {
        const Use use = slot.use;
        if (use != Use::under_way && use != Use::fatal) {
            continue;
        }
        CutCall call{.plugin = get(slot.plugin),
                     .hook = get(slot.hook),
                     .vm = get(slot.vm),
                     .operation = get(slot.operation),
                     .file = {},
                     .how = use == Use::fatal ? how_text(slot.how) : "",
                     .at_ms = slot.at_ms};
        if (call.how.empty() && call.hook.starts_with("thread ")) {
            continue; // a thread of the plugin's own is always under way
        }
        for (const FileName& name : board->files) {
            if (get(name.plugin) == call.plugin) {
                call.file = get(name.identity);
            }
        }
        left_.push_back(std::move(call));
    }
    if (board->up == 0 && elsewhere_.empty()) {
        suspect();
    }
}

/// Nothing tells who ended the daemon. When one plugin alone was in a call, and the next start
/// makes that again, it would never come up.
void Breadcrumb::suspect() {
    const bool one = std::all_of(left_.begin(), left_.end(), [&](const CutCall& call) {
        return call.how.empty() && call.plugin == left_.front().plugin &&
               belongs_to_start(call.hook);
    });
    if (one && !left_.empty()) {
        left_.front().suspect = true;
    }
}

void Breadcrumb::end_of_start() noexcept {
    if (board_ != nullptr) {
        board_->up = 1;
    }
}

void Breadcrumb::note_file(const std::string& plugin, const FileIdentity& identity) {
    if (board_ == nullptr) {
        return;
    }
    const std::scoped_lock hold(lock_);
    for (FileName& name : board_->files) {
        if (name.plugin[0] == '\0' || plugin == name.plugin.data()) {
            put(name.identity, identity.text());
            put(name.plugin, plugin);
            return;
        }
    }
}

void Breadcrumb::note_code(const std::string& plugin, const void* inside) {
    Dl_info where{};
    if (board_ == nullptr || ::dladdr(inside, &where) == 0) {
        return;
    }
    Mapping mapping{reinterpret_cast<std::uintptr_t>(where.dli_fbase), 0}; // NOLINT: as above
    ::dl_iterate_phdr(find_end, &mapping);
    const std::scoped_lock hold(lock_);
    const std::size_t count = range_count;
    if (mapping.end == 0 || count == ranges.size()) {
        return;
    }
    if (count == 0) { // loads what it needs: that is no work for a signal handler
        void* frame = nullptr;
        static_cast<void>(::backtrace(&frame, 1));
    }
    put(ranges.at(count).plugin, plugin);
    ranges.at(count).begin = mapping.base;
    ranges.at(count).end = mapping.end;
    range_count = count + 1;
}

CallSlot* Breadcrumb::enter(const std::string& plugin, const CallSite& site) noexcept {
    if (board_ == nullptr) {
        return nullptr;
    }
    FatalEnd::watch_thread();
    thread_local const auto thread = static_cast<std::int32_t>(::syscall(SYS_gettid));
    const std::size_t reach = site.hook.starts_with("thread ") ? most_threads : most_calls;
    const auto first = static_cast<std::size_t>(thread) % reach; // threads seldom meet
    for (std::size_t i = 0; i < reach; ++i) {
        CallSlot& slot = board_->calls[(first + i) % reach];
        Use expected = Use::free;
        if (!slot.use.compare_exchange_strong(expected, Use::taken)) {
            continue;
        }
        slot.thread = thread;
        slot.how = 0;
        slot.at_ms = now_ms();
        put(slot.plugin, plugin);
        put(slot.hook, site.hook);
        put(slot.vm, site.vm_name.empty() ? site.vm_id : site.vm_name);
        put(slot.operation, site.operation);
        slot.use = Use::under_way;
        return &slot;
    }
    return nullptr;
}

CallMark::CallMark(Breadcrumb* calls, const std::string& plugin, const CallSite& site) noexcept
    : slot_(calls != nullptr ? calls->enter(plugin, site) : nullptr) {}

CallMark::~CallMark() {
    if (slot_ != nullptr) {
        Use expected = Use::under_way; // one that was fatal stays
        slot_->use.compare_exchange_strong(expected, Use::free);
    }
}

} // namespace banger::plugin
