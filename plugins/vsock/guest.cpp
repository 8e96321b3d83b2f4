#include "guest.hpp"

#include "guest_json.hpp"
#include "http_request.hpp"

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t longest_line = 64U * 1024;
constexpr milliseconds answer_limit = 3s;
constexpr milliseconds titles_limit = 10s; ///< the agent asks each port for up to a second

// How soon the agent is tried again. One that is due after a start must be heard at once: its
// "ready" is what `vm create` waits for. A try is a connect to the supervisor's socket; no guest
// sees it before its agent is there.
constexpr milliseconds due_pause = 20ms;
constexpr milliseconds late_pause = 100ms;
constexpr milliseconds due_time = 10s;
constexpr milliseconds late_time = 60s;
constexpr milliseconds first_pause = 100ms;
constexpr milliseconds longest_pause = 5s;
constexpr milliseconds flood_pause = 30s;
constexpr milliseconds steady_time = 10s; ///< a stream that lasted so long was a good one

constexpr int silent_samples = 3;
constexpr milliseconds boot_time = 60s; ///< before which one that was never heard is not silent
constexpr milliseconds clock_pause = 5s;
constexpr milliseconds own_clock_event = 2s; ///< what we set comes back as an event
constexpr int most_clock_tries = 3;

std::int64_t wall_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Pauses of seconds end with a second of the clock: those of many guests are one waking.
milliseconds to_whole_second(milliseconds pause) {
    if (pause < 1s) {
        return pause;
    }
    const auto due = std::chrono::ceil<std::chrono::seconds>(Steady::now() + pause);
    return std::chrono::ceil<milliseconds>(due - Steady::now());
}

} // namespace

Guest::Guest(Poller& poller, const Watching& watching, GuestVm vm, News news)
    : poller_(poller), watching_(watching), news_(std::move(news)), lines_(longest_line),
      flow_(1U << 20U, 256, 10s) {
    view_.vm = std::move(vm);
    view_.since = Steady::now();
    tell();
    listen();
}

Guest::~Guest() {
    poller_.cancel(again_);
    poller_.cancel(hello_);
}

// ---- events ----

void Guest::listen() {
    greeted_ = flooded_ = false;
    lines_ = Lines(longest_line);
    try {
        open_events();
    } catch (const std::system_error& error) { // the daemon has no descriptor left, say
        lost(error.what());
    }
}

void Guest::open_events() {
    events_ = std::make_unique<AgentStream>(
        poller_, view_.vm.socket,
        [this] {
            events_->follow(
                http_request("GET", "/v1/events"), answer_limit,
                [this](std::string_view bytes) { take_events(bytes); },
                [this](std::size_t bytes) { count(bytes, 0); });
            hello_ = poller_.after(answer_limit, [this] { lost("the agent does not say hello"); });
        },
        [this](const std::string& why) { lost(why); });
}

void Guest::count(std::size_t bytes, std::size_t lines) {
    if (!flow_.take(bytes, lines, Steady::now())) {
        flooded_ = true;
        throw Refused("the guest floods us with events");
    }
}

