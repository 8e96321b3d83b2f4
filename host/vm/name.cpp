#include "vm/name.hpp"

#include "os/error.hpp"
#include "os/random.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace banger::vm {
namespace {

constexpr std::array adjectives{
    "able",  "amber", "bold",  "brave", "bright", "brisk", "calm",  "clear", "cool",  "crisp",
    "deft",  "eager", "early", "fair",  "fast",   "fine",  "fond",  "fresh", "glad",  "grand",
    "green", "happy", "keen",  "kind",  "light",  "lucky", "merry", "mild",  "neat",  "noble",
    "plain", "proud", "quick", "quiet", "rapid",  "ready", "sharp", "sunny", "swift", "warm"};
constexpr std::array nouns{
    "badger", "bear",  "beaver", "bison", "crane", "deer",  "dove",  "eagle", "elk",   "falcon",
    "finch",  "fox",   "gecko",  "goose", "hare",  "hawk",  "heron", "horse", "ibex",  "jay",
    "koala",  "lark",  "lemur",  "lynx",  "mole",  "moose", "newt",  "otter", "owl",   "panda",
    "puffin", "quail", "raven",  "robin", "seal",  "stork", "swan",  "tiger", "trout", "wren"};

[[noreturn]] void refuse(std::string_view name, const char* rule) {
    throw os::Error(os::ErrorKind::invalid,
                    "invalid VM name '" + std::string(name.substr(0, 80)) + "': " + rule,
                    "take lower-case letters, digits and '-', such as web-1");
}

} // namespace

void check_name(std::string_view name) {
    if (name.empty()) {
        refuse(name, "it is empty");
    }
    if (name.size() > 63) {
        refuse(name, "it is longer than 63 characters");
    }
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (!std::all_of(name.begin(), name.end(), allowed)) {
        refuse(name, "only a-z, 0-9 and '-' can be in a host name");
    }
    if (name.front() == '-' || name.back() == '-') {
        refuse(name, "it begins or ends with '-'");
    }
    if (std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        refuse(name, "it has only digits and would read as an address");
    }
}

std::string make_name(const std::function<bool(const std::string&)>& taken) {
    std::random_device random;
    for (int attempt = 0; attempt < 64; ++attempt) {
        std::string name = std::string(adjectives[random() % adjectives.size()]) + "-" +
                           nouns[random() % nouns.size()];
        if (!taken(name)) {
            return name;
        }
    }
    return "vm-" + os::random_hex(4);
}

} // namespace banger::vm
