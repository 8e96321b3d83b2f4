# cmake -DOUT=FILE -DFUNCTION=NAME -DFILES=a;b;.. -P embed.cmake: a C++ source with these files in it (embedded.hpp).
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
    get_filename_component(name ${file} NAME)
    string(APPEND arrays "constexpr unsigned char ${FUNCTION}_${number}[] = {${bytes}0x00};\n")
    string(APPEND rows "    ${FUNCTION}_file(\"${name}\", ${FUNCTION}_${number}, sizeof ${FUNCTION}_${number} - 1),\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "// Made by embed.cmake.
#include \"render/embedded.hpp\"

namespace web {
namespace {

${arrays}
Embedded ${FUNCTION}_file(std::string_view name, const unsigned char* bytes, std::size_t size) {
    return {name, {reinterpret_cast<const char*>(bytes), size}};
}

} // namespace

std::span<const Embedded> ${FUNCTION}() noexcept {
    static const Embedded table[] = {
${rows}    };
    return table;
}

} // namespace web
")
