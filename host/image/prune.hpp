#pragma once

#include "image/image.hpp"
#include "image/leftovers.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace banger::image {

class Catalog;

/// What `banger image prune` asks for.
struct PruneRequest {
    std::int64_t older_than_s = 30 * 86'400LL;    ///< only images that old
    std::optional<std::vector<std::string>> only; ///< of the images these
};

/// Of the images those that go: managed ones that are old enough and not among the `needed` names.
[[nodiscard]] std::vector<Image> prunable(std::vector<Image> images, const PruneRequest& request,
                                          const std::set<std::string>& needed, std::int64_t now_ms);

/// What went, or would.
struct Pruned {
    struct Failure {
        std::string what; ///< "image dev", or a path
        std::string why;
    };
    std::vector<Image> images;
    std::vector<Leftover> leftovers;
    std::vector<Failure> failures; ///< of what stays
    std::uint64_t bytes = 0;       ///< that images and leftovers occupy
};

/// One `banger image prune`: images that nobody needs, and what of the store and the templates
/// nobody has. [loop]
class Prune {
  public:
    /// Names of the images that VMs were made of, and of the default one; asked again before
    /// anything goes.
    using Needed = std::function<std::set<std::string>()>;

    Prune(Catalog& catalog, std::filesystem::path templates, PruneRequest request, Needed needed);

    /// Looks through the disk. [pool thread]
    [[nodiscard]] std::vector<Leftover> find_leftovers() const;
    /// Changes nothing.
    [[nodiscard]] Pruned preview(const std::vector<Leftover>& leftovers) const;
    /// Puts all of it away, but for what came into use since it was looked at. What cannot be put
    /// away keeps nothing else. The store's bin is to be emptied then.
    [[nodiscard]] Pruned put_away(const std::vector<Leftover>& leftovers) const;

  private:
    [[nodiscard]] bool put_away_one(const Leftover& leftover) const;

    Catalog& catalog_;
    std::filesystem::path templates_;
    PruneRequest request_;
    Needed needed_;
    std::vector<Image> unused_;
    InUse in_use_;
};

} // namespace banger::image
