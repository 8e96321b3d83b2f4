#pragma once

#include "plugin/services.hpp"
#include "privileged/client.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace banger::api {
class Router;
}
namespace banger::store {
class Database;
}
namespace banger::vm {
class Events;
class Machines;
class Operations;
struct Settings;
} // namespace banger::vm

namespace banger::daemon {

/// What plugins get from this daemon. State belongs to the loop, so each call of a plugin's thread
/// is run there and waited for. Must go before the loop does.
class PluginServices {
  public:
    struct Parts {
        boost::asio::io_context& loop;
        store::Database& database;
        vm::Machines& machines;
        vm::Operations& operations;
        vm::Events& events;
        const vm::Settings& settings;
        const privileged::Client& privileged;
        const api::Router& router;
    };

    explicit PluginServices(Parts parts);
    ~PluginServices();

    /// Everything but the log (plugin_log.hpp).
    void fill(plugin::Services& services) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace banger::daemon
