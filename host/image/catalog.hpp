#pragma once

#include "image/image_store.hpp"
#include "image/lookup.hpp"
#include "image/stagings.hpp"

#include <string>
#include <vector>

namespace banger::store {
class ImageTable;
class Reserve;
struct ImageRow;
} // namespace banger::store

namespace banger::image {

/// What `banger image register` gives; empty paths are taken from the bundle.
struct Registration {
    std::filesystem::path rootfs;
    std::filesystem::path kernel;
    std::filesystem::path initramfs;
    std::filesystem::path modules;
    std::filesystem::path work_seed;
};

/// What a staging becomes.
struct Adoption {
    std::string name;
    std::string staging;
    bool replace = false; ///< an image of that name
    std::string made_from;
    std::int64_t content_bytes = 0; ///< 0: as its file system has it
    std::string kernel_version;
    store::ImageSource source = store::ImageSource::unknown;
    std::string recipe;
    std::string note;
};

/// The images there are: the bundle's, the registered and the managed ones. [loop]
class Catalog : public Lookup {
  public:
    /// `configured` is the bundle's folder when config.yaml names one, else empty; `store` is the
    /// folder of managed images. What gives room back is lent the `reserve`; whoever empties the
    /// store's bin restores it.
    Catalog(store::ImageTable& table, store::Reserve& reserve, std::filesystem::path configured,
            std::filesystem::path store);

    /// Creates or replaces the record; the files stay the user's. Throws invalid or not_found, and
    /// conflict for the name of the bundle's image or of a managed one.
    Image register_image(const std::string& name, const Registration& registration);

    struct Prepared {
        Adoption wanted;
        Stagings::Claim claim;
        std::filesystem::path dir;
    };
    /// Throws what keeps it from becoming an image, as far as names tell.
    [[nodiscard]] Prepared prepare(const Adoption& wanted);
    /// Looks at all that is in it and brings it to the disk. [pool thread]
    [[nodiscard]] static store::ImageRow complete(const Prepared& prepared);
    /// Makes it an image, or leaves the staging as it was. Returns the folder of the managed image
    /// that it replaces, which is nobody's from now on; else nothing.
    [[nodiscard]] std::string finish(const Prepared& prepared, store::ImageRow row);

    /// Keeps it as the default. Throws not_found.
    void set_default(const std::string& name);

    /// Throws not_found, conflict for the bundle's image, for `default_name` and what is
    /// kept as the default, or when `users` (VM names) is not empty. Files of a managed image are
    /// put away.
    void remove(const std::string& name, const std::vector<std::string>& users,
                const std::string& default_name);

    struct TakenUp {
        std::vector<std::string> images;   ///< names, now in the database
        std::vector<std::string> problems; ///< one line each
    };
    /// At the start of the daemon: stagings of the last one are put away, a deletion that it had
    /// begun is finished, and folders without a record become images again.
    [[nodiscard]] TakenUp take_up();

    /// Puts a folder of the store away that no image has; false when one has it.
    bool put_away_unused(const std::string& folder);
    [[nodiscard]] std::vector<std::string> used_folders() const;
    [[nodiscard]] Stagings& stagings() noexcept { return stagings_; }
    [[nodiscard]] const ImageStore& store() const noexcept { return folders_; }

  private:
    void require_free(const std::string& name);
    void require_replaceable(const Adoption& wanted);
    void publish(const Prepared& prepared, store::ImageRow& row);
    void take_up_folders(TakenUp& result);

    store::ImageTable& table_;
    store::Reserve& reserve_;
    ImageStore folders_;
    Stagings stagings_;
};

} // namespace banger::image
