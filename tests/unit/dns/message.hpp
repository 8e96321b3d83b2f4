#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dns::test {

/// A question as a client sends it. `name` keeps its case.
struct Asked {
    std::string name;
    std::uint16_t type = 1;
    std::uint16_t id = 0x1234;
    bool edns = false;
    std::uint16_t udp_size = 4096;
    bool recursion = true;
    std::uint16_t klass = 1;
    [[nodiscard]] std::string bytes() const;
};

/// A resolver's answer to a question for `name`'s address, of these records.
[[nodiscard]] std::string answer_with(const std::string& name,
                                      const std::vector<std::string>& records);

/// A message as ldns reads it; a failing test when it cannot.
struct Heard {
    unsigned id = 0, rcode = 0;
    bool response = false, authoritative = false, truncated = false, edns = false;
    unsigned udp_size = 0;
    std::string question;
    std::vector<std::string> answer, authority; ///< "web.vm. 0 IN A 172.30.88.2"
};
[[nodiscard]] Heard hear(std::string_view bytes);

} // namespace dns::test
