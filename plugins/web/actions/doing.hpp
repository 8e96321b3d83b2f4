#pragma once

#include "pages/site.hpp"

#include <functional>

namespace web {

/// Where a page that tells of a refusal leads back to.
struct WayBack {
    std::string path; ///< of ours
    std::string text; ///< "testbox", "all images"
};

/// Asks the daemon for it. The id of the operation that it became, which can then be done again;
/// empty: it is done. Throws Problem.
[[nodiscard]] std::string begin(Site& site, banger::Call& call, const Deed& deed);

/// Once for the form's hidden `idem`: who asks, what for and with which values is part of the key,
/// so that a form which was changed is another one.
[[nodiscard]] Outcome once(Site& site, const Request& request, const std::function<Outcome()>& act);

/// 303 to that page, or {"op","href"} where JSON is asked for.
[[nodiscard]] Response went(const Request& request, const Outcome& outcome);

/// The whole of it: begins the deed once and leads to its operation, or to `after` where it is done
/// at once. What the daemon refuses becomes a page that leads back, to the operation that is in the
/// way, and to another try.
[[nodiscard]] Response carry_out(Site& site, banger::Call& call, const Request& request,
                                 const Deed& deed, const WayBack& back, const std::string& after);

/// That page. subject: the VM or image, to find what is in the way.
[[nodiscard]] Response show_refusal(Site& site, banger::Call& call, const Request& request,
                                    const Problem& problem, const std::string& subject,
                                    const WayBack& back);

/// Id of the operation that works on this VM or image; empty: none.
[[nodiscard]] std::string running_on(Site& site, banger::Call& call, const std::string& subject);

/// "/v1/vms/testbox"
[[nodiscard]] std::string vm_target(std::string_view name);
[[nodiscard]] std::string image_target(std::string_view name);

} // namespace web
