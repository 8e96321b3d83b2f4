#pragma once

#include "hooks.hpp"

#include <array>
#include <iterator>
#include <memory>
#include <new>

namespace banger {
inline namespace sdk_1_0 {

/// The arguments of a doctor's check that can repair what it finds (actions.h).
inline constexpr const char* repair_args = R"({"properties": {"repair": {"type": "boolean"}}})";

/// One action of a plugin: banger::action<&Pool::ls>("ls", "taps and who has them").
template <auto Method>
constexpr banger_action
action(const char* name, const char* summary, const char* params_schema = nullptr,
       const char* result_schema = nullptr, const char* place = nullptr, std::uint32_t flags = 0) {
    return {sizeof(banger_action),       flags, name, summary, params_schema, result_schema,
            &detail::run_action<Method>, place};
}

/// One option of VMs; cli_flag may be null.
constexpr banger_option option(const char* name, const char* cli_flag, const char* schema,
                               std::uint32_t flags = 0) {
    return {sizeof(banger_option), flags, name, cli_flag, schema};
}

namespace detail {

template <class Item, std::size_t N>
constexpr std::array<const Item*, N> pointers(const Item (&items)[N]) {
    std::array<const Item*, N> result{};
    for (std::size_t i = 0; i < N; ++i) {
        result[i] = &items[i];
    }
    return result;
}

template <class T>
struct Tables {
    static constexpr banger_descriptor descriptor{
        sizeof(banger_descriptor),
        (concurrent_of<T>() ? BANGER_PLUGIN_CONCURRENT : 0) |
            (gives_network_of<T>() ? BANGER_PLUGIN_NETWORK : 0),
        T::id,
        T::name,
        T::version,
        vendor_of<T>(),
        license_of<T>(),
        url_of<T>(),
        summary_of<T>(),
        config_schema_of<T>(),
        config_version_of<T>(),
        hook_timeout_ms_of<T>(),
        requires_ext_of<T>(),
        requires_plugins_of<T>(),
        after_of<T>(),
        before_of<T>()};
    static constexpr banger_guest_config guest_config{sizeof(banger_guest_config), 0,
                                                      contribute_slot<T>(), validate_slot<T>()};
    static constexpr banger_vm_lifecycle lifecycle{sizeof(banger_vm_lifecycle),
                                                   0,
                                                   before_create_slot<T>(),
                                                   after_create_slot<T>(),
                                                   before_start_slot<T>(),
                                                   after_start_slot<T>(),
                                                   on_ready_slot<T>(),
                                                   before_stop_slot<T>(),
                                                   after_stop_slot<T>(),
                                                   before_delete_slot<T>(),
                                                   after_delete_slot<T>(),
                                                   reconcile_slot<T>(),
                                                   undo_slot<T>()};
    static constexpr banger_daemon_hooks daemon{sizeof(banger_daemon_hooks), 0,
                                                on_start_slot<T>(),          on_stop_slot<T>(),
                                                reconcile_all_slot<T>(),     leave_slot<T>()};
    static constexpr banger_readiness readiness{sizeof(banger_readiness), stage_flags_of<T>(),
                                                stage_of<T>(), stage_summary_of<T>(),
                                                wait_slot<T>()};
    static constexpr banger_guest_services guest_services{sizeof(banger_guest_services), 0,
                                                          power_slot<T>(), exec_slot<T>()};
    static constexpr banger_footprint footprint{sizeof(banger_footprint), 0, list_slot<T>(),
                                                list_all_slot<T>(), release_slot<T>()};

    // An array member that T lacks costs nothing: its table is never looked at.
    template <class List>
    struct Actions {
        static constexpr auto items = pointers(List::get());
        static constexpr banger_actions table{sizeof(banger_actions), items.size(), items.data()};
    };
    template <class List>
    struct Options {
        static constexpr auto items = pointers(List::get());
        static constexpr banger_vm_options table{sizeof(banger_vm_options),
                                                 items.size(),
                                                 items.data(),
                                                 validate_options_slot<T>(),
                                                 option_changed_slot<T>(),
                                                 option_undo_slot<T>(),
                                                 options_available_slot<T>()};
    };

    struct Interfaces {
        std::array<banger_iface, 13> items{};
        std::uint32_t count = 0;
        constexpr void add(bool present, const char* id, const void* table) {
            if (present) {
                items[count++] = {id, table};
            }
        }
    };
    static constexpr Interfaces interfaces() {
        Interfaces all;
        // By the traits, not by the slots: g++ with -fsanitize=undefined does not take the address
        // of a function, compared with null, as a constant.
        all.add(Has_contribute<T>::value || Has_validate<T>::value, BANGER_IFACE_GUEST_CONFIG,
                &guest_config);
        all.add(Has_undo<T>::value || Has_on_ready<T>::value || Has_before_stop<T>::value ||
                    Has_after_stop<T>::value || Has_before_delete<T>::value ||
                    Has_after_delete<T>::value || Has_reconcile<T>::value ||
                    Has_before_create<T>::value || Has_after_create<T>::value ||
                    Has_before_start<T>::value || Has_after_start<T>::value,
                BANGER_IFACE_VM_LIFECYCLE, &lifecycle);
        all.add(Has_on_start<T>::value || Has_on_stop<T>::value || Has_reconcile_all<T>::value ||
                    Has_leave<T>::value,
                BANGER_IFACE_DAEMON, &daemon);
        all.add(Has_wait<T>::value, BANGER_IFACE_READINESS, &readiness);
        all.add(Has_power<T>::value || Has_exec<T>::value, BANGER_IFACE_GUEST_SERVICES,
                &guest_services);
        all.add(Has_list<T>::value || Has_list_all<T>::value || Has_release<T>::value,
                BANGER_IFACE_FOOTPRINT, &footprint);
        if constexpr (Has_options<T>::value) {
            all.add(true, BANGER_IFACE_VM_OPTIONS, &Options<options_list<T>>::table);
        }
        if constexpr (Has_cli<T>::value) {
            all.add(true, BANGER_IFACE_CLI, &Actions<cli_list<T>>::table);
        }
        if constexpr (Has_doctor<T>::value) {
            all.add(true, BANGER_IFACE_DOCTOR, &Actions<doctor_list<T>>::table);
        }
        if constexpr (Has_rpc<T>::value) {
            all.add(true, BANGER_IFACE_RPC, &Actions<rpc_list<T>>::table);
        }
        if constexpr (Has_status<T>::value) {
            all.add(true, BANGER_IFACE_STATUS, &Actions<status_list<T>>::table);
        }
        if constexpr (Has_web_panel<T>::value) {
            all.add(true, BANGER_IFACE_WEB_PANEL, &Actions<web_panel_list<T>>::table);
        }
        return all;
    }
};

} // namespace detail

/// The static entry of plugin class T.
template <class T>
struct Export {
    static banger_status create(const banger_host* host, banger_call* raw, banger_str config,
                                void** self) noexcept {
        host_slot() = host;
        return seal(raw, [&] {
            Call call(raw);
            *self = std::make_unique<T>(Host(host), call, view(config)).release();
        });
    }
    static void destroy(void* self) noexcept { delete static_cast<T*>(self); }

    static constexpr auto interfaces = detail::Tables<T>::interfaces();
    static constexpr banger_entry entry{BANGER_MAGIC,
                                        sizeof(banger_entry),
                                        BANGER_ABI_MAJOR,
                                        detail::min_minor_of<T>(),
                                        BANGER_ABI_MINOR,
                                        interfaces.count,
                                        &detail::Tables<T>::descriptor,
                                        interfaces.items.data(),
                                        &create,
                                        detail::init_slot<T>(),
                                        &destroy};
};

} // namespace sdk_1_0
} // namespace banger
