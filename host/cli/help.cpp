#include "cli/help.hpp"

namespace banger::cli {
namespace {

std::string full_name(const CLI::App* app) {
    const CLI::App* parent = app->get_parent();
    return (parent != nullptr ? full_name(parent) + " " : "") + app->get_name();
}

} // namespace

std::string Help::make_help(const CLI::App* app, std::string /*name*/,
                            CLI::AppFormatMode mode) const {
    std::string text = app->get_description() + "\n\n" + make_usage(app, full_name(app));
    text += make_positionals(app);
    std::string groups =
        make_groups(app, mode); // each begins with an empty line, and CLI11 adds one
    for (std::size_t at = groups.find("\n\n\n"); at != std::string::npos;
         at = groups.find("\n\n\n", at)) {
        groups.erase(at, 1);
    }
    text += groups;
    text += make_subcommands(app, mode);
    if (!app->get_footer().empty()) {
        text += "\n" + app->get_footer() + "\n";
    }
    return text;
}

std::string Help::make_usage(const CLI::App* app, std::string name) const {
    std::string text = "Usage: " + name;
    if (!app->get_subcommands({}).empty()) {
        return text + " COMMAND\n";
    }
    text += " [OPTIONS]";
    for (const CLI::Option* option : app->get_options()) {
        if (option->get_positional()) {
            text += " " + make_option_usage(option);
        }
    }
    return text + "\n";
}

std::string Help::make_group(std::string group, bool is_positional,
                             std::vector<const CLI::Option*> options) const {
    std::string text = "\n" + (is_positional ? std::string("Arguments") : group) + ":\n";
    for (const CLI::Option* option : options) {
        text += make_option(option, is_positional);
    }
    return text;
}

std::string Help::make_option_name(const CLI::Option* option, bool is_positional) const {
    std::string text = CLI::Formatter::make_option_name(option, is_positional);
    const std::string negated = "{false}"; // how CLI11 marks --no-FLAG
    for (std::size_t at = text.find(negated); at != std::string::npos; at = text.find(negated)) {
        text.erase(at, negated.size());
    }
    for (std::size_t at = text.find(','); at != std::string::npos; at = text.find(',', at + 2)) {
        text.insert(at + 1, " ");
    }
    return text;
}

std::string Help::make_option_opts(const CLI::Option* option) const {
    const bool value = option->get_type_size() != 0 && !option->get_positional();
    const std::string type = option->get_type_name(); // "TEXT:..." with a check
    return (value ? " " + type.substr(0, type.find(':')) : "") +
           (option->get_required() && !option->get_positional() ? " (required)" : "");
}

} // namespace banger::cli
