#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// The head of a request.
struct Head {
    std::string method;
    std::string path;
    std::map<std::string, std::string> query;
    std::string upgrade; ///< the protocol asked for, lower case
    bool close = false;  ///< the connection ends after the answer
    bool expects_continue = false;
    std::optional<std::uint64_t> length; ///< of the body, when told

    /// A parameter of the query; empty when absent.
    [[nodiscard]] std::string parameter(const std::string& name) const;
    /// A number of the query between `least` and `most`; throws Refusal naming it.
    [[nodiscard]] std::uint64_t number(const std::string& name, std::uint64_t otherwise,
                                       std::uint64_t least, std::uint64_t most) const;
};

/// Decodes %XX; "+" stays. Nullopt when it is malformed or holds a NUL byte.
[[nodiscard]] std::optional<std::string> decode_percent(std::string_view text);

/// Takes one request apart. What is no HTTP, or too long, is a Refusal.
class RequestParser {
  public:
    static constexpr std::size_t longest_head = 8192;
    using OnBody = std::function<void(std::string_view)>;

    RequestParser();
    ~RequestParser();

    /// Returns how many bytes it took; give it the rest again, with more behind it. Stops after the
    /// head, so that who answers can be found before the body comes.
    [[nodiscard]] std::size_t put(std::string_view bytes, const OnBody& on_body);
    [[nodiscard]] bool started() const; ///< a byte of it is here
    [[nodiscard]] bool has_head() const;
    [[nodiscard]] bool done() const;
    [[nodiscard]] const Head& head() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace agent
