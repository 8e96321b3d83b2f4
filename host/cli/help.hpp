#pragma once

#include <CLI/CLI.hpp>

namespace banger::cli {

/// Help as it fits on a screen: what it does, usage, arguments, options, examples.
class Help : public CLI::Formatter {
  public:
    Help() { column_width(26); }
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override;
    std::string make_usage(const CLI::App* app, std::string name) const override;
    std::string make_group(std::string group, bool is_positional,
                           std::vector<const CLI::Option*> options) const override;
    std::string make_option_name(const CLI::Option* option, bool is_positional) const override;
    std::string make_option_opts(const CLI::Option* option) const override;
};

} // namespace banger::cli
