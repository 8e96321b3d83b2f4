# cmake -DOUT=FILE -DFILES=a;b;.. -P join.cmake: one script, or style sheet, of these. Comments that have a line of their own, and
# indentation, stay behind: they are for the source.
set(text "")
foreach(file IN LISTS FILES)
    file(READ ${file} one)
    string(APPEND text "\n${one}")
endforeach()
string(REGEX REPLACE "\n[ \t]*//[^\n]*" "" text "${text}")
string(REGEX REPLACE "\n[ \t\n]+" "\n" text "${text}")
if(OUT MATCHES "\\.js$")
    string(PREPEND text "\"use strict\";")
endif()
file(WRITE ${OUT} "${text}")
