# SPDX-License-Identifier: Apache-2.0
# find_package(servanda) defines
#
#   servanda::servanda  the program
#   servanda::runtime   what generated code links
#   servanda::app       what a program with handlers links
#   servanda::testkit   what its tests link
#   servanda_contract() see servanda_contract.cmake beside this file

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  set(servanda_FOUND FALSE)
  set(servanda_NOT_FOUND_MESSAGE
    "servanda needs g++ 12 or later for C++23; this is ${CMAKE_CXX_COMPILER_VERSION}. Choose another with -DCMAKE_CXX_COMPILER=g++-12.")
  return()
endif()

# By its real place: on Debian /lib leads to /usr/lib.
file(REAL_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." _servanda_prefix)

# Finds one library that the archives need. All that are missing are told at once.
set(_servanda_missing)
set(_servanda_packages)
macro(_servanda_find_library variable name package)
  find_library(SERVANDA_${variable}_LIBRARY ${name})
  mark_as_advanced(SERVANDA_${variable}_LIBRARY)
  if(NOT SERVANDA_${variable}_LIBRARY)
    list(APPEND _servanda_missing ${name})
    list(APPEND _servanda_packages ${package})
  endif()
endmacro()
_servanda_find_library(RE2 re2 libre2-dev)
_servanda_find_library(SQLITE3 sqlite3 libsqlite3-dev)
_servanda_find_library(CRYPTO crypto libssl-dev)
_servanda_find_library(ZLIB z zlib1g-dev)
if(_servanda_missing)
  list(JOIN _servanda_missing ", " _servanda_missing)
  list(JOIN _servanda_packages " " _servanda_packages)
  set(servanda_FOUND FALSE)
  set(servanda_NOT_FOUND_MESSAGE
    "servanda needs libraries that are not here: ${_servanda_missing}. On Debian: apt install ${_servanda_packages}")
  return()
endif()

include(CMakeFindDependencyMacro)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_dependency(Threads)

# One archive with the libraries it needs, once.
function(_servanda_add_archive name)
  if(TARGET servanda::${name})
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ARCHIVE" "LINK")
  add_library(servanda::${name} STATIC IMPORTED GLOBAL)
  set_target_properties(servanda::${name} PROPERTIES
    IMPORTED_LOCATION "${_servanda_prefix}/lib/${arg_ARCHIVE}"
    IMPORTED_LINK_INTERFACE_LANGUAGES CXX
    INTERFACE_INCLUDE_DIRECTORIES "${_servanda_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_23
    INTERFACE_LINK_LIBRARIES "${arg_LINK}")
endfunction()
_servanda_add_archive(runtime ARCHIVE libservanda_runtime.a
  LINK ${SERVANDA_CRYPTO_LIBRARY} ${SERVANDA_ZLIB_LIBRARY} Threads::Threads)
_servanda_add_archive(app ARCHIVE libservanda.a
  LINK servanda::runtime ${SERVANDA_RE2_LIBRARY} ${SERVANDA_SQLITE3_LIBRARY})
if(EXISTS "${_servanda_prefix}/lib/libservanda_testkit.a")
  _servanda_add_archive(testkit ARCHIVE libservanda_testkit.a LINK servanda::app)
endif()
if(NOT TARGET servanda::servanda)
  add_executable(servanda::servanda IMPORTED GLOBAL)
  set_target_properties(servanda::servanda PROPERTIES IMPORTED_LOCATION "${_servanda_prefix}/bin/servanda")
endif()
if(NOT EXISTS "${_servanda_prefix}/bin/servanda")
  set(servanda_FOUND FALSE)
  set(servanda_NOT_FOUND_MESSAGE
    "the program ${_servanda_prefix}/bin/servanda, which generates code, is not there. On Debian: apt install servanda")
  return()
endif()

include("${CMAKE_CURRENT_LIST_DIR}/servanda_contract.cmake")