void Guest::take_events(std::string_view bytes) {
    count(0, static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')));
    lines_.feed(bytes, [this](std::string_view line) { take(parse_event(line)); });
}

void Guest::take(const Event& event) {
    if (!greeted_ && event.kind != EventKind::hello) {
        return; // nobody knows yet whose it is
    }
    switch (event.kind) {
    case EventKind::hello:
        if (!std::exchange(greeted_, true)) {
            poller_.cancel(hello_);
            greeted_at_ = Steady::now();
            view_.connected = true;
            view_.problem.clear();
            heard();
            begin(event.health);
            tell();
            check_clock();
        }
        return;
    case EventKind::ready:
        heard();
        become_ready();
        break;
    case EventKind::booted:
        heard();
        become_booted(event.failed_units);
        break;
    case EventKind::clock:
        heard();
        if (Steady::now() - clock_set_ > own_clock_event) {
            check_clock();
        }
        return;
    case EventKind::stopping:
    case EventKind::unknown:
        heard();
        return;
    }
    tell();
}

/// Of a hello: a guest that boots again does so on another stream.
void Guest::begin(const Health& health) {
    if (health.boot_id != view_.boot_id) { // its counters began anew
        view_.stats.reset();
        view_.cpu_percent.reset();
        view_.rx_per_s.reset();
        view_.tx_per_s.reset();
        told_booted_ = false;
        view_.ready = false;
        set_state(GuestState::booting);
    }
    view_.boot_id = health.boot_id;
    take(health);
}

void Guest::take(const Health& health) {
    if (health.boot_id != view_.boot_id) {
        throw Refused("the guest changes its boot between two answers");
    }
    view_.version = health.version;
    view_.features = health.features;
    view_.uptime_ms = health.uptime_ms;
    view_.failed_units = health.failed_units;
    if (health.ready) {
        become_ready();
    }
    if (health.booted) {
        become_booted(health.failed_units);
    }
}

void Guest::become_ready() {
    view_.ready = true;
    set_state(GuestState::ready);
}

void Guest::become_booted(std::optional<std::vector<std::string>> failed_units) {
    view_.failed_units = std::move(failed_units);
    if (!std::exchange(told_booted_, true)) {
        publish("booted", json{{"failed_units",
                                view_.failed_units ? json(*view_.failed_units) : json(nullptr)}}
                              .dump(-1, ' ', false, json::error_handler_t::replace));
        sample({true, true, false}); // its first figures, once they cost its boot nothing
    }
}

void Guest::lost(const std::string& why) {
    poller_.cancel(hello_);
    const bool told = view_.connected || view_.problem != why;
    view_.connected = false;
    view_.problem = why;
    asked_.clear();
    questions_.reset();
    events_.reset();
    again_ = poller_.after(to_whole_second(pause()), [this] { listen(); });
    if (told) {
        tell();
    }
}

milliseconds Guest::pause() {
    const auto now = Steady::now();
    if (flooded_) {
        return flood_pause;
    }
    if (view_.vm.fresh && !view_.heard && now - view_.since < late_time) {
        return now - view_.since < due_time ? due_pause : late_pause;
    }
    if (greeted_ && now - greeted_at_ > steady_time) {
        pause_ = 0ms;
    }
    pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
    return pause_;
}

// ---- questions ----

void Guest::sample(const Wanted& wanted) {
    clock_due_ = clock_due_ || (wanted.clock && watching_.clock);
    if (!view_.connected || !asked_.empty() || (questions_ && !questions_->idle())) {
        return;
    }
    if (has("stats")) {
        asked_.push_back(Question::stats);
    }
    if (has("ports") && (wanted.ports || wanted.titles)) {
        asked_.push_back(wanted.titles ? Question::titles : Question::ports);
    }
    if (wanted.titles || asked_.empty()) {
        asked_.push_back(Question::health);
    }
    if (std::exchange(clock_due_, false) && has("time")) {
        asked_.push_back(Question::time);
    }
    clock_tries_ = 0;
    ask_next();
}

void Guest::look_at_ports() {
    if (view_.connected && has("ports") &&
        std::find(asked_.begin(), asked_.end(), Question::titles) == asked_.end()) {
        asked_.push_back(Question::titles);
        ask_next();
    }
}

void Guest::check_clock() {
    if (!watching_.clock || !view_.connected || !has("time")) {
        return;
    }
    if (Steady::now() - clock_asked_ < clock_pause || !asked_.empty()) {
        clock_due_ = true; // at the next sample
        return;
    }
    clock_tries_ = 0;
    asked_.push_back(Question::time);
    ask_next();
}

void Guest::judge() {
    const auto now = Steady::now();
    const auto limit = silent_samples * watching_.sample;
    const bool silent = view_.heard ? now - *view_.heard > limit
                                    : now - view_.since > std::max<milliseconds>(limit, boot_time);
    if (!silent || view_.state == GuestState::silent) {
        return;
    }
    set_state(GuestState::silent);
    tell();
    if (events_ && view_.connected) {
        lost("no answer for " + std::to_string(limit.count()) + " ms");
    }
}

void Guest::ask_next() {
    if (asked_.empty() || (questions_ && !questions_->idle())) {
        return;
    }
    if (!questions_) {
        questions_ = std::make_unique<AgentStream>(
            poller_, view_.vm.socket, [this] { ask_next(); },
            [this](const std::string& why) {
                view_.problem = why;
                asked_.clear();
                questions_.reset(); // made again for the next sample
            });
        return;
    }
    const Question question = asked_.front();
    asked_.pop_front();
    ask(question);
}

void Guest::ask(Question question) {
    std::string request;
    switch (question) {
    case Question::stats:
        request = http_request("GET", "/v1/stats");
        break;
    case Question::ports:
        request = http_request("GET", "/v1/ports");
        break;
    case Question::titles:
        request = http_request("GET", "/v1/ports?titles=1");
        break;
    case Question::health:
        request = http_request("GET", "/v1/health");
        break;
    case Question::time:
        request = http_request("GET", "/v1/time");
        clock_asked_ = sent_ = Steady::now();
        sent_ns_ = wall_ns();
        break;
    case Question::set_time: // when it arrives, half a round trip has passed
        request = http_request("PUT", "/v1/time",
                               json{{"unix_ns", wall_ns() + round_trip_.count() / 2}}.dump());
        clock_set_ = Steady::now();
        break;
    }
    questions_->ask(request, question == Question::titles ? titles_limit : answer_limit,
                    [this, question](const HttpReply& reply) {
                        heard();
                        if (reply.status() == 200) {
                            take_answer(question, reply);
                        }
                        ask_next();
                    });
}

void Guest::take_answer(Question question, const HttpReply& reply) {
    switch (question) {
    case Question::stats:
        take_stats(reply.body());
        break;
    case Question::ports:
        if (take_ports(reply.body())) {
            asked_.push_back(Question::titles); // at once: somebody waits for its link
        }
        break;
    case Question::titles:
        take_ports(reply.body());
        break;
    case Question::health:
        take(parse_health(reply.body()));
        break;
    case Question::time:
        take_time(reply.body());
        return;
    case Question::set_time:
        take_clock_set(reply.body());
        return;
    }
    tell();
}

void Guest::take_stats(const std::string& body) {
    Stats stats = parse_stats(body);
    const auto now = Steady::now();
    if (view_.stats) {
        const auto elapsed = static_cast<std::uint64_t>(
            std::chrono::duration_cast<milliseconds>(now - sampled_).count());
        view_.cpu_percent = cpu_percent(*view_.stats, stats);
        view_.rx_per_s = per_second(view_.stats->rx_bytes(), stats.rx_bytes(), elapsed);
        view_.tx_per_s = per_second(view_.stats->tx_bytes(), stats.tx_bytes(), elapsed);
    }
    sampled_ = now;
    view_.uptime_ms = stats.uptime_ms;
    view_.stats = std::move(stats);
}

bool Guest::take_ports(const std::string& body) {
    std::vector<Port> ports = parse_ports(body);
    const bool all_known = keep_titles(ports, view_.ports.value_or(std::vector<Port>()));
    view_.ports = std::move(ports);
    return !all_known;
}

void Guest::take_time(const std::string& body) {
    round_trip_ = Steady::now() - sent_;
    const std::int64_t guest_ns =
        signed_in(parse_object(body), "unix_ns", std::numeric_limits<std::int64_t>::max());
    const ClockReading reading = read_clock(sent_ns_, round_trip_, guest_ns);
    if (!reading.usable && ++clock_tries_ < most_clock_tries) {
        asked_.push_front(Question::time);
    } else if (reading.off()) {
        asked_.push_front(Question::set_time);
    }
}

void Guest::take_clock_set(const std::string& body) {
    const json answer = parse_object(body);
    if (flag_in(answer, "set")) {
        const auto most = static_cast<std::int64_t>(1LL << 53U);
        publish("clock", json{{"off_ms", signed_in(answer, "was_off_ms", most)}}.dump());
    }
}

bool Guest::has(std::string_view feature) const {
    return std::find(view_.features.begin(), view_.features.end(), feature) != view_.features.end();
}

// ---- what is told of it ----

void Guest::heard() {
    view_.heard = Steady::now();
    view_.heard_at = std::chrono::system_clock::now();
    if (view_.state == GuestState::silent) {
        set_state(view_.ready ? GuestState::ready : GuestState::booting);
    }
}

void Guest::set_state(GuestState state) {
    if (std::exchange(view_.state, state) == state) {
        return;
    }
    if (state == GuestState::ready) {
        publish("ready");
    } else if (state == GuestState::silent && view_.heard) {
        publish("silent");
    }
}

void Guest::tell() {
    news_.view(view_);
}

void Guest::publish(std::string_view type, std::string members_json) {
    json data = members_json.empty() ? json::object() : json::parse(members_json);
    data["vm"] = view_.vm.name;
    data["id"] = view_.vm.id;
    data["uptime_ms"] = view_.uptime_ms;
    news_.event(type, data.dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace vsock
