#include "xbps/selection.hpp"

#include "os/error.hpp"
#include "xbps/version.hpp"

#include <algorithm>
#include <set>

namespace banger::xbps {
namespace {

using os::Error;
using os::ErrorKind;

class Selection {
  public:
    Selection(const Index& index, const std::vector<std::string>& patterns) : index_(index) {
        // Before their dependencies: what was asked for by name is what satisfies virtual ones.
        for (const std::string& pattern : patterns) {
            wanted_.insert(&resolve(pattern));
        }
        for (const std::string& pattern : patterns) {
            add(resolve(pattern));
        }
    }

    std::vector<const Package*> take() {
        check_conflicts();
        return std::move(order_);
    }

  private:
    const Package& resolve(const std::string& pattern) const {
        if (const Package* package = index_.find(pattern)) {
            return *package;
        }
        const auto providers = index_.providers(pattern);
        for (const Package* package : providers) {
            if (wanted_.count(package) != 0 || seen_.count(package) != 0) {
                return *package;
            }
        }
        if (providers.empty()) {
            missing(pattern);
        }
        return *providers.front();
    }

    [[noreturn]] void missing(const std::string& pattern) const {
        std::string message = "no package satisfies '" + pattern + "'";
        for (auto package = chain_.rbegin(); package != chain_.rend(); ++package) {
            message += (package == chain_.rbegin() ? ", which " : ", which ") + (*package)->pkgver +
                       " needs";
        }
        const auto found = index_.packages().find(pattern_name(pattern));
        if (found != index_.packages().end()) {
            message += "; the repository has " + found->second.pkgver;
        }
        throw Error(ErrorKind::not_found, message,
                    chain_.empty() ? "look at the spelling, and at the mirror"
                                   : "the mirror may be half updated: another one, or later");
    }

    void add(const Package& package) {
        if (!seen_.insert(&package).second) {
            return;
        }
        if (chain_.size() > 256) {
            throw Error(ErrorKind::invalid, "the dependencies of " + chain_.front()->pkgver +
                                                " are too deep to be true");
        }
        chain_.push_back(&package);
        for (const std::string& pattern : package.depends) {
            add(resolve(pattern));
        }
        chain_.pop_back();
        order_.push_back(&package);
    }

    void check_conflicts() const {
        for (const Package* package : order_) {
            for (const std::string& pattern : package->conflicts) {
                const auto other =
                    std::find_if(order_.begin(), order_.end(), [&](const Package* candidate) {
                        return candidate != package && matches(pattern, candidate->pkgver);
                    });
                if (other != order_.end()) {
                    throw Error(ErrorKind::conflict,
                                package->pkgver + " and " + (*other)->pkgver +
                                    " exclude each other",
                                "leave one of them out");
                }
            }
        }
    }

    const Index& index_;
    std::set<const Package*> wanted_;
    std::set<const Package*> seen_;
    std::vector<const Package*> chain_;
    std::vector<const Package*> order_;
};

} // namespace

std::vector<const Package*> select(const Index& index, const std::vector<std::string>& patterns) {
    return Selection(index, patterns).take();
}

} // namespace banger::xbps
