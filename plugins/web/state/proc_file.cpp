#include "proc_file.hpp"

#include <fstream>
#include <sstream>

namespace web {

std::string proc_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace web
