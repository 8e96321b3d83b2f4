#include "account.hpp"

#include "words.hpp"

#include <algorithm>

namespace agent {

std::optional<Account> find_account(std::string_view name, std::string_view passwd,
                                    std::string_view group) {
    std::optional<Account> found;
    for (const std::string_view line : split(passwd, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() < 7 || fields[0] != name || name.empty()) {
            continue;
        }
        const auto uid = parse_number(fields[2]);
        const auto gid = parse_number(fields[3]);
        if (uid && gid) {
            found = Account{std::string(name),        static_cast<uid_t>(*uid),
                            static_cast<gid_t>(*gid), std::string(fields[5]),
                            std::string(fields[6]),   {static_cast<gid_t>(*gid)}};
            break;
        }
    }
    for (const std::string_view line : split(group, '\n')) {
        const auto fields = split(line, ':');
        if (!found || fields.size() < 4) {
            continue;
        }
        const auto gid = parse_number(fields[2]);
        if (!gid || *gid == found->gid) {
            continue;
        }
        const auto members = split(fields[3], ',');
        if (std::find(members.begin(), members.end(), name) != members.end()) {
            found->groups.push_back(static_cast<gid_t>(*gid));
        }
    }
    return found;
}

} // namespace agent
