#pragma once

#include "exchange.hpp"
#include "refusal.hpp"
#include "request.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

class Session;

/// Finds who answers a request; throws Refusal where nobody does.
using Answerer = std::function<std::unique_ptr<Exchange>(Session&, const Head&)>;

/// One connection's conversation, whatever carries it. Passive: it is fed bytes and gives bytes.
/// It holds at most `input_room` and about `output_room` bytes: who carries it reads no more while
/// held() is above the first, and it takes nothing from programs and files above the second.
class Session {
  public:
    static constexpr std::size_t input_room = 16384;
    static constexpr std::size_t output_room = 65536;

    /// `wake` is called when there may be something for step(), pending() or over(); it comes back
    /// later, never at once.
    Session(const Answerer& answerer, std::function<void()> wake);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // The carrier's side.
    void feed(std::string_view bytes);
    void input_ended();
    void step(); ///< goes on with what is held
    [[nodiscard]] std::size_t held() const noexcept { return in_.size(); }
    [[nodiscard]] std::string_view pending() const noexcept {
        return std::string_view(out_).substr(out_head_);
    }
    void sent(std::size_t count);
    /// The conversation is over: close when pending() is empty.
    [[nodiscard]] bool over() const noexcept { return over_; }
    /// And nobody waits for what is pending: the client may read no more.
    [[nodiscard]] bool aborted() const noexcept { return aborted_; }

    // The exchange's side.
    void answer(int status, std::string_view json);
    void answer(const Refusal& refusal);
    /// An answer without a known end, in chunks; `headers` are whole lines.
    void start(std::string_view type, std::string_view headers = {});
    void upgrade(std::string_view protocol); ///< 101; write() and frames() carry raw bytes then
    void write(std::string_view bytes);
    void finish();
    void abort(); ///< the answer cannot be completed: the connection ends
    [[nodiscard]] std::size_t room() const noexcept;
    void go_on() { wake_(); } ///< frames() may take more
    void want_room() {        ///< writable() comes when half of the room is free, perhaps soon
        blocked_ = true;
        wake_();
    }
    [[nodiscard]] bool answering() const noexcept { return reply_ != Reply::none; }

  private:
    enum class Reply { none, chunked, raw, complete };

    [[nodiscard]] bool advance();
    [[nodiscard]] bool read_head();
    [[nodiscard]] bool read_body();
    void begin_answer(int status, std::string_view headers);
    void refuse(const Refusal& refusal);
    template <typename Work>
    void guarded(Work&& work);

    const Answerer& answerer_;
    std::function<void()> wake_;
    std::string in_;
    std::string out_;
    std::size_t out_head_ = 0;
    std::optional<RequestParser> parser_;
    std::unique_ptr<Exchange> exchange_;
    Reply reply_ = Reply::none;
    bool body_ended_ = false; ///< the exchange knows
    bool close_ = false;      ///< after this answer
    bool blocked_ = false;    ///< the exchange waits for writable()
    bool input_ended_ = false;
    bool over_ = false;
    bool aborted_ = false;
    bool stepping_ = false;
};

} // namespace agent
