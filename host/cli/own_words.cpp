#include "cli/own_words.hpp"

#include <map>

namespace banger::cli {
namespace {

using Words = std::map<std::string, std::string>;

/// Verbs of `vm`, and what other programs call them.
const Words vm_verbs{
    {"create", ""}, {"launch", "create"}, {"new", "create"},    {"run", "create"},
    {"start", ""},  {"stop", ""},         {"restart", ""},      {"kill", ""},
    {"delete", ""}, {"rm", "delete"},     {"remove", "delete"}, {"ls", ""},
    {"list", "ls"}, {"show", ""},         {"info", "show"},     {"set", ""},
    {"ssh", ""},    {"shell", "ssh"},     {"exec", ""},         {"cp", ""},
    {"copy", "cp"}, {"transfer", "cp"},   {"ssh-config", ""},   {"show-ssh", "ssh-config"},
    {"logs", ""},   {"console", ""},      {"wait", ""},         {"trim", ""}};

/// What programs of this kind do with themselves.
const Words program_words{{"status", "daemon status"},
                          {"stats", "vm stats"},
                          {"ps", "vm ls"},
                          {"up", "daemon start"},
                          {"down", "daemon stop"},
                          {"log", "daemon logs"},
                          {"check", "doctor"},
                          {"fix", "doctor --fix"},
                          {"repair", "doctor --fix"},
                          {"settings", "config show"},
                          {"ui", ""},
                          {"init", ""},
                          {"setup", ""},
                          {"install", ""},
                          {"uninstall", ""},
                          {"update", ""},
                          {"upgrade", ""},
                          {"login", ""},
                          {"logout", ""}};

std::optional<std::string> find(const Words& words, const std::string& word) {
    const auto found = words.find(word);
    return found == words.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

std::optional<std::string> meant_vm_verb(const std::string& word) {
    const auto verb = find(vm_verbs, word);
    return verb && verb->empty() ? std::optional(word) : verb;
}

std::optional<std::string> meant_command(const std::string& word) {
    const auto verb = meant_vm_verb(word);
    return verb ? std::optional("vm " + *verb) : find(program_words, word);
}

} // namespace banger::cli
