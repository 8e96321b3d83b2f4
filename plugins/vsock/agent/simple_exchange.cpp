#include "simple_exchange.hpp"

namespace agent {

SimpleExchange::SimpleExchange(Session& session, const Head& head, Answer answer, std::size_t limit)
    : session_(session), answer_(std::move(answer)), limit_(limit) {
    if (head.length.value_or(0) > limit_) {
        throw Refusal(Kind::too_large,
                      "the body is longer than " + std::to_string(limit_) + " bytes");
    }
    body_.reserve(head.length.value_or(0));
}

void SimpleExchange::body(std::string_view bytes) {
    if (bytes.size() > limit_ - body_.size()) {
        throw Refusal(Kind::too_large,
                      "the body is longer than " + std::to_string(limit_) + " bytes");
    }
    body_.append(bytes);
}

/// Lives until the work is done, whoever waits for it.
struct JobExchange::Running {
    Seats::Seat seat;
    Session* session;
    std::unique_ptr<Job> job;
};

JobExchange::JobExchange(Loop& loop, Seats& seats, Session& session, const Head& head, Work work,
                         Gone gone, std::size_t limit)
    : loop_(loop), session_(session), work_(std::move(work)), gone_(gone), seat_(seats.take()),
      body_(
          session, head, [this](Session&, const std::string& body) { start(body); }, limit) {
    if (!seat_) {
        throw Refusal(Kind::busy, "too much of this kind runs already");
    }
}

void JobExchange::start(const std::string& body) {
    running_ = std::make_shared<Running>(Running{std::move(*seat_), &session_, nullptr});
    Launch launch;
    launch.work = [this, &body] {
        try {
            print_result(work_(body));
        } catch (const Refusal& refusal) {
            print_result(std::string("!") + refusal.what());
        } catch (const std::exception& error) {
            print_result(std::string("?") + error.what());
        }
    };
    running_->job = std::make_unique<Job>(
        loop_, launch, [running = running_](const std::string& result, int status) {
            if (running->session == nullptr) {
                return;
            }
            if (status != 0 || result.empty()) {
                running->session->answer(Refusal(Kind::failed, "the work ended early"));
            } else if (result[0] == '!' || result[0] == '?') {
                const Kind kind = result[0] == '!' ? Kind::invalid : Kind::failed;
                running->session->answer(Refusal(kind, result.substr(1)));
            } else {
                running->session->answer(200, result);
            }
        });
}

JobExchange::~JobExchange() {
    if (running_ == nullptr) {
        return;
    }
    running_->session = nullptr;
    if (gone_ == Gone::cancel) {
        running_->job.reset(); // ends the work
    }
}

} // namespace agent
