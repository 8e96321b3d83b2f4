#include "init/command_line.hpp"

#include "guest/root_dir.hpp"

namespace banger::init {

CommandLine CommandLine::of_this_kernel() {
    auto text = guest::RootDir("/proc").read("/cmdline").value_or("");
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return CommandLine(std::move(text));
}

std::optional<std::string> CommandLine::find(std::string_view key) const {
    std::optional<std::string> found;
    std::string_view rest = text_;
    while (!rest.empty()) {
        auto word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (word == key)
            found = "";
        else if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=')
            found = std::string(word.substr(key.size() + 1));
    }
    return found;
}

} // namespace banger::init
