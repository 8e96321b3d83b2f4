#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace banger::image {

/// Folders of managed images, by an id of their own each, and where they are made and removed.
/// Folders change their place by a rename, so that one is whole or not there.
class ImageStore {
  public:
    /// `dir` is a folder of ours; it is made when first needed.
    explicit ImageStore(std::filesystem::path dir) : dir_(std::move(dir)) {}

    struct Staging {
        std::string id;
        std::filesystem::path dir;
    };
    /// An empty folder, in which an image is put together.
    [[nodiscard]] Staging open_staging() const;
    /// Throws invalid for what cannot be the id of one; the folder may not be there.
    [[nodiscard]] std::filesystem::path staging(const std::string& id) const;
    [[nodiscard]] std::vector<std::string> stagings() const;

    [[nodiscard]] std::filesystem::path folder(const std::string& id) const { return dir_ / id; }
    [[nodiscard]] std::vector<std::string> folders() const;
    /// Makes the staging a folder of the store; its id.
    [[nodiscard]] std::string publish(const std::string& staging) const;
    void take_back(const std::string& id, const std::string& staging) const;

    // What is put away is removed by empty_bin(), now or after the next start of the daemon.
    void put_away(const std::string& id) const;
    void bring_back(const std::string& id) const;
    [[nodiscard]] bool is_put_away(const std::string& id) const;
    void put_away_staging(const std::string& id) const; ///< does nothing when it is not there
    /// Removes all that it can; of the rest what could not be removed, one line each. Several at
    /// once are fine. [any thread]
    [[nodiscard]] std::vector<std::string> empty_bin() const;

  private:
    [[nodiscard]] std::filesystem::path bin() const { return dir_ / ".removed"; }
    [[nodiscard]] std::filesystem::path stagings_dir() const { return dir_ / ".staging"; }

    std::filesystem::path dir_;
};

} // namespace banger::image
