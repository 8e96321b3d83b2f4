#include "scenes.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>

namespace banger::rollback {
namespace {

using Started = vm::Lifecycle::Started;

void require(const Started& operation) {
    if (operation->error()) {
        throw os::Error(*operation->error());
    }
}

void nothing(Daemon&, const Ground&) {}
void running(Daemon& daemon, const Ground&) {
    require(daemon.create("a"));
}
void stopped(Daemon& daemon, const Ground&) {
    require(daemon.create("a"));
    require(daemon.run(daemon.world.lifecycle.stop("a", {})));
}
void last_fails_to_create(Daemon&, const Ground& ground) {
    ground.order("hold-c", "after_start", "error");
}
void last_fails_to_start(Daemon& daemon, const Ground& ground) {
    stopped(daemon, ground);
    ground.order("hold-c", "after_start", "error");
}

Started create(Daemon& daemon) {
    return daemon.create("a");
}
Started start(Daemon& daemon) {
    return daemon.run(daemon.world.lifecycle.start("a", std::nullopt));
}
Started stop(Daemon& daemon) {
    return daemon.run(daemon.world.lifecycle.stop("a", {}));
}
Started remove(Daemon& daemon) {
    return daemon.run(daemon.world.lifecycle.remove("a", false));
}
Started remove_running(Daemon& daemon) {
    return daemon.run(daemon.world.lifecycle.remove("a", true));
}

constexpr std::array<Scene, 8> all{{
    {"create", 4, false, nothing, create},
    {"failing_create", 6, true, last_fails_to_create, create},
    {"start", 3, false, stopped, start},
    {"failing_start", 4, true, last_fails_to_start, start},
    {"stop", 2, false, running, stop},
    {"delete", 2, false, stopped, remove},
    {"delete_running", 3, false, running, remove_running},
    {"take_up", 0, false, nothing, nullptr},
}};

} // namespace

std::span<const Scene> scenes() {
    return all;
}

const Scene* find_scene(std::string_view name) {
    const auto* found = std::find_if(all.begin(), all.end(),
                                     [&](const Scene& scene) { return scene.name == name; });
    return found == all.end() ? nullptr : found;
}

} // namespace banger::rollback
