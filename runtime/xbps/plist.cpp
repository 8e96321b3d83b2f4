#include "xbps/plist.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <charconv>
#include <openssl/evp.h>
#include <stdexcept>

namespace banger::xbps {
namespace {

using os::Error;
using os::ErrorKind;

constexpr int deepest = 32;

std::string from_base64(std::string_view text) {
    std::string packed;
    std::copy_if(text.begin(), text.end(), std::back_inserter(packed),
                 [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; });
    std::string out(packed.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(packed.data()),
                                     static_cast<int>(packed.size()));
    if (size < 0) {
        throw std::invalid_argument("no base64");
    }
    const auto end = packed.find_last_not_of('=');
    const std::size_t padding = end == std::string::npos ? 0 : packed.size() - end - 1;
    out.resize(static_cast<std::size_t>(size) - std::min<std::size_t>(padding, 2));
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

void append_utf8(unsigned code, std::string& out) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | (code >> 6U));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0U | (code >> 12U));
        out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        out += static_cast<char>(0xF0U | (code >> 18U));
        out += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
        out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    }
}

void escape(std::string_view text, std::string& out) {
    for (const char c : text) {
        switch (c) {
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '&':
            out += "&amp;";
            break;
        default:
            out += c;
        }
    }
}

class Reader {
  public:
    Reader(std::string_view xml, const std::string& what) : all_(xml), what_(what) {}

    Plist document() {
        const std::string outer = open_tag();
        if (outer != "plist") {
            fail("no property list");
        }
        Plist value = this->value(open_tag(), 0);
        close_tag("plist");
        return value;
    }

