#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace banger::test {

/// Makes and changes things below a folder, the same ones for the same seed.
class Vandal {
  public:
    explicit Vandal(unsigned seed) : random_(seed) {} // NOLINT: repeatable on purpose

    /// A tree to begin with.
    void furnish(const std::filesystem::path& root);
    /// One change. What the system refuses (a folder into itself, say) is none.
    void act(const std::filesystem::path& root);

  private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    [[nodiscard]] std::filesystem::path pick(const std::filesystem::path& root, bool folder);
    [[nodiscard]] std::filesystem::path place(const std::filesystem::path& root);
    void move(const std::filesystem::path& root);
    void make(const std::filesystem::path& root);
    void alter(const std::filesystem::path& path);
    void write(const std::filesystem::path& path);

    std::mt19937 random_;
};

} // namespace banger::test
