#pragma once

#include "faults.hpp"
#include "gate/csrf.hpp"
#include "router.hpp"

#include <banger/plugin.hpp>

#include <functional>
#include <string>

namespace web {

/// Pages that are shown instead of what was asked for; on a worker's thread. None may throw.
struct Pages {
    std::function<Response(banger::Call&, const Request&, int status, const std::string& title,
                           const std::string& cause, const std::string& next)>
        error;
    /// The form's token is ours and too old: the same form once more, with what was typed in.
    std::function<Response(banger::Call&, const Request&)> expired;
};

/// Makes the answer to a request that the gate has let in: token of the form, handler, and a page
/// of what these refuse or throw. Any thread.
class Answers {
  public:
    Answers(const Router& router, const Csrf& csrf, Pages pages)
        : router_(router), csrf_(csrf), pages_(std::move(pages)) {}

    [[nodiscard]] Response answer(banger::Call& call, Request request);
    [[nodiscard]] Response too_large(banger::Call& call, const Request& request) const;
    /// Five faults in a minute: no handler is run any more.
    [[nodiscard]] bool given_up() const { return faults_.too_many(); }

  private:
    [[nodiscard]] Response found(banger::Call& call, Request& request);
    [[nodiscard]] Response fault(banger::Call& call, const Request& request, const char* what);

    const Router& router_;
    const Csrf& csrf_;
    Pages pages_;
    Faults faults_;
};

} // namespace web
