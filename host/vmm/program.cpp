#include "vmm/program.hpp"

#include <filesystem>

namespace banger::vmm {

std::string not_found(const std::string& name, std::string_view source) {
    if (name.find('/') == std::string::npos) {
        return name + " is not installed (" + std::string(source) + ")";
    }
    std::error_code code;
    return name +
           (std::filesystem::exists(name, code) ? " is no executable file" : " does not exist");
}

} // namespace banger::vmm
