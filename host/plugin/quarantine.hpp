#pragma once

#include "plugin/breadcrumb.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace banger::plugin {

/// Plugins that ended daemons: one that did so several times within minutes, or ended the process
/// that looked at its file, is not loaded any more, until it is let go or its file changes.
/// Durable. Any thread.
class Quarantine {
  public:
    static constexpr std::size_t most_exits = 3;
    static constexpr std::int64_t within_ms = std::int64_t{10} * 60 * 1000;

    /// A file that is not there, or damaged, has nothing on record. What is no file goes.
    explicit Quarantine(std::filesystem::path file);

    /// Those of the calls that the daemon died of, or is suspected to have. A record that cannot be
    /// written holds for this process all the same. What is of an older date is forgotten.
    void count(const std::vector<CutCall>& calls, std::int64_t now_ms);

    /// Throws why the record could not be written last, if it could not.
    void require_saved() const;
    /// The same as a value; empty when it could.
    [[nodiscard]] std::string trouble() const;

    /// The plugin of this file is not to be opened, for what it did to its probe: `why`.
    void hold(const std::string& id, const FileIdentity& file, const std::string& why);

    /// Why the plugin of this file is not to be loaded: "it ended bangerd 3 times ...; banger
    /// plugin release ID ...". nullopt: it may be.
    [[nodiscard]] std::optional<std::string> reason(const std::string& id,
                                                    const FileIdentity& file) const;
    /// "nat ended bangerd at ... in before_start of VM web: SIGSEGV" and how many more will be
    /// too many, for each that is on record but not in quarantine. By id.
    [[nodiscard]] std::map<std::string, std::string> warnings() const;
    /// "1 of 3 before quarantine" of one that is on record for it.
    [[nodiscard]] std::string count_text(const std::string& id) const;
    [[nodiscard]] bool holds(const std::string& id) const;
    /// Forgets what it did; false: there was nothing. Throws of the file.
    bool release(const std::string& id);

  private:
    struct Exit {
        std::int64_t at_ms = 0;
        std::string place, how; ///< "before_start of VM web", "SIGSEGV"; no how: it is suspected
    };
    struct Record {
        std::string file; ///< FileIdentity::text() of what did it
        std::vector<Exit> exits;
        std::string probe; ///< what it did to that, if it is held for it
        bool held = false;
    };
    [[nodiscard]] static std::string last_text(const Record& record);
    [[nodiscard]] static std::string exits_text(const Record& record);
    void save() const;
    /// Keeps in mind when it cannot.
    void try_save();

    std::filesystem::path file_;
    mutable std::mutex lock_;
    std::map<std::string, Record> records_;
    std::string trouble_;
};

} // namespace banger::plugin
