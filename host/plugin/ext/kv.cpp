#include "plugin/extensions.hpp"
#include "plugin/text.hpp"
#include "store/kv_table.hpp"

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using os::Error;
using os::ErrorKind;

std::string key_of(banger_str key) {
    std::string text = copy(key);
    if (text.empty() || text.size() > store::KvTable::max_key || !is_utf8(text)) {
        throw Error(ErrorKind::invalid, "kv: a key has 1 to 255 bytes of UTF-8");
    }
    return text;
}

const banger_result* get(const banger_host*, banger_call* call, banger_str key) noexcept {
    return answer(call, "kv.get", [&] {
        const std::string name = key_of(key);
        auto found = call->plugin.services.kv->find(call->plugin.id(), name);
        if (!found) {
            throw Error(ErrorKind::not_found, "kv: no key '" + name + "'");
        }
        return std::move(*found);
    });
}

const banger_result* list(const banger_host*, banger_call* call, banger_str prefix) noexcept {
    return answer(call, "kv.list", [&] {
        return nlohmann::json(call->plugin.services.kv->keys(call->plugin.id(), copy(prefix)))
            .dump();
    });
}

banger_status set(const banger_host*, banger_call* call, banger_str key,
                  banger_str value) noexcept {
    return perform(call, "kv.set", [&] {
        if (value.len > store::KvTable::max_value) {
            throw Error(ErrorKind::invalid, "kv: a value has at most " +
                                                std::to_string(store::KvTable::max_value) +
                                                " bytes");
        }
        call->plugin.services.kv->set(call->plugin.id(), key_of(key), copy(value));
    });
}

banger_status remove(const banger_host*, banger_call* call, banger_str key) noexcept {
    return perform(call, "kv.remove",
                   [&] { call->plugin.services.kv->remove(call->plugin.id(), key_of(key)); });
}

} // namespace

const banger_kv_ops kv_ops{sizeof(banger_kv_ops), 0, get, list, set, remove};

} // namespace banger::plugin
