#include "own_path.hpp"

#include "percent.hpp"

#include <algorithm>

namespace web {

bool is_own_path(std::string_view address) {
    constexpr std::size_t longest = 8192;
    return !address.empty() && address.size() <= longest && address[0] == '/' &&
           (address.size() == 1 || address[1] != '/') &&
           std::all_of(address.begin(), address.end(),
                       [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
}

std::string own_path(std::string_view given, std::string_view otherwise) {
    return std::string(is_own_path(given) ? given : otherwise);
}

std::string encoded(const Params& params) {
    std::string text;
    for (const auto& [name, value] : params.items()) {
        text += (text.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    }
    return text;
}

std::string with_param(std::string_view address, std::string_view name, std::string_view value) {
    const std::size_t question = address.find('?');
    const std::string_view query =
        question == std::string_view::npos ? std::string_view() : address.substr(question + 1);
    const auto before = Params::parse(query);
    Params params;
    for (const auto& [key, old] : before ? before->items() : params.items()) {
        if (key != name) {
            params.add(key, old);
        }
    }
    params.add(std::string(name), std::string(value));
    return std::string(address.substr(0, question)) + "?" + encoded(params);
}

std::string with_query_of(const Request& request, std::string path) {
    const std::size_t question = request.target.find('?');
    return question == std::string::npos ? path : path + request.target.substr(question);
}

} // namespace web
