#include "hub.hpp"

#include "state/field.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds time_to_ask{5};

std::string event_text(const FactLog::Entry& entry) {
    return "id: " + std::to_string(entry.revision) + "\ndata: " + entry.text + "\n\n";
}

std::string named_text(const char* name, std::uint64_t revision) {
    const std::string number = std::to_string(revision);
    return std::string("event: ") + name + "\nid: " + number + "\ndata: {\"rev\":" + number +
           "}\n\n";
}

} // namespace

/// One reader, from the connection's side.
class Hub::Stream : public Feed {
  public:
    Stream(Hub& hub, Topics topics, std::optional<std::uint64_t> since)
        : hub_(hub), topics_(std::move(topics)), since_(since) {}
    void open(Write write) override { reader_ = hub_.join(std::move(write), topics_, since_); }
    void close() noexcept override {
        if (reader_) {
            hub_.leave(*reader_);
            reader_.reset();
        }
    }

  private:
    Hub& hub_;
    const Topics topics_;
    const std::optional<std::uint64_t> since_;
    std::optional<Readers::iterator> reader_;
};

Hub::Hub(banger::Host host, State& state, const Daemon& daemon, Times times)
    : host_(host), state_(state), daemon_(daemon), times_(times), log_(state.revision()) {}

void Hub::heard(const json& event) {
    if (field_text(event, "type") == "events.dropped") {
        const std::lock_guard lock(mutex_);
        (void)pace_.take_all();
        const std::uint64_t revision = state_.touch();
        log_.forget(revision);
        tell_all(named_text("resync", revision));
        return;
    }
    for (Fact& fact : facts_of(event)) {
        add(std::move(fact));
    }
}

void Hub::add(Fact fact) {
    const std::lock_guard lock(mutex_);
    if (fact.last || readers_.empty()) {
        pace_.end(fact.key);
        publish(fact);
        return;
    }
    pace_.put(std::move(fact), Clock::now());
    changed_.notify_all();
}

/// Revisions are given here, so that they rise in the order in which facts are told.
void Hub::publish(const Fact& fact) {
    const FactLog::Entry& entry = log_.add(state_.touch(), fact);
    const std::string text = event_text(entry);
    for (Reader& reader : readers_) {
        if (reader.write && (reader.topics.empty() || reader.topics.count(fact.topic) != 0) &&
            !reader.write(text)) {
            reader.write = nullptr;
        }
    }
}

void Hub::tell_all(std::string_view text) {
    for (Reader& reader : readers_) {
        if (reader.write && !reader.write(std::string(text))) {
            reader.write = nullptr;
        }
    }
}

std::string Hub::beat_text() const {
    return named_text("beat", state_.revision());
}

std::string Hub::greeting(const Topics& topics, std::optional<std::uint64_t> since) const {
    if (since && *since <= state_.revision()) {
        if (const auto missed = log_.since(*since, topics)) {
            std::string text;
            for (const FactLog::Entry* entry : *missed) {
                text += event_text(*entry);
            }
            if (text.size() <= longest_replay) {
                return text + beat_text();
            }
        }
    }
    return since ? named_text("resync", state_.revision()) + beat_text() : beat_text();
}

std::shared_ptr<Feed> Hub::feed(Topics topics, std::optional<std::uint64_t> since) {
    const std::lock_guard lock(mutex_);
    if (!thread_ && !stopping_) {
        thread_.emplace(host_, "events", [this](banger::Call&) { take_turns(); });
    }
    return std::make_shared<Stream>(*this, std::move(topics), since);
}

Hub::Readers::iterator Hub::join(Feed::Write write, const Topics& topics,
                                 std::optional<std::uint64_t> since) {
    const std::lock_guard lock(mutex_);
    const bool taken = write(greeting(topics, since));
    if (readers_.empty()) {
        next_beat_ = Clock::now() + times_.beat;
        next_look_ = Clock::now();
        ready_.reset();
    }
    changed_.notify_all();
    return readers_.insert(readers_.end(),
                           Reader{taken ? std::move(write) : Feed::Write(), topics});
}

