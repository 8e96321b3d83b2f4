// console_server PLUGIN.so [CONFIG-JSON]: the web console for a browser, without any VM. Its daemon
// is whoever started this: lines of JSON, what the console asks comes out, the answers go in.
//   out  {"url":"http://127.0.0.1:7777/"}   it listens; again after each restart
//        {"ask":1,"method":"GET","target":"/v1/vms","body":""}
//        {"done":"event"}                   the line of that name was carried out
//        {"misuse":[..]}                    the last one: what a real host would have refused
//   in   {"answer":1,"status":200,"body":"{..}"}
//        {"fixed":{"GET /v1/vms":"{..}"}}   answered with 200 without being asked from now on
//        {"event":{"type":"vm.state"}}      told to the console
//        {"timers":true}                    each of its timers is run once
//        {"restart":true}                   the plugin ends, and begins anew with the same folder
// It ends with its standard input.
#include <banger/test/fake_host.hpp>
#include <nlohmann/json.hpp>

#include <condition_variable>
#include <iostream>
#include <thread>

namespace {

using nlohmann::json;
using Host = banger::fake::Host;

/// Whole lines, whichever thread says them.
void say(const json& line) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
}

/// The daemon at the other end of our standard streams. Any thread.
class Daemon {
  public:
    std::optional<Host::ApiAnswer> ask(const Host::ApiRequest& request) {
        std::unique_lock lock(mutex_);
        if (const auto found = fixed_.find(request.method + " " + request.target);
            found != fixed_.end()) {
            return Host::ApiAnswer{200, found->second};
        }
        const int number = ++last_;
        lock.unlock();
        say({{"ask", number},
             {"method", request.method},
             {"target", request.target},
             {"body", request.body}});
        lock.lock();
        const bool came = changed_.wait_for(
            lock, longest, [&] { return over_ || answers_.find(number) != answers_.end(); });
        const auto answer = answers_.find(number);
        if (!came || answer == answers_.end()) {
            return Host::ApiAnswer{0, R"({"error":{"kind":"timeout","message":"nobody answers"}})"};
        }
        Host::ApiAnswer given = std::move(answer->second);
        answers_.erase(answer);
        return given;
    }
    void answer(const json& line) {
        const std::lock_guard lock(mutex_);
        answers_[line.at("answer")] = {line.at("status"), line.at("body")};
        changed_.notify_all();
    }
    void fix(const json& answers) {
        const std::lock_guard lock(mutex_);
        for (const auto& [asked, body] : answers.items()) {
            fixed_[asked] = body;
        }
    }
    void command(json line) {
        const std::lock_guard lock(mutex_);
        commands_.push_back(std::move(line));
        changed_.notify_all();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        over_ = true;
        changed_.notify_all();
    }
    /// Null: there are no more.
    json next_command() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return over_ || !commands_.empty(); });
        if (over_) {
            return nullptr;
        }
        json line = std::move(commands_.front());
        commands_.pop_front();
        return line;
    }

  private:
    static constexpr std::chrono::seconds longest{30};

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<int, Host::ApiAnswer> answers_;
    std::map<std::string, std::string> fixed_;
    std::deque<json> commands_;
    int last_ = 0;
    bool over_ = false;
};

void begin(Host& host, const std::string& config) {
    host.begin(config);
    const banger::fake::Outcome opened = host.action(BANGER_IFACE_CLI, "web");
    if (!opened.ok()) {
        throw std::runtime_error(opened.message + "; " + opened.hint);
    }
    say({{"url", json::parse(opened.output.at(0).bytes).at("open")},
         {"folder", host.state_dir().string()}});
}

/// Answers go past the commands: one that waits for the console may need them.
void read_input(Daemon& daemon) {
    std::string text;
    while (std::getline(std::cin, text)) {
        json line = json::parse(text);
        if (line.contains("answer")) {
            daemon.answer(line);
        } else {
            daemon.command(std::move(line));
        }
    }
    daemon.end();
}

void serve(const char* plugin, const std::string& config) {
    Daemon daemon;
    Host host(plugin);
    host.api = [&](const Host::ApiRequest& request) { return daemon.ask(request); };
    begin(host, config);
    std::thread reader([&] { read_input(daemon); });
    for (json line = daemon.next_command(); !line.is_null(); line = daemon.next_command()) {
        if (line.contains("event")) {
            host.event(line["event"].at("type"), line["event"].dump());
        } else if (line.contains("fixed")) {
            daemon.fix(line["fixed"]);
        } else if (line.contains("timers")) {
            host.fire_timers();
        } else if (line.contains("restart")) {
            host.end();
            begin(host, config);
        }
        say({{"done", line.begin().key()}});
    }
    reader.join();
    host.end();
    say({{"misuse", host.misuse()}});
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: console_server PLUGIN.so [CONFIG-JSON]\n";
        return 2;
    }
    try {
        serve(argv[1], argc > 2 ? argv[2] : "{}");
    } catch (const std::exception& error) {
        std::cerr << "console_server: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
