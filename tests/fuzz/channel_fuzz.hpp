#pragma once

#include <cstddef>
#include <cstdint>

/// Entry for libFuzzer (clang -fsanitize=fuzzer); the unit tests run it on random input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
