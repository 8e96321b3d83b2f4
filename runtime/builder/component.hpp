#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace banger::bundle {

class Interrupt;

/// One part of the bundle: what it is made from, what it leaves, and how it is made.
struct Component {
    std::string name;
    std::string inputs;               ///< text that differs exactly when it must be made anew
    std::vector<std::string> outputs; ///< names in the bundle folder; the first one is hashed
    std::vector<std::string> optional_outputs{}; ///< those that not every input leaves
    /// Makes the outputs in an empty folder.
    std::function<void(const std::filesystem::path& staging)> build;
};

/// What is known of a component that is in place.
struct Record {
    std::string name;
    std::string sha256; ///< of the first output (of the input when that is a folder)
    std::uint64_t bytes = 0;
    double seconds = 0;
    bool built_now = false;
};

/// Makes components in a bundle folder. Each is made in a folder of its own and moved to its place
/// when it is complete, then recorded: what is in place is always whole, and what did not change is
/// not made again.
class Workshop {
  public:
    Workshop(const std::filesystem::path& folder, const Interrupt& interrupt);
    ~Workshop();
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;

    /// Makes it unless it is in place. Throws os::Error with the component's name in front.
    Record ensure(const Component& component);
    /// For a component that the bundle can do without: what goes wrong becomes the reason, nothing
    /// is thrown (but cancelled). One that was made of something else and is in place stays then.
    /// A failure is remembered for a day, so that a refusing network is not asked at every run.
    std::optional<Record> try_ensure(const Component& component, std::string& reason);

    void forget_all();      ///< makes every component anew, and those tried again that failed
    void forget_failures(); ///< those that failed are tried again
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  private:
    [[nodiscard]] std::filesystem::path record_file(const std::string& name) const;
    [[nodiscard]] std::filesystem::path failure_file(const std::string& name) const;
    [[nodiscard]] std::optional<Record> find_in_place(const Component& component) const;
    [[nodiscard]] std::optional<Record> find(const Component& component,
                                             const std::string& input) const;
    Record make(const Component& component, const std::string& input);
    void clear_staging() const noexcept;

    std::filesystem::path folder_;
    const Interrupt& interrupt_;
};

} // namespace banger::bundle