void Hub::leave(Readers::iterator reader) noexcept {
    const std::lock_guard lock(mutex_);
    readers_.erase(reader);
    if (readers_.empty()) {
        try {
            for (const Fact& fact : pace_.take_all()) {
                publish(fact);
            }
        } catch (const std::exception&) { // no memory: who asks reads all of it anew
            log_.forget(state_.touch());
        }
    }
}

json Hub::since(banger::Call& call, std::uint64_t revision, const Topics& topics) {
    std::unique_lock lock(mutex_);
    if (Clock::now() >= next_look_) {
        look_at_privilege(lock, call);
    }
    const std::uint64_t now = state_.revision();
    const auto entries = revision <= now ? log_.since(revision, topics) : std::nullopt;
    if (!entries) {
        return {{"rev", now}, {"resync", true}};
    }
    if (entries->empty()) {
        return nullptr;
    }
    std::vector<Fact> facts;
    for (const FactLog::Entry* entry : *entries) {
        facts.push_back({entry->topic, entry->key, json::parse(entry->text)});
    }
    lock.unlock();
    json list = json::array();
    for (Fact& fact : facts) {
        list.push_back(completed(call, std::move(fact)).body);
    }
    return {{"rev", now}, {"facts", std::move(list)}};
}

void Hub::stop() noexcept {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (Reader& reader : readers_) {
            reader.write = nullptr;
        }
    }
    changed_.notify_all();
    thread_.reset();
}

void Hub::take_turns() {
    const auto& calls = host_.get<banger_thread_ops>(BANGER_EXT_THREAD);
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (readers_.empty()) {
            changed_.wait(lock); // no time is set: nobody is to be told anything
            continue;
        }
        const auto next = std::min({pace_.next().value_or(next_beat_), next_beat_, next_look_});
        if (Clock::now() < next) {
            changed_.wait_until(lock, next);
            continue;
        }
        banger_call* raw = calls.call_open(host_.raw(), banger::str("events"),
                                           std::chrono::milliseconds(time_to_ask).count());
        if (raw == nullptr) {
            return; // the plugin goes
        }
        banger::seal(raw, [&] {
            banger::Call call(raw);
            if (Clock::now() >= next_look_) {
                look_at_privilege(lock, call);
            }
            tell_due(lock, call);
            if (Clock::now() >= next_beat_) {
                next_beat_ = Clock::now() + times_.beat;
                tell_all(beat_text());
            }
        });
        if (!lock.owns_lock()) { // what was asked for went wrong
            lock.lock();
        }
        lock.unlock();
        calls.call_close(raw);
        lock.lock();
    }
}

void Hub::tell_due(std::unique_lock<std::mutex>& lock, banger::Call& call) {
    std::vector<Fact> facts = pace_.take(Clock::now());
    lock.unlock();
    for (Fact& fact : facts) {
        fact = completed(call, std::move(fact));
    }
    lock.lock();
    for (const Fact& fact : facts) {
        if (!pace_.has_ended(fact.key)) {
            publish(fact);
        }
    }
}

/// It changes outside of the daemon, where a password is typed or its time is over.
void Hub::look_at_privilege(std::unique_lock<std::mutex>& lock, banger::Call& call) {
    next_look_ = Clock::now() + times_.ask;
    lock.unlock();
    std::optional<Fact> fact;
    try {
        fact = privilege_fact(daemon_.get(call, "/v1/daemon"));
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): the next time will do
    }
    lock.lock();
    if (!fact) {
        return;
    }
    const bool ready = fact->body.at("ready");
    next_look_ = Clock::now() + (ready ? times_.beat : times_.ask);
    if (ready_ != ready) {
        ready_ = ready;
        publish(*fact);
    }
}

/// How far an operation is, is in no event.
Fact Hub::completed(banger::Call& call, Fact fact) const {
    if (fact.topic != "ops" || !field_flag(fact.body, "runs")) {
        return fact;
    }
    try {
        const json operation = daemon_.get(call, "/v1/operations/" + field_text(fact.body, "id"));
        return with_progress(std::move(fact), operation);
    } catch (const std::exception&) { // then without
        return fact;
    }
}

} // namespace web
