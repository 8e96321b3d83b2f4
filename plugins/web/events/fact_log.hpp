#pragma once

#include "fact.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace web {

/// The last thousand facts by revision, for those who missed some. One that a later one says again
/// is not kept. Not to be used by several threads at once.
class FactLog {
  public:
    static constexpr std::size_t most = 1000;
    struct Entry {
        std::uint64_t revision = 0;
        std::string topic, key, text; ///< text: the body, one line of JSON
    };

    explicit FactLog(std::uint64_t begin) : begin_(begin) {}

    const Entry& add(std::uint64_t revision, const Fact& fact);
    /// What happened until then is known no more.
    void forget(std::uint64_t revision);
    /// Those after that revision, in order; nothing: some of them are known no more.
    [[nodiscard]] std::optional<std::vector<const Entry*>> since(std::uint64_t revision,
                                                                 const Topics& topics) const;

  private:
    std::uint64_t begin_; ///< all after it is known
    std::map<std::uint64_t, Entry> entries_;
    std::map<std::string, std::uint64_t, std::less<>> latest_; ///< by key
};

} // namespace web
