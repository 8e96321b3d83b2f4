#pragma once

#include "request.hpp"
#include "response.hpp"

#include <banger/plugin.hpp>

#include <functional>
#include <string>
#include <vector>

namespace web {

/// Finds who answers a method and a path.
class Router {
  public:
    /// A thread of the plugin's workers. What it throws becomes an error page.
    using Handler = std::function<Response(banger::Call&, const Request&)>;
    struct Found {
        const Handler* handler = nullptr; ///< null: nobody answers that path, or not by that method
        std::vector<std::string> args;
        std::string allowed; ///< methods of that path, as Allow has them; empty: no such path
    };

    /// pattern: "/vms/{name}/stop"; what stands for {..} is one part of a path, never empty. A last
    /// "{path...}" is all the rest behind its '/', with each '/' in it; it may be empty. As it
    /// came:
    /// "..", "." and empty parts are the handler's to refuse.
    void add(std::string method, std::string_view pattern, Handler handler);
    /// path: decoded.
    [[nodiscard]] Found find(std::string_view method, std::string_view path) const;

  private:
    struct Route {
        std::string method;
        std::vector<std::string> parts;
        Handler handler;
    };
    std::vector<Route> routes_;
};

} // namespace web
