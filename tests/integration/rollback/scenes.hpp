#pragma once

#include "ground.hpp"

#include <span>
#include <string_view>

namespace banger::rollback {

/// One operation on the VM "a" that a daemon is killed in.
struct Scene {
    std::string_view name;
    int shards; ///< test cases that share its points
    bool fails; ///< it is one that is rolled back
    /// What was before, and what is ordered.
    void (*prepare)(Daemon&, const Ground&);
    vm::Lifecycle::Started (*run)(Daemon&); ///< null: to take up what the last daemon left
};

[[nodiscard]] std::span<const Scene> scenes();
[[nodiscard]] const Scene* find_scene(std::string_view name);

} // namespace banger::rollback
