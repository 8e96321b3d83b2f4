#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace agent {

/// A user of this guest.
struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string home;
    std::string shell;
    std::vector<gid_t> groups;
};

/// Looks `name` up in the texts of /etc/passwd and /etc/group: a static program cannot load the
/// modules of the name service.
[[nodiscard]] std::optional<Account> find_account(std::string_view name, std::string_view passwd,
                                                  std::string_view group);

} // namespace agent
