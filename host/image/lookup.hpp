#pragma once

#include "image/bundle.hpp"
#include "image/image.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {
struct ImageRow;
}

namespace banger::image {

/// Finds images: the bundle's, and those of the records it is given. Changes nothing. Not for two
/// threads at once.
class Lookup {
  public:
    using Records = std::function<std::vector<store::ImageRow>()>;

    /// `configured` is the bundle's folder when config.yaml names one, else empty; `store` is where
    /// the folders of managed images are.
    Lookup(Records records, std::filesystem::path configured, std::filesystem::path store);

    /// Reads the bundle again when its bundle.json changed since. Throws unavailable without one.
    [[nodiscard]] const Bundle& bundle();
    /// The same, or nullptr with the reason in `why`.
    [[nodiscard]] const Bundle* find_bundle(std::string& why);

    [[nodiscard]] std::vector<Image> list();
    [[nodiscard]] std::optional<Image> find(std::string_view name);
    /// What `banger image default` chose, else the bundle's image; empty when there is neither.
    [[nodiscard]] std::string kept_default();
    /// The name of the image that VMs get which name none: `named`, which is vm.image of the
    /// configuration, else what is kept. It may be the name of none.
    [[nodiscard]] std::string default_name(const std::string& named);
    /// Throws not_found with the names there are, and for an empty name why there is no default.
    [[nodiscard]] Image get(std::string_view name);
    /// Why no VM can be made of that image, with the next step; empty when one can.
    [[nodiscard]] std::string find_problem(std::string_view name);

  protected:
    [[nodiscard]] std::optional<Image> bundle_image();
    /// What a record is with the bundle's files in the place of those it lacks.
    [[nodiscard]] Image made_of(const store::ImageRow& row);

  private:
    Records records_;
    std::filesystem::path configured_;
    std::filesystem::path store_;
    std::optional<Bundle> bundle_;
    std::filesystem::file_time_type read_at_;
};

} // namespace banger::image
