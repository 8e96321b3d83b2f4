#include "key_gate.hpp"

#include "proc_file.hpp"

#include <algorithm>

namespace agent {
namespace {

/// Its time tells nothing of where they differ.
bool same(std::string_view one, std::string_view other) {
    unsigned difference = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
    }
    return difference == 0;
}

} // namespace

KeyGate::KeyGate(const std::string& key) {
    if (key.empty()) {
        state_ = State::open;
    } else {
        expected_ = "KEY " + key + "\n";
    }
}

std::size_t KeyGate::feed(std::string_view bytes) {
    const std::size_t size = std::min(bytes.size(), expected_.size() - line_.size());
    line_ += bytes.substr(0, size);
    if (state_ == State::waiting && line_.size() == expected_.size()) {
        state_ = same(line_, expected_) ? State::open : State::wrong;
    }
    return size;
}

std::string read_key(const std::string& path) {
    std::string key = read_proc(path, 4096);
    key.erase(std::min(key.find('\n'), key.size()));
    return key;
}

} // namespace agent
