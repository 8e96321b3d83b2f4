#pragma once

#include <exception>
#include <stdexcept>
#include <string>

#include <pthread.h>

/// What may leave a hook, but a return.
struct SilentException : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};

inline void leave_as(const std::string& how, const char* bad_utf8) {
    if (how == "throw-std") {
        throw std::runtime_error("out of paper");
    }
    if (how == "throw-bad") {
        throw std::runtime_error(bad_utf8);
    }
    if (how == "throw-int") {
        throw 42;
    }
    if (how == "throw-silent") {
        throw SilentException();
    }
    if (how == "end-thread") {
        ::pthread_exit(nullptr);
    }
}
