#include "guest/managed_block.hpp"

namespace banger::guest {
namespace {

constexpr std::string_view begin_mark = "# banger: begin, rewritten at every start\n";
constexpr std::string_view end_mark = "# banger: end\n";

} // namespace

std::string replace_block(std::string_view text, std::string_view lines) {
    std::string out(text);
    if (!out.empty() && out.back() != '\n')
        out += '\n';

    auto begin = out.find(begin_mark);
    if (begin != std::string::npos) {
        auto end = out.find(end_mark, begin);
        out.erase(begin,
                  end == std::string::npos ? std::string::npos : end + end_mark.size() - begin);
    } else {
        begin = out.size();
    }
    if (lines.empty())
        return out;

    std::string block(begin_mark);
    block += lines;
    if (block.back() != '\n')
        block += '\n';
    block += end_mark;
    out.insert(begin, block);
    return out;
}

} // namespace banger::guest
