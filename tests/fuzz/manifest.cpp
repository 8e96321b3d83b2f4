// What the entry of a plugin can say: any numbers, texts and tables, in memory that ends where its
// struct_size says. (A pointer that leads nowhere cannot be told from a good one, so there is
// none.)

#include "bytes.hpp"

#include "os/error.hpp"
#include "plugin/binary.hpp"
#include "plugin/manifest.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

namespace {

using banger::fuzz::Bytes;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

banger_status create(const banger_host*, banger_call*, banger_str, void**) {
    return BANGER_OK;
}
void destroy(void*) {}
banger_status hook(void*, banger_call*, const banger_vm*) {
    return BANGER_OK;
}
banger_status undo(void*, banger_call*, const banger_vm*, std::uint32_t, std::uint32_t) {
    return BANGER_OK;
}
banger_status contribute(void*, banger_call*, const banger_vm*, banger_gcb*) {
    return BANGER_OK;
}
banger_status changed(void*, banger_call*, const banger_vm*, banger_str, banger_str) {
    return BANGER_OK;
}
banger_status take_back(void*, banger_call*, const banger_vm*, banger_str, banger_str,
                        std::uint32_t) {
    return BANGER_OK;
}
banger_status run(void*, banger_call*, banger_str) {
    return BANGER_OK;
}

/// Builds the entry. A byte 0 stands for what a good plugin has, so that no input at all is one.
class Plugin {
  public:
    explicit Plugin(Bytes& bytes) : bytes_(bytes) {}

    const banger_entry* entry() {
        if (bytes_.byte() == 1) {
            return nullptr;
        }
        banger_entry entry{};
        entry.magic = spoiled(BANGER_MAGIC);
        entry.struct_size = spoiled(sizeof entry);
        entry.abi_major = spoiled(BANGER_ABI_MAJOR);
        entry.min_minor = spoiled(0);
        entry.built_minor = bytes_.number();
        entry.desc = unless_spoiled(descriptor());
        const std::vector<banger_iface> ifaces = interfaces();
        entry.iface_count = spoiled(static_cast<std::uint32_t>(ifaces.size()));
        entry.ifaces = unless_spoiled(array(ifaces, entry.iface_count));
        entry.create = unless_spoiled(&create);
        entry.destroy = unless_spoiled(&destroy);
        return in_memory(entry, entry.struct_size, offsetof(banger_entry, min_minor));
    }

  private:
    std::uint32_t spoiled(std::size_t good) {
        return bytes_.byte() == 0 ? static_cast<std::uint32_t>(good) : bytes_.number();
    }
    template <class T>
    T unless_spoiled(T pointer) {
        return bytes_.byte() == 0 ? pointer : nullptr;
    }
    const char* text(const char* good) {
        const std::uint8_t choice = bytes_.byte();
        if (choice <= 1) {
            return choice == 0 ? good : nullptr;
        }
        const std::string chosen = bytes_.text();
        auto& kept = memory_.emplace_back(std::make_unique<char[]>(chosen.size() + 1));
        std::copy(chosen.begin(), chosen.end(), kept.get());
        return kept.get();
    }
    /// A copy that ends where `size` says, so that whoever reads beyond it is seen.
    template <class T>
    const T* in_memory(const T& value, std::uint32_t size,
                       std::size_t least = sizeof(std::uint32_t)) {
        const std::size_t kept = std::clamp<std::size_t>(size, least, sizeof value);
        auto& block = memory_.emplace_back(std::make_unique<char[]>(kept));
        std::memcpy(block.get(), &value, kept);
        return reinterpret_cast<const T*>(block.get());
    }
    /// As long as a plugin says, and the host believes.
    template <class T>
    const T* array(std::vector<T> items, std::uint32_t count) {
        items.resize(std::max<std::size_t>(items.size(), std::min<std::uint32_t>(count, 256)));
        auto& block = memory_.emplace_back(std::make_unique<char[]>(items.size() * sizeof(T)));
        if (!items.empty()) {
            std::memcpy(block.get(), items.data(), items.size() * sizeof(T));
        }
        return reinterpret_cast<const T*>(block.get());
    }
    const char* const* list() {
        const unsigned count = bytes_.byte() % 4;
        if (count == 0) {
            return nullptr;
        }
        std::vector<const char*> items;
        for (unsigned i = 1; i < count; ++i) {
            items.push_back(text("other"));
        }
        items.push_back(nullptr);
        return array(items, 0);
    }

    const banger_descriptor* descriptor() {
        banger_descriptor d{};
        d.struct_size = spoiled(sizeof d);
        d.flags = spoiled(0);
        d.id = text("fuzz");
        d.name = text("Fuzz");
        d.version = text("1.0.0");
        d.vendor = text(nullptr);
        d.license = text(nullptr);
        d.url = text(nullptr);
        d.summary = text(nullptr);
        d.config_schema = text(nullptr);
        d.config_version = bytes_.number();
        d.hook_timeout_ms = bytes_.number();
        d.requires_ext = list();
        d.requires_plugins = list();
        d.after = list();
        d.before = list();
        return in_memory(d, d.struct_size);
    }

