#include "names.hpp"

#include "wire_name.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace dns {

using banger::Error;

std::uint32_t parse_address(const std::string& text) {
    in_addr parsed{};
    if (inet_pton(AF_INET, text.c_str(), &parsed) != 1) {
        throw Error(BANGER_E_INVALID, "'" + text + "' is not an IPv4 address");
    }
    return ntohl(parsed.s_addr);
}

Network parse_network(const std::string& text) {
    const std::size_t slash = text.find('/');
    unsigned prefix = 33;
    if (slash != std::string::npos) {
        const char* end = text.data() + text.size();
        if (std::from_chars(text.data() + slash + 1, end, prefix).ptr != end) {
            prefix = 33;
        }
    }
    if (prefix == 0 || prefix > 32) {
        throw Error(BANGER_E_INVALID, "'" + text + "' is not a network");
    }
    const std::uint32_t mask = ~std::uint32_t{0} << (32U - prefix);
    return {parse_address(text.substr(0, slash)) & mask, mask};
}

std::vector<std::string> VmNames::labels() const {
    std::vector<std::string> all;
    if (!name.empty()) { // a VM that is to be made may have none yet
        all.push_back(name);
    }
    all.insert(all.end(), aliases.begin(), aliases.end());
    return all;
}

Names::Names(std::string domain, Network network, std::string gateway)
    : domain_(std::move(domain)), network_(network), gateway_(std::move(gateway)),
      host_a_(std::make_shared<Record>(render("0 IN A " + gateway_))),
      host_ptr_(std::make_shared<Record>(render("0 IN PTR host." + domain_ + "."))) {}

std::vector<std::string> Names::wires_of(const VmNames& names) const {
    std::vector<std::string> wires;
    for (const std::string& label : names.labels()) {
        wires.push_back(to_wire(label + "." + domain_));
    }
    return wires;
}

Names::Entry Names::make(const VmNames& names) const {
    Entry entry;
    entry.names = names;
    entry.wires = wires_of(names);
    entry.address = parse_address(names.address);
    if (names.running) {
        entry.a = std::make_shared<Record>(render("0 IN A " + names.address));
    }
    entry.ptr = std::make_shared<Record>(render("0 IN PTR " + names.name + "." + domain_ + "."));
    return entry;
}

void Names::refuse_taken(const std::string& vm, const Entry& wanted) const {
    for (const std::string& wire : wanted.wires) {
        const auto taken = owners_.find(wire);
        if (taken == owners_.end() || taken->second == vm) {
            continue;
        }
        const std::string& other = entries_.at(taken->second).names.name;
        const std::string& own = wanted.names.name;
        const bool name = !own.empty() && wire == wanted.wires.front();
        throw Error(BANGER_E_CONFLICT, "the name " + to_text(wire) + " belongs to VM " + other,
                    name ? "take it away first: banger vm set --dns-alias OTHER " + other
                         : "choose another --dns-alias" + (own.empty() ? "" : " for " + own));
    }
}

void Names::check(const std::vector<std::string>& aliases) {
    for (const std::string& alias : aliases) {
        if (to_wire(alias) == to_wire("host")) {
            throw Error(BANGER_E_INVALID, "the name 'host' is this machine's",
                        "choose another --dns-alias");
        }
    }
}

std::vector<std::string> once_each(const std::vector<std::string>& aliases) {
    std::vector<std::string> result;
    for (std::string alias : aliases) {
        std::transform(alias.begin(), alias.end(), alias.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        });
        if (std::find(result.begin(), result.end(), alias) == result.end()) {
            result.push_back(std::move(alias));
        }
    }
    return result;
}

void Names::put(const std::string& vm, const VmNames& names) {
    const std::lock_guard lock(mutex_);
    replace(vm, names);
}

void Names::refuse_clash(const std::string& vm, const VmNames& names) const {
    Entry wanted;
    wanted.names = names;
    wanted.wires = wires_of(names);
    const std::lock_guard lock(mutex_);
    refuse_taken(vm, wanted);
}
bool Names::put_if_absent(const std::string& vm, const VmNames& names) {
    const std::lock_guard lock(mutex_);
    if (entries_.count(vm) != 0) {
        return false;
    }
    replace(vm, names);
    return true;
}

void Names::set_stopped(const std::string& vm) {
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(vm); found != entries_.end()) {
        VmNames names = found->second.names;
        names.running = false;
        replace(vm, names);
    }
}

void Names::replace(const std::string& vm, const VmNames& names) {
    const auto found = entries_.find(vm);
    if (found != entries_.end() && found->second.names == names) {
        return;
    }
    Entry entry = make(names);
    refuse_taken(vm, entry);
    if (found != entries_.end()) {
        for (const std::string& wire : found->second.wires) {
            owners_.erase(wire);
        }
    }
    for (const std::string& wire : entry.wires) {
        owners_[wire] = vm;
    }
    entries_[vm] = std::move(entry);
    zone_ = nullptr;
}

void Names::erase(const std::string& vm) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(vm);
    if (found == entries_.end()) {
        return;
    }
    for (const std::string& wire : found->second.wires) {
        owners_.erase(wire);
    }
    entries_.erase(found);
    zone_ = nullptr;
}

std::shared_ptr<const Zone> Names::zone() const {
    const std::lock_guard lock(mutex_);
    if (!zone_) {
        zone_ = make_zone();
    }
    return zone_;
}

std::map<std::string, VmNames> Names::all() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, VmNames> result;
    for (const auto& [vm, entry] : entries_) {
        result[vm] = entry.names;
    }
    return result;
}

std::optional<VmNames> Names::find(const std::string& vm) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(vm);
    return found != entries_.end() ? std::optional(found->second.names) : std::nullopt;
}

bool Names::any_running() const {
    const std::lock_guard lock(mutex_);
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const auto& entry) { return entry.second.names.running; });
}

std::shared_ptr<const Zone> Names::make_zone() const {
    auto zone = std::make_shared<Zone>(domain_, network_);
    zone->add(to_wire("host." + domain_), {host_a_, false});
    zone->add_pointer(parse_address(gateway_), host_ptr_);
    const std::size_t apex = zone->apex().size();
    for (const auto& [vm, entry] : entries_) {
        for (const std::string& wire : entry.wires) {
            for (std::string_view above = parent(wire); above.size() > apex;
                 above = parent(above)) {
                zone->add_empty(std::string(above));
            }
            zone->add(wire, {entry.a, true});
        }
        if (entry.a) {
            zone->add_pointer(entry.address, entry.ptr);
        }
    }
    return zone;
}

} // namespace dns
