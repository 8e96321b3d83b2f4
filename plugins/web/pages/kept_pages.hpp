#pragma once

#include "http/router.hpp"
#include "state/snapshot.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace web {

struct Site;

/// Pages that are drawn of a snapshot and of their address alone: as long as that snapshot is the
/// newest, they are not drawn again. Token and key of their forms are new each time. Any thread.
class KeptPages {
  public:
    static constexpr std::size_t most_bytes = 4U << 20U;

    /// What is kept of that snapshot for that request, by its address.
    [[nodiscard]] std::optional<Response> find(const SnapshotPtr& now, const Request& request);
    void keep(const SnapshotPtr& now, const Request& request, const Response& response);

  private:
    std::mutex mutex_;
    SnapshotPtr of_; ///< under mutex_, as the others
    std::map<std::string, Response> pages_;
    std::size_t bytes_ = 0;
};

/// The handler, for a page of that kind. It may not look at anything else that changes, but for
/// what is as old as a snapshot may be.
[[nodiscard]] Router::Handler kept(Site& site, Router::Handler draw);

} // namespace web