  private:
    [[noreturn]] void fail(const std::string& why) const {
        const auto line =
            std::count(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
        throw Error(ErrorKind::invalid, what_ + ", line " + std::to_string(line + 1) + ": " + why,
                    "another mirror, or later: the mirror may be half updated");
    }

    void skip_to_tag() {
        for (;;) {
            at_ = all_.find_first_not_of(" \t\r\n", at_);
            if (at_ == std::string_view::npos) {
                at_ = all_.size();
                fail("it is cut off");
            }
            if (all_.substr(at_, 4) == "<!--") {
                skip_past("-->");
            } else if (all_.substr(at_, 2) == "<?" || all_.substr(at_, 2) == "<!") {
                skip_past(">");
            } else {
                return;
            }
        }
    }

    void skip_past(std::string_view end) {
        const auto found = all_.find(end, at_);
        if (found == std::string_view::npos) {
            fail("it is cut off");
        }
        at_ = found + end.size();
    }

    /// The name of the next opening tag; an empty element (<true/>) keeps its slash at the end.
    std::string open_tag() {
        skip_to_tag();
        if (all_[at_] != '<') {
            fail("text where an element is expected");
        }
        const auto end = all_.find('>', at_);
        if (end == std::string_view::npos) {
            fail("it is cut off");
        }
        std::string_view tag = all_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        const bool empty = !tag.empty() && tag.back() == '/';
        tag = tag.substr(0, tag.find_first_of(" \t\r\n/", 1));
        return std::string(tag) + (empty ? "/" : "");
    }

    void close_tag(const std::string& name) {
        if (const std::string tag = open_tag(); tag != "/" + name) {
            fail("expected </" + name + ">, found <" + tag + ">");
        }
    }

    std::string text_until(const std::string& name) {
        std::string out;
        for (;;) {
            const auto end = all_.find_first_of("<&", at_);
            if (end == std::string_view::npos) {
                fail("it is cut off");
            }
            out += all_.substr(at_, end - at_);
            at_ = end;
            if (all_[at_] == '<') {
                close_tag(name);
                return out;
            }
            entity(out);
        }
    }

    void entity(std::string& out) {
        const auto end = all_.find(';', at_);
        if (end == std::string_view::npos || end - at_ > 10) {
            fail("a lone '&'");
        }
        std::string_view name = all_.substr(at_ + 1, end - at_ - 1);
        if (name == "lt" || name == "gt" || name == "amp" || name == "quot" || name == "apos") {
            out += name == "lt"     ? '<'
                   : name == "gt"   ? '>'
                   : name == "amp"  ? '&'
                   : name == "quot" ? '"'
                                    : '\'';
        } else if (name.starts_with('#')) {
            const bool hex = name.starts_with("#x");
            name.remove_prefix(hex ? 2 : 1);
            unsigned code = 0;
            const auto done =
                std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
            if (done.ptr != name.data() + name.size() || name.empty() || code == 0 ||
                code > 0x10FFFF) {
                fail("a character that is none");
            }
            append_utf8(code, out);
        } else {
            fail("the unknown entity '" + std::string(name) + "'");
        }
        at_ = end + 1;
    }

    Plist value(const std::string& tag, int depth) {
        if (depth > deepest) {
            fail("too deep");
        }
        Plist out;
        if (tag == "true/" || tag == "false/") {
            return Plist::boolean(tag == "true/");
        }
        if (tag == "dict" || tag == "dict/") {
            out.kind = Plist::Kind::dict;
            if (tag == "dict") {
                read_dict(out, depth);
            }
        } else if (tag == "array" || tag == "array/") {
            out.kind = Plist::Kind::array;
            if (tag == "array") {
                for (std::string next = open_tag(); next != "/array"; next = open_tag()) {
                    out.items.push_back(value(next, depth + 1));
                }
            }
        } else if (tag == "string" || tag == "string/") {
            out.text = tag == "string" ? text_until(tag) : "";
        } else if (tag == "integer") {
            out.kind = Plist::Kind::integer;
            out.text = text_until(tag);
        } else if (tag == "data" || tag == "data/") {
            out.kind = Plist::Kind::data;
            const std::string text = tag == "data" ? text_until(tag) : "";
            if (text.size() % 4 != 0 && text.find_first_of(" \t\r\n") == std::string::npos) {
                fail("data that is no base64");
            }
            out.text = decoded(text);
        } else {
            fail("the unknown element <" + tag + ">");
        }
        return out;
    }

    std::string decoded(const std::string& text) const {
        try {
            return from_base64(text);
        } catch (const std::invalid_argument&) {
            fail("data that is no base64");
        }
    }

    void read_dict(Plist& out, int depth) {
        for (std::string tag = open_tag(); tag != "/dict"; tag = open_tag()) {
            if (tag != "key") {
                fail("expected <key>, found <" + tag + ">");
            }
            std::string key = text_until("key");
            const std::string next = open_tag();
            if (!out.members.emplace(key, value(next, depth + 1)).second) {
                fail("the key '" + key + "' twice");
            }
        }
    }

    std::string_view all_;
    const std::string& what_;
    std::size_t at_ = 0;
};

void write_value(const Plist& value, const std::string& indent, std::string& out) {
    const auto element = [&](const char* name, std::string_view text) {
        out += indent + "<" + name + ">";
        escape(text, out);
        out += std::string("</") + name + ">\n";
    };
    switch (value.kind) {
    case Plist::Kind::string:
        element("string", value.text);
        return;
    case Plist::Kind::integer:
        element("integer", value.text);
        return;
    case Plist::Kind::data:
        element("data", to_base64(value.text));
        return;
    case Plist::Kind::boolean:
        out += indent + (value.truth ? "<true/>\n" : "<false/>\n");
        return;
    case Plist::Kind::array:
        out += indent + "<array>\n";
        for (const Plist& item : value.items) {
            write_value(item, indent + "\t", out);
        }
        out += indent + "</array>\n";
        return;
    case Plist::Kind::dict:
        out += indent + "<dict>\n";
        for (const auto& [key, member] : value.members) {
            out += indent + "\t<key>";
            escape(key, out);
            out += "</key>\n";
            write_value(member, indent + "\t", out);
        }
        out += indent + "</dict>\n";
        return;
    }
}

} // namespace

Plist Plist::of(std::string text) {
    Plist out;
    out.text = std::move(text);
    return out;
}

Plist Plist::data(std::string bytes) {
    Plist out = of(std::move(bytes));
    out.kind = Kind::data;
    return out;
}

Plist Plist::boolean(bool truth) {
    Plist out;
    out.kind = Kind::boolean;
    out.truth = truth;
    return out;
}

Plist Plist::list(const std::vector<std::string>& texts) {
    Plist out;
    out.kind = Kind::array;
    for (const std::string& text : texts) {
        out.items.push_back(of(text));
    }
    return out;
}

Plist Plist::dict() {
    Plist out;
    out.kind = Kind::dict;
    return out;
}

const Plist* Plist::find(const std::string& key) const {
    const auto found = members.find(key);
    return found == members.end() ? nullptr : &found->second;
}

std::string Plist::text_of(const std::string& key) const {
    const Plist* value = find(key);
    return value == nullptr ? std::string() : value->text;
}

std::vector<std::string> Plist::texts_of(const std::string& key) const {
    std::vector<std::string> out;
    if (const Plist* value = find(key)) {
        for (const Plist& item : value->items) {
            out.push_back(item.text);
        }
    }
    return out;
}

Plist parse_plist(std::string_view xml, const std::string& what) {
    return Reader(xml, what).document();
}

std::string write_plist(const Plist& value) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\" "
                      "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                      "<plist version=\"1.0\">\n";
    write_value(value, "", out);
    return out + "</plist>\n";
}

} // namespace banger::xbps
