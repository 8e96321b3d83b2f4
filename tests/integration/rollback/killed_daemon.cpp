// A daemon that is to be killed: brings a VM to where a scene begins, and goes through the scene.
// usage: killed_daemon FOLDER SCENE POINT; see kill_at(). Ends with 0 when it got through.

#include "ground.hpp"
#include "kill_vfs.hpp"
#include "scenes.hpp"

#include <iostream>

#include <unistd.h>

int main(int argc, char** argv) {
    using namespace banger::rollback;
    const Scene* scene = argc == 4 ? find_scene(argv[2]) : nullptr;
    if (scene == nullptr) {
        return 2;
    }
    use_kill_vfs();
    const Ground ground(argv[1]);
    Daemon daemon(ground);
    const bool again = scene->run == nullptr; // what the last one left is the scene
    kill_at(again ? std::stoi(argv[3]) : 0);
    daemon.take_up();
    if (again) {
        ::_exit(0);
    }
    scene->prepare(daemon, ground);
    kill_at(std::stoi(argv[3]));
    const auto operation = scene->run(daemon);
    kill_at(0);
    const bool as_expected =
        operation->finished() && operation->error().has_value() == scene->fails;
    if (!as_expected) {
        std::cerr << operation->to_json() << '\n';
    }
    ::_exit(as_expected ? 0 : 3); // as it is: its VMs go on, as those of a daemon that ends
}
