#include "image/stagings.hpp"

#include "os/error.hpp"
#include "store/reserve.hpp"

#include <utility>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

Stagings::Claim::Claim(std::set<std::string>& claimed, std::string id)
    : claimed_(&claimed), id_(std::move(id)) {
    if (!claimed_->insert(id_).second) {
        throw Error(ErrorKind::busy, "staging " + id_ + " is being made an image",
                    "wait until that is over");
    }
}

Stagings::Claim::Claim(Claim&& other) noexcept
    : claimed_(std::exchange(other.claimed_, nullptr)), id_(std::move(other.id_)) {}

Stagings::Claim::~Claim() {
    if (claimed_ != nullptr) {
        claimed_->erase(id_);
    }
}

ImageStore::Staging Stagings::open() {
    ImageStore::Staging staging = folders_.open_staging();
    open_.insert(staging.id);
    return staging;
}

Stagings::Claim Stagings::claim(const std::string& id) {
    std::error_code code;
    if (!fs::is_directory(folders_.staging(id), code)) {
        throw Error(ErrorKind::not_found, "there is no staging " + id,
                    "POST /v1/image-stagings makes one; those of a daemon go with it");
    }
    return {claimed_, id};
}

void Stagings::drop(const std::string& id) {
    const fs::path dir = folders_.staging(id);
    std::error_code code;
    if (fs::exists(dir, code)) {
        const Claim claimed = claim(id);
        reserve_.lend();
        folders_.put_away_staging(id);
    }
    open_.erase(id);
}

void Stagings::drop_all() const {
    for (const std::string& id : folders_.stagings()) {
        folders_.put_away_staging(id);
    }
}

} // namespace banger::image
