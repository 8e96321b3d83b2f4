#include "watched.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sys/eventfd.h>

namespace vsock {

Watched::Watched(std::chrono::milliseconds sample)
    : cancel_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    Watcher::Outlets outlets{[this](const std::string& vm_id, const std::string& facts_json) {
                                 const std::lock_guard lock(mutex_);
                                 facts_[vm_id] = facts_json;
                             },
                             [this](std::string_view type, const std::string& data_json) {
                                 const std::lock_guard lock(mutex_);
                                 events_.push_back(
                                     std::string(type) + " " +
                                     nlohmann::json::parse(data_json).at("id").get<std::string>());
                             },
                             [this](std::string_view text) {
                                 const std::lock_guard lock(mutex_);
                                 warnings_.emplace_back(text);
                             }};
    watcher_ = std::make_unique<Watcher>(Watching{sample, true}, board_, std::move(outlets));
    thread_ = std::thread([this] { watcher_->run(cancel_.fd()); });
}

Watched::~Watched() {
    (void)::eventfd_write(cancel_.fd(), 1);
    thread_.join();
    EXPECT_TRUE(warnings_.empty()) << warnings_.front();
}

Watched::Agent& Watched::start_agent(const std::string& vm_id, Mood mood) {
    auto& agent = agents_[vm_id];
    agent.reset();
    agent = std::make_unique<Agent>(dir_.path() / (vm_id + ".sock"), mood);
    return *agent;
}

void Watched::watch(const std::string& vm_id, int pid, bool fresh) {
    GuestVm vm;
    vm.id = vm_id;
    vm.name = "name-" + vm_id;
    vm.socket = (dir_.path() / (vm_id + ".sock")).string();
    vm.pid = pid;
    vm.fresh = fresh;
    watcher_->watch(vm);
}

GuestView Watched::view(const std::string& vm_id) const {
    const Board::View found = board_.find(vm_id);
    return found ? *found : GuestView();
}

std::vector<std::string> Watched::events() const {
    const std::lock_guard lock(mutex_);
    return events_;
}

std::size_t Watched::count(const std::string& event) const {
    const std::vector<std::string> all = events();
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), event));
}

std::string Watched::facts(const std::string& vm_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = facts_.find(vm_id);
    return found == facts_.end() ? std::string() : found->second;
}

void Watched::eventually(const std::function<bool()>& done, std::chrono::milliseconds limit) {
    const auto deadline = Steady::now() + limit;
    while (!done() && Steady::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(done());
}

} // namespace vsock
