#pragma once

#include "privileged/verb.hpp"

namespace banger::privileged {

// One function a verb, each in the file of its name: arguments in, checked action out. Each comment
// gives the arguments (? is optional) and the result.

/// {steps:[{verb,args}]} -> {steps:[result]}. All steps are checked before the first runs; when one
/// fails, what earlier ones made is undone.
[[nodiscard]] Action parse_batch(Arguments& arguments);
/// {bridge} -> {existed}. Busy while it has ports.
[[nodiscard]] Action parse_bridge_delete(Arguments& arguments);
/// {bridge,address,mtu?,tag?} -> {index,existed,ipv6}
[[nodiscard]] Action parse_bridge_ensure(Arguments& arguments);
/// {tag,bridge,address,port} -> {}. What guests ask at port 53 of the bridge's address goes to that
/// port of it: the nft table of this banger becomes exactly that, in one transaction.
[[nodiscard]] Action parse_dns_apply(Arguments& arguments);
/// {tag} -> {existed}
[[nodiscard]] Action parse_dns_delete(Arguments& arguments);
/// {} -> {tables:[{name,tag,mine}],dnsmasq_files:[{name,tag}]}: tables of ours, and the caller's
/// files of resolver-set
[[nodiscard]] Action parse_dns_show(Arguments& arguments);
/// {tag,bridge,firewalld} -> {rules}. Takes back what forward-open of this banger put there; with
/// `firewalld` the bridge's place in the trusted zone, too, if it has one.
[[nodiscard]] Action parse_forward_close(Arguments& arguments);
/// {tag,bridge} -> {filters:[{kind,hook,text,place,lets_pass,lacks}]}. Lets packets from and to the
/// bridge pass filters of others at the forward hook, and packets from it those at the input hook:
/// rules marked as this banger's in chains with policy drop, and the trusted zone of firewalld.
/// What lets them pass already, chains of family bridge and tables of iptables-legacy stay as they
/// are.
[[nodiscard]] Action parse_forward_open(Arguments& arguments);
/// {bridge} -> {filters:[...],rules:[{text,handle,tag,mine}],unread}: such filters, rules of
/// forward-open, and why tables of iptables-legacy could not be read (else empty)
[[nodiscard]] Action parse_forward_show(Arguments& arguments);
/// {tag,bridge,subnet,vm_to_vm,guests:[{tap,mac,address}]} -> {taps:[name]}. The nft table of this
/// banger becomes exactly that, in one transaction: what comes in at one of its taps on the bridge
/// and is not from the card and address given for it is dropped. Tells the taps that are held so.
[[nodiscard]] Action parse_guard_apply(Arguments& arguments);
/// {tag} -> {existed}
[[nodiscard]] Action parse_guard_delete(Arguments& arguments);
/// {} -> {tables:[{name,tag,mine,guests:[{tap,mac,address}]}],lacks}: tables of ours, and what the
/// kernel lacks for one (empty: nothing)
[[nodiscard]] Action parse_guard_show(Arguments& arguments);
/// {} -> {cleaned:[uid]}. What dead jails left, of any user: their cgroups, their hold on taps, the
/// places of their user ids.
[[nodiscard]] Action parse_jail_clean(Arguments& arguments);
/// {id,firecracker,taps:[name],files,first_uid,memory_mib,cpus,tasks} and descriptors: standard
/// streams of the VMM, then `files` regular files, then what is kept open meanwhile -> {pid,uid}
/// and the descriptor of the folder with its sockets. Firecracker in its jailer, until it ends or
/// the caller's end of the socket closes; then ends as it did.
[[nodiscard]] Action parse_jail_run(Arguments& arguments);
/// {} -> {links:[{name,kind,bridge,mtu,up,in_use,owner_uid,mine,tag,age_s}]}: interfaces with names
/// of ours
[[nodiscard]] Action parse_links(Arguments& arguments);
/// {bridge,subnet,tag,guests:[{address,open,allowed:[net]}],ports:[{protocol,host?,port,guest,
/// guest_port}],closed:[net],host_access,dns_port?} -> {forwarding_switched_on}. The nft table of
/// this banger becomes exactly that, in one transaction; forwarding is switched on when it is off.
[[nodiscard]] Action parse_nat_apply(Arguments& arguments);
/// {tag} -> {existed,forwarding_switched_off}. Forwarding goes back to what it was before the first
/// table of any banger, with the last one.
[[nodiscard]] Action parse_nat_delete(Arguments& arguments);
/// {} -> {tables:[{name,mine,tag,addresses:[],ports:[]}],forwarding}: tables of ours with what VMs
/// have in them
[[nodiscard]] Action parse_nat_show(Arguments& arguments);
/// {resolver,tag,bridge,port} -> {}. systemd-resolved, or NetworkManager's dnsmasq, asks 127.0.0.1
/// at that port for names of VMs, and nothing else.
[[nodiscard]] Action parse_resolver_set(Arguments& arguments);
/// {resolver,tag,bridge} -> {existed}
[[nodiscard]] Action parse_resolver_unset(Arguments& arguments);
/// {tap,bridge,owner_uid,mtu?,tag?} -> {index,existed}
[[nodiscard]] Action parse_tap_create(Arguments& arguments);
/// {tap} -> {existed}. Busy while a process has it open.
[[nodiscard]] Action parse_tap_delete(Arguments& arguments);
/// {} -> {version,uid,root,verbs}
[[nodiscard]] Action parse_version(Arguments& arguments);

} // namespace banger::privileged
