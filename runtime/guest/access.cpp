#include "guest/access.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <vector>

#include "guest/config.hpp"
#include "guest/managed_block.hpp"
#include "guest/root_dir.hpp"

namespace banger::guest {
namespace {

struct Account {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string home;
};

std::vector<std::string> split(const std::string& line, char separator) {
    std::vector<std::string> fields(1);
    for (char c : line) {
        if (c == separator)
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return fields;
}

unsigned number(const std::string& text, const std::string& user) {
    unsigned value = 0;
    auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size())
        throw std::runtime_error("/etc/passwd: the line of '" + user +
                                 "' has no valid uid and gid");
    return value;
}

/// The guest's own passwd file is read, not NSS: the root may be another system than the running
/// one.
Account account(const RootDir& root, const std::string& user) {
    for (const auto& line : split(root.read("/etc/passwd").value_or(""), '\n')) {
        auto fields = split(line, ':');
        if (fields.size() < 7 || fields[0] != user)
            continue;
        Account out{
            .uid = number(fields[2], user), .gid = number(fields[3], user), .home = fields[5]};
        if (out.home.size() < 2 || out.home.front() != '/')
            throw std::runtime_error("/etc/passwd: user '" + user + "' has no home directory");
        while (out.home.back() == '/')
            out.home.pop_back();
        return out;
    }
    if (user == "root")
        return {.uid = 0, .gid = 0, .home = "/root"};
    throw std::runtime_error("user '" + user + "' is not in the guest's /etc/passwd");
}

std::string with_newline(std::string text) {
    if (text.empty() || text.back() != '\n')
        text += '\n';
    return text;
}

} // namespace

void write_access(const RootDir& root, const Config& config) {
    for (const auto& key : config.ssh_host_keys) {
        auto path = "/etc/ssh/ssh_host_" + key.type + "_key";
        root.write(path, with_newline(key.private_key), {.mode = 0600});
        root.write(path + ".pub", with_newline(key.public_key), {.mode = 0644});
    }
    for (const auto& entry : config.authorized_keys) {
        auto owner = account(root, entry.user);
        auto folder = owner.home + "/.ssh";
        root.make_dir(folder, {.mode = 0700, .uid = owner.uid, .gid = owner.gid});
        std::string lines;
        for (const auto& key : entry.keys)
            lines += key + '\n';
        auto path = folder + "/authorized_keys";
        root.write(path, replace_block(root.read(path).value_or(""), lines),
                   {.mode = 0600, .uid = owner.uid, .gid = owner.gid});
    }
}

} // namespace banger::guest
