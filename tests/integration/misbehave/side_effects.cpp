#include "side_effects.hpp"

#include <fstream>
#include <thread>

namespace banger::plugin {

namespace fs = std::filesystem;

Holdings Holdings::now() {
    // A sanitizer's own thread comes with the first other one.
    static const bool threads_began = (std::thread([] {}).join(), true);
    static_cast<void>(threads_began);
    Holdings all;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the one that reads the folder
        const std::string target = fs::read_symlink(entry.path(), gone);
        if (!gone && target.find("/proc/") == std::string::npos) {
            all.descriptors.emplace(std::stoi(entry.path().filename()), target);
        }
    }
    const fs::directory_iterator tasks("/proc/self/task");
    all.threads = static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
    return all;
}

Misbehaving::Misbehaving() {
    host->timeouts.grace = std::chrono::seconds(20);
}

Misbehaving::~Misbehaving() {
    let_go();
    end();
    EXPECT_TRUE(soon([&] { return Holdings::now().threads <= before.threads; }))
        << "threads: " << before.threads << " before, " << Holdings::now().threads << " after";
    EXPECT_EQ(Holdings::now().descriptors, before.descriptors);
}

std::string Misbehaving::load(const std::string& orders, const std::string& plugin) {
    id = plugin;
    host->add(plugin);
    host->entry(plugin).config_json = R"({"orders":")" + orders + R"(","mark":")" + mark + R"("})";
    host->add("rec-well");
    const std::string problem = host->load();
    host->recorded();
    return problem;
}

std::string Misbehaving::run(vm::Hook hook) const {
    return error_of([&] { host->dispatch->run(hook, web, host->context); });
}

std::vector<std::string> Misbehaving::undo(vm::Phase phase) const {
    std::vector<std::string> result;
    for (const vm::UndoFailure& failure : host->dispatch->undo(web, phase, host->context)) {
        result.emplace_back(failure.error.what());
    }
    return result;
}

void Misbehaving::expect_the_other_is_well() {
    EXPECT_EQ(host->info("rec-well").state, State::active);
    host->recorded();
    static_cast<void>(run(vm::Hook::on_ready)); // reports what the bad one says, and asks both
    EXPECT_THAT(host->recorded(), testing::ElementsAre("rec-well on_ready web"));
}

std::vector<std::string> Misbehaving::rows() const {
    std::vector<std::string> all = host->open_records();
    for (const std::string& key : host->kv.keys(id, "")) {
        all.push_back("kv " + key);
    }
    return all;
}

std::vector<std::string> Misbehaving::marks() const {
    std::ifstream file(mark);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

void Misbehaving::let_go() const {
    std::ofstream(mark + ".go") << "go";
}

void Misbehaving::end() {
    if (host) {
        host->let_go();
        host->dispatch.reset();
        host->catalog.reset();
        host.reset();
    }
}

} // namespace banger::plugin
