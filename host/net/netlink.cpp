#include "net/netlink.hpp"

#include "os/error.hpp"

#include <cerrno>
#include <new>
#include <string>

#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

namespace banger::net {
namespace {

using os::Error;
using os::ErrorKind;

void fits(int result) {
    if (result < 0) {
        throw Error(ErrorKind::internal, "netlink request is larger than its buffer");
    }
}

/// How far the answer to one request has come; the address of one is the callbacks' argument.
struct Answer {
    const Netlink::Visit* visit;
    bool finished = false;
    int code = 0;
    std::exception_ptr thrown; // libnl is C: nothing may unwind through it
};

int on_valid(nl_msg* message, void* argument) {
    auto* answer = static_cast<Answer*>(argument);
    if (*answer->visit && !answer->thrown) {
        try {
            (*answer->visit)(nlmsg_hdr(message));
        } catch (...) {
            answer->thrown = std::current_exception();
        }
    }
    return NL_OK;
}

int on_end(nl_msg*, void* argument) {
    static_cast<Answer*>(argument)->finished = true;
    return NL_STOP;
}

int on_error(sockaddr_nl*, nlmsgerr* error, void* argument) {
    auto* answer = static_cast<Answer*>(argument);
    answer->finished = true;
    answer->code = -error->error; // libnl's own numbers lose which errno it was
    return NL_STOP;
}

struct FreeCallbacks {
    void operator()(nl_cb* callbacks) const noexcept { nl_cb_put(callbacks); }
};

} // namespace

void Message::Free::operator()(nl_msg* message) const noexcept {
    nlmsg_free(message);
}

Message::Message(int type, int flags) : message_(nlmsg_alloc_simple(type, flags)) {
    if (!message_) {
        throw std::bad_alloc();
    }
}

Message& Message::header(const void* data, std::size_t size) {
    // libnl only copies from it.
    fits(nlmsg_append(get(), const_cast<void*>(data), size, NLMSG_ALIGNTO)); // NOLINT
    return *this;
}

Message& Message::text(int attribute, std::string_view value) {
    fits(nla_put_string(get(), attribute, std::string(value).c_str()));
    return *this;
}

Message& Message::bytes(int attribute, const void* data, std::size_t size) {
    fits(nla_put(get(), attribute, static_cast<int>(size), data));
    return *this;
}

Message& Message::u8(int attribute, std::uint8_t value) {
    fits(nla_put_u8(get(), attribute, value));
    return *this;
}

Message& Message::u16(int attribute, std::uint16_t value) {
    fits(nla_put_u16(get(), attribute, value));
    return *this;
}

Message& Message::u32(int attribute, std::uint32_t value) {
    fits(nla_put_u32(get(), attribute, value));
    return *this;
}

Message& Message::nest(int attribute, const std::function<void(Message&)>& fill) {
    nlattr* start = nla_nest_start(get(), attribute);
    fits(start == nullptr ? -1 : 0);
    fill(*this);
    fits(nla_nest_end(get(), start));
    return *this;
}

void Netlink::Close::operator()(nl_sock* socket) const noexcept {
    nl_socket_free(socket);
}

Netlink::Netlink() : socket_(nl_socket_alloc()) {
    if (!socket_) {
        throw std::bad_alloc();
    }
    if (const int result = nl_connect(socket_.get(), NETLINK_ROUTE); result < 0) {
        throw Error(ErrorKind::unavailable,
                    std::string("open a netlink socket: ") + nl_geterror(result));
    }
    nl_socket_disable_seq_check(socket_.get()); // an interrupted dump leaves answers behind
    nl_socket_disable_auto_ack(socket_.get());  // a dump ends by itself; request() asks for one
}

int Netlink::exchange(Message& message, const Visit& visit) {
    Answer answer{.visit = &visit};
    const std::unique_ptr<nl_cb, FreeCallbacks> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (!callbacks) {
        throw std::bad_alloc();
    }
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_valid, &answer);
    nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end, &answer);
    nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, on_end, &answer);
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_error, &answer);
    if (const int sent = nl_send_auto(socket_.get(), message.get()); sent < 0) {
        throw Error(ErrorKind::internal,
                    std::string("send to the kernel's network: ") + nl_geterror(sent));
    }
    while (!answer.finished) {
        const int result = nl_recvmsgs(socket_.get(), callbacks.get());
        if (result == -NLE_DUMP_INTR) {
            answer.code = EAGAIN; // the list changed while it was read
            break;
        }
        if (result < 0 && !answer.finished) {
            throw Error(ErrorKind::internal,
                        std::string("ask the kernel's network: ") + nl_geterror(result));
        }
    }
    if (answer.thrown) {
        std::rethrow_exception(answer.thrown);
    }
    return answer.code;
}

void Netlink::request(Message& message, std::string_view what, const Visit& visit) {
    nlmsg_hdr(message.get())->nlmsg_flags |= NLM_F_ACK;
    if (const int code = exchange(message, visit); code != 0) {
        throw os::errno_error(what, code);
    }
}

void Netlink::dump(int type, const void* fixed, std::size_t size,
                   const std::function<void()>& restart, const Visit& visit) {
    int code = EAGAIN;
    for (int tries = 0; tries < 10 && code == EAGAIN; ++tries) {
        restart();
        Message message(type, NLM_F_DUMP);
        code = exchange(message.header(fixed, size), visit);
        if (code == EAGAIN) {
            *this = Netlink(); // the rest of the broken list would answer the next question
        }
    }
    if (code != 0) {
        throw os::errno_error("list the kernel's network objects", code);
    }
}

} // namespace banger::net
