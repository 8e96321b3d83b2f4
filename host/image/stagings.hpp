#pragma once

#include "image/image_store.hpp"

#include <set>
#include <string>
#include <utility>

namespace banger::store {
class Reserve;
}

namespace banger::image {

/// The stagings of this run of the daemon, in which images are put together. [loop]
class Stagings {
  public:
    Stagings(ImageStore folders, store::Reserve& reserve)
        : folders_(std::move(folders)), reserve_(reserve) {}

    /// That somebody works with a staging: it is given to one at a time.
    class Claim {
      public:
        Claim(std::set<std::string>& claimed, std::string id);
        Claim(Claim&& other) noexcept;
        Claim& operator=(Claim&&) = delete;
        ~Claim();
        [[nodiscard]] const std::string& id() const noexcept { return id_; }

      private:
        std::set<std::string>* claimed_;
        std::string id_;
    };

    [[nodiscard]] ImageStore::Staging open();
    /// Throws not_found and busy.
    [[nodiscard]] Claim claim(const std::string& id);
    /// Puts it away; one that is not there is no error. Throws busy.
    void drop(const std::string& id);
    /// It is an image now.
    void forget(const std::string& id) { open_.erase(id); }
    /// At the start of the daemon: puts away those of the last one.
    void drop_all() const;

    [[nodiscard]] const std::set<std::string>& ids() const noexcept { return open_; }

  private:
    ImageStore folders_;
    store::Reserve& reserve_;
    std::set<std::string> open_;
    std::set<std::string> claimed_;
};

} // namespace banger::image
