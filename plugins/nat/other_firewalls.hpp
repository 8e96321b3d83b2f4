#pragma once

#include <banger/plugin.hpp>

#include <mutex>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace nat {

/// Packet filters of others (Docker, firewalld, ufw, one's own) that stop what VMs send and get, or
/// what they ask this machine.
/// They let it pass when the user has agreed to it once: while a VM runs, until he takes that back.
/// Any thread.
class OtherFirewalls {
  public:
    OtherFirewalls(banger::Host host, std::string tag) : host_(host), tag_(std::move(tag)) {}

    /// What is in the way, as a doctor's check; with `repair`, what is done about it.
    [[nodiscard]] nlohmann::json check(banger::Call& call);
    /// The user agrees, and takes it back. Throws when the host cannot be changed.
    void agree(banger::Call& call, bool vm_runs);
    void disagree(banger::Call& call);
    [[nodiscard]] bool agreed(banger::Call& call) const;

    /// A VM runs, or none does any more. Failing is a warning: a VM runs without it, too.
    void settle(banger::Call& call, bool vm_runs);

    /// What was opened may be closed again meanwhile: the next settle() finds out.
    void look_again();

    /// {filters:[{kind,hook,text,place,lets_pass,lacks}],rules:[{text,handle,tag,mine}],unread,
    /// trusted?}; `trusted`: the bridge that firewalld trusts because of us
    [[nodiscard]] nlohmann::json show(banger::Call& call) const;
    /// Takes back what a banger of this user put there.
    void close(banger::Call& call, const std::string& tag);

  private:
    nlohmann::json run(banger::Call& call, std::string_view verb,
                       const nlohmann::json& arguments) const;
    void open(banger::Call& call);                              ///< with mutex_
    void take_back(banger::Call& call, const std::string& tag); ///< likewise

    banger::Host host_;
    std::string tag_;
    std::mutex mutex_;
    bool open_ = false; ///< found so, or done, since look_again()
};

/// "iptables -I DOCKER-USER -i banger -j ACCEPT": how a person would let the bridge's packets pass
/// the filter, one command a line. Pure.
[[nodiscard]] std::vector<std::string> commands_for(const nlohmann::json& filter,
                                                    const std::string& bridge);

} // namespace nat
