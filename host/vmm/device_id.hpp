#pragma once

#include <string>

namespace banger::vmm {

/// The id of a disk or network card if it is one that every VMM can have: a letter, then letters,
/// digits and -._, at most 20 bytes. `what` is for the message. Throws invalid.
const std::string& checked_id(const std::string& id, const char* what);

} // namespace banger::vmm