    std::vector<banger_iface> interfaces() {
        static constexpr std::array ids{BANGER_IFACE_VM_LIFECYCLE, BANGER_IFACE_GUEST_CONFIG,
                                        BANGER_IFACE_VM_OPTIONS,   BANGER_IFACE_CLI,
                                        BANGER_IFACE_READINESS,    BANGER_IFACE_DAEMON,
                                        BANGER_IFACE_FOOTPRINT,    BANGER_IFACE_GUEST_SERVICES,
                                        BANGER_IFACE_DOCTOR,       "org.example.unheard-of/1"};
        std::vector<banger_iface> found;
        for (unsigned left = bytes_.byte() % 12; left > 0; --left) {
            const std::size_t which = bytes_.byte() % ids.size();
            found.push_back({text(ids[which]), unless_spoiled(table(which))});
        }
        return found;
    }

    const void* table(std::size_t which) {
        switch (which) {
        case 0: {
            banger_vm_lifecycle hooks{};
            hooks.struct_size = spoiled(sizeof hooks);
            hooks.flags = spoiled(0);
            hooks.before_start = unless_spoiled(&hook);
            hooks.undo = unless_spoiled(&undo);
            return in_memory(hooks, hooks.struct_size);
        }
        case 1: {
            banger_guest_config guest{};
            guest.struct_size = spoiled(sizeof guest);
            guest.flags = spoiled(0);
            guest.contribute = unless_spoiled(&contribute);
            return in_memory(guest, guest.struct_size);
        }
        case 2:
            return options();
        case 4: {
            banger_readiness readiness{};
            readiness.struct_size = spoiled(sizeof readiness);
            readiness.flags = spoiled(0);
            readiness.stage = text("agent");
            readiness.wait = unless_spoiled(&hook);
            return in_memory(readiness, readiness.struct_size);
        }
        case 5:
            return sized<banger_daemon_hooks>();
        case 6:
            return sized<banger_footprint>();
        case 7:
            return sized<banger_guest_services>();
        default:
            return actions();
        }
    }
    template <class T>
    const T* sized() {
        T empty{};
        empty.struct_size = spoiled(sizeof empty);
        empty.flags = spoiled(0);
        return in_memory(empty, empty.struct_size);
    }

    const banger_vm_options* options() {
        std::vector<const banger_option*> items;
        for (unsigned left = bytes_.byte() % 4; left > 0; --left) {
            banger_option option{};
            option.struct_size = spoiled(sizeof option);
            option.flags = spoiled(0);
            option.name = text("level");
            option.cli_flag = text(nullptr);
            option.schema = text(R"({"type":"integer"})");
            items.push_back(unless_spoiled(in_memory(option, option.struct_size)));
        }
        banger_vm_options options{};
        options.struct_size = spoiled(sizeof options);
        options.count = spoiled(items.size());
        options.items = unless_spoiled(array(items, options.count));
        options.option_changed = unless_spoiled(&changed);
        options.option_undo = unless_spoiled(&take_back);
        return in_memory(options, options.struct_size);
    }

    const banger_actions* actions() {
        std::vector<const banger_action*> items;
        for (unsigned left = bytes_.byte() % 4; left > 0; --left) {
            banger_action action{};
            action.struct_size = spoiled(sizeof action);
            action.flags = spoiled(0);
            action.name = text("ls");
            action.summary = text(nullptr);
            action.params_schema = text(nullptr);
            action.result_schema = text(nullptr);
            action.run = unless_spoiled(&run);
            action.place = text(nullptr);
            items.push_back(unless_spoiled(in_memory(action, action.struct_size)));
        }
        banger_actions actions{};
        actions.struct_size = spoiled(sizeof actions);
        actions.count = spoiled(items.size());
        actions.items = unless_spoiled(array(items, actions.count));
        return in_memory(actions, actions.struct_size);
    }

    Bytes& bytes_;
    std::vector<std::unique_ptr<char[]>> memory_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace banger;
    Bytes bytes(data, size);
    Plugin plugin(bytes);
    const banger_entry* entry = plugin.entry();
    try {
        const plugin::Manifest manifest = plugin::read_manifest("/p/fuzz.so", entry);
        require(manifest.id == "fuzz" && !manifest.name.empty() && !manifest.version.empty());
        require(manifest.interfaces.size() == entry->iface_count);
        require(!manifest.lifecycle || !manifest.lifecycle->before_start ||
                manifest.lifecycle->undo);
    } catch (const os::Error& error) { // a refusal names the file; anything else is a finding
        require(error.kind() == os::ErrorKind::invalid);
        require(std::string_view(error.what()).starts_with("/p/fuzz.so: "));
    }
    return 0;
}
