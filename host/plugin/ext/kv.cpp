#include "os/utf8.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"
#include "store/kv_table.hpp"

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using os::Error;
using os::ErrorKind;

static_assert(limits::kv_key == store::KvTable::max_key);
static_assert(limits::kv_value == store::KvTable::max_value);
static_assert(limits::kv_keys == store::KvTable::max_keys);

std::string key_of(banger_str key) {
    std::string text = limits::taken("kv: a key", key, limits::kv_key);
    if (text.empty() || !os::is_utf8(text)) {
        throw Error(ErrorKind::invalid, "kv: a key has 1 to 255 bytes of UTF-8");
    }
    return text;
}

const banger_result* get(const banger_host*, banger_call* call, banger_str key) noexcept {
    return answer(call, "kv.get", [&](Call& of) {
        const std::string name = key_of(key);
        auto found = of.plugin.services.kv->find(of.plugin.id(), name);
        if (!found) {
            throw Error(ErrorKind::not_found, "kv: no key '" + name + "'");
        }
        return std::move(*found);
    });
}

const banger_result* list(const banger_host*, banger_call* call, banger_str prefix) noexcept {
    return answer(call, "kv.list", [&](Call& of) {
        const std::string begin = limits::taken("kv: a prefix", prefix, limits::kv_key);
        if (!os::is_utf8(begin)) {
            throw Error(ErrorKind::invalid, "kv: a prefix is UTF-8, as keys are");
        }
        return nlohmann::json(of.plugin.services.kv->keys(of.plugin.id(), begin)).dump();
    });
}

banger_status set(const banger_host*, banger_call* call, banger_str key,
                  banger_str value) noexcept {
    return perform(call, "kv.set", [&](Call& of) {
        const std::string bytes = limits::taken("kv: a value", value, limits::kv_value);
        of.plugin.services.kv->set(of.plugin.id(), key_of(key), bytes);
    });
}

banger_status remove(const banger_host*, banger_call* call, banger_str key) noexcept {
    return perform(call, "kv.remove",
                   [&](Call& of) { of.plugin.services.kv->remove(of.plugin.id(), key_of(key)); });
}

} // namespace

const banger_kv_ops kv_ops{sizeof(banger_kv_ops), 0, get, list, set, remove};

} // namespace banger::plugin
