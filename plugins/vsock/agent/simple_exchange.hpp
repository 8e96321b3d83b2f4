#pragma once

#include "job.hpp"
#include "request.hpp"
#include "seats.hpp"
#include "session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace agent {

/// A request whose body is short and comes first, and whose answer is one JSON document.
class SimpleExchange : public Exchange {
  public:
    static constexpr std::size_t short_body = 64U << 10U;
    using Answer = std::function<void(Session&, const std::string& body)>;

    /// Throws Refusal when the body is told to be longer than `limit`.
    SimpleExchange(Session& session, const Head& head, Answer answer,
                   std::size_t limit = short_body);
    void body(std::string_view bytes) override;
    void end() override { answer_(session_, body_); }

  private:
    Session& session_;
    Answer answer_;
    std::size_t limit_;
    std::string body_;
};

/// As above, with work that may take long in a process of its own. Its result is the answer; a
/// Refusal that it throws is an answer of the kind `invalid`, any other exception `failed`.
class JobExchange final : public Exchange {
  public:
    using Work = std::function<std::string(const std::string& body)>;
    enum class Gone { cancel, go_on }; ///< what becomes of it when the client goes

    JobExchange(Loop& loop, Seats& seats, Session& session, const Head& head, Work work,
                Gone gone = Gone::cancel, std::size_t limit = SimpleExchange::short_body);
    ~JobExchange() override;
    void body(std::string_view bytes) override { body_.body(bytes); }
    void end() override { body_.end(); }

  private:
    struct Running;
    void start(const std::string& body);

    Loop& loop_;
    Session& session_;
    Work work_;
    Gone gone_;
    std::optional<Seats::Seat> seat_;
    SimpleExchange body_;
    std::shared_ptr<Running> running_;
};

} // namespace agent
