#pragma once

#include "actions/kept.hpp"
#include "config.hpp"
#include "events/hub.hpp"
#include "gate/csrf.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "kept_pages.hpp"
#include "render/renderer.hpp"
#include "state/changes.hpp"
#include "state/checkup.hpp"
#include "state/daemon.hpp"
#include "state/journals.hpp"
#include "state/state.hpp"
#include "state/usage.hpp"
#include "terminal/tickets.hpp"

#include <banger/plugin.hpp>

#include <string>

namespace web {

/// What every page is made with.
struct Site {
    banger::Host host;
    Config config;
    Daemon daemon;
    State state;
    Renderer renderer;
    Csrf csrf;
    Usage usage{};
    Checkup checkup{host};
    Journals journals{host};
    Changes changes{host};
    Kept kept = {}; ///< what was done in this console
    Hub hub{host, state, daemon};
    Tickets tickets = {};
    KeptPages kept_pages = {};
};

/// One page as its handler gives it.
struct Page {
    std::string name;  ///< of its template
    std::string title; ///< "testbox · VMs": before "· banger"
    std::string nav;   ///< entry of the navigation that is current: "vms"
    nlohmann::json model = nlohmann::json::object();
    int status = 200;
};

/// The page whole, or its <main> alone where the request is for that.
[[nodiscard]] Response show(Site& site, banger::Call& call, const Request& request,
                            const Page& page);

/// What is shown instead of a page: the cause and the next step. Never throws.
[[nodiscard]] Response show_error(Site& site, banger::Call& call, const Request& request,
                                  int status, const std::string& title, const std::string& cause,
                                  const std::string& next);

} // namespace web
