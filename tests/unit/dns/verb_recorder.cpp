#include "verb_recorder.hpp"

#include <string_view>
#include <utility>

namespace dns::test {
namespace {

std::string text(banger_str value) {
    return std::string(banger::view(value));
}

} // namespace

struct VerbRecorderTables {
    static VerbRecorder& self(const banger_host* host) {
        return *reinterpret_cast<const VerbRecorder::Handle*>(host)->owner;
    }
    static const banger_result* run(const banger_host* host, banger_call*, banger_str verb,
                                    banger_str arguments) {
        VerbRecorder& recorder = self(host);
        recorder.verbs_.push_back(text(verb));
        recorder.arguments.push_back(text(arguments));
        return recorder.failing.count(text(verb)) == 0
                   ? recorder.give(BANGER_OK, "{}")
                   : recorder.give(BANGER_E_UNAVAILABLE, {}, "no answer");
    }
    static const banger_network* network(const banger_host* host, banger_call*) {
        VerbRecorder& recorder = self(host);
        recorder.network_.struct_size = sizeof(banger_network);
        recorder.network_.bridge = banger::str(recorder.bridge);
        recorder.network_.gateway = banger::str("172.30.88.1");
        return &recorder.network_;
    }
    static const banger_result* get(const banger_host* host, banger_call*, banger_str key) {
        VerbRecorder& recorder = self(host);
        const auto found = recorder.keys.find(text(key));
        return found != recorder.keys.end() ? recorder.give(BANGER_OK, found->second)
                                            : recorder.give(BANGER_E_NOT_FOUND, {});
    }
    static banger_status set(const banger_host* host, banger_call*, banger_str key,
                             banger_str value) {
        self(host).keys[text(key)] = text(value);
        return BANGER_OK;
    }
    static banger_status remove(const banger_host* host, banger_call*, banger_str key) {
        self(host).keys.erase(text(key));
        return BANGER_OK;
    }
    static void log(const banger_host* host, banger_call*, std::int32_t, banger_str line,
                    const banger_kv*, std::uint64_t) {
        self(host).warnings.push_back(text(line));
    }
    static const void* extension(const banger_host*, const char* id) {
        static constexpr banger_privileged_ops privileged{sizeof privileged, 0, run, nullptr};
        static constexpr banger_network_info_ops info{sizeof info, 0, network, nullptr};
        static constexpr banger_kv_ops kv{sizeof kv, 0, get, nullptr, set, remove};
        const std::string_view wanted(id);
        return wanted == BANGER_EXT_PRIVILEGED     ? static_cast<const void*>(&privileged)
               : wanted == BANGER_EXT_NETWORK_INFO ? static_cast<const void*>(&info)
               : wanted == BANGER_EXT_KV           ? static_cast<const void*>(&kv)
                                                   : nullptr;
    }
};

VerbRecorder::VerbRecorder() {
    handle_.owner = this;
    handle_.table.struct_size = sizeof handle_.table;
    handle_.table.abi_minor = BANGER_ABI_MINOR;
    handle_.table.state_dir = banger::str("/home/a/state/dns");
    handle_.table.get_extension = VerbRecorderTables::extension;
    handle_.table.log = VerbRecorderTables::log;
    banger::host_slot() = &handle_.table;
}

VerbRecorder::~VerbRecorder() {
    banger::host_slot() = nullptr;
}

std::vector<std::string> VerbRecorder::take_verbs() {
    return std::exchange(verbs_, {});
}

const banger_result* VerbRecorder::give(banger_status status, std::string value,
                                        std::string message) {
    const banger_str given = banger::str(texts_.emplace_back(std::move(value)));
    const banger_str said = banger::str(texts_.emplace_back(std::move(message)));
    return &results_.emplace_back(
        banger_result{sizeof(banger_result), status, given, said, banger::str("")});
}

} // namespace dns::test
