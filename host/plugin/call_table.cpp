#include "plugin/call_table.hpp"

#include "plugin/call.hpp"
#include "plugin/plugin.hpp"

#include <mutex>
#include <unordered_map>
#include <vector>

namespace banger::plugin {
namespace {

constexpr unsigned owner_bits = 16;
constexpr std::uintptr_t owner_mask = (1U << owner_bits) - 1;

struct Table {
    std::mutex lock;
    std::uintptr_t last = 0;
    std::unordered_map<std::uintptr_t, std::shared_ptr<Call>> calls;
    std::vector<Plugin*> plugins;
};

Table& table() {
    static Table& only = *new Table; // never ends: threads of plugins may outlive main()
    return only;
}

std::uintptr_t number(banger_call* handle) noexcept {
    return reinterpret_cast<std::uintptr_t>(handle);
}

} // namespace

banger_call* enter_call(const std::shared_ptr<Call>& call) {
    Table& all = table();
    const std::scoped_lock hold(all.lock);
    const std::uintptr_t handle = (++all.last << owner_bits) | call->plugin.number();
    all.calls.emplace(handle, call);
    call->handle = reinterpret_cast<banger_call*>(handle); // NOLINT(performance-no-int-to-ptr)
    return call->handle;
}

void forget_call(banger_call* handle) noexcept {
    std::shared_ptr<Call> last; // ends outside of the lock
    Table& all = table();
    const std::scoped_lock hold(all.lock);
    if (const auto found = all.calls.find(number(handle)); found != all.calls.end()) {
        last = std::move(found->second);
        all.calls.erase(found);
    }
}

std::shared_ptr<Call> find_call(banger_call* handle) noexcept {
    Table& all = table();
    const std::scoped_lock hold(all.lock);
    const auto found = all.calls.find(number(handle));
    return found == all.calls.end() ? nullptr : found->second;
}

Plugin* owner_of(banger_call* handle) noexcept {
    Table& all = table();
    const std::scoped_lock hold(all.lock);
    const std::uintptr_t owner = number(handle) & owner_mask;
    const bool given =
        number(handle) >> owner_bits != 0 && number(handle) >> owner_bits <= all.last;
    return given && owner > 0 && owner <= all.plugins.size() ? all.plugins[owner - 1] : nullptr;
}

std::uint16_t enter_plugin(Plugin& plugin) {
    Table& all = table();
    const std::scoped_lock hold(all.lock);
    if (all.plugins.size() >= owner_mask) {
        return 0; // its handles are as good; only a text cannot name it
    }
    all.plugins.push_back(&plugin);
    return static_cast<std::uint16_t>(all.plugins.size());
}

void leave_plugin(std::uint16_t number) noexcept {
    Table& all = table();
    const std::scoped_lock hold(all.lock);
    if (number > 0) {
        all.plugins[number - 1U] = nullptr;
    }
}

} // namespace banger::plugin
