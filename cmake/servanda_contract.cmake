# SPDX-License-Identifier: Apache-2.0
# servanda_contract(TARGET CONTRACT [NAMESPACE shop] [SOURCES 8] [OVERLAYS FILE...])
#
# Generates C++ from a contract while TARGET is built, compiles it into TARGET and puts the headers on its
# include path: #include "shop/operations/get_order.h". The namespace is the contract's file name by
# default. SOURCES is the number of files that the code is spread over; raise it for big contracts. The
# contract, its overlays and every file that they refer to are watched: after an edit, only files whose
# content changed are compiled again. Works beside the sources of Servanda and with an installed one
# (targets servanda::servanda and servanda::runtime).

function(servanda_contract target contract)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "NAMESPACE;SOURCES" "OVERLAYS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "servanda_contract: what is \"${arg_UNPARSED_ARGUMENTS}\"? "
      "Use servanda_contract(TARGET CONTRACT [NAMESPACE N] [SOURCES N] [OVERLAYS FILE...]).")
  endif()
  cmake_path(ABSOLUTE_PATH contract NORMALIZE)
  if(NOT arg_NAMESPACE)
    cmake_path(GET contract STEM LAST_ONLY arg_NAMESPACE)
    string(REGEX REPLACE "[^A-Za-z0-9]+" "_" arg_NAMESPACE "${arg_NAMESPACE}")
  endif()
  if(NOT arg_SOURCES)
    set(arg_SOURCES 8)
  endif()

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/servanda_contract/${target})
  string(REPLACE "::" "/" inner "${arg_NAMESPACE}")
  string(REPLACE "::" "." label "${arg_NAMESPACE}")
  set(sources ${folder}/${inner}/contract.cc)
  math(EXPR last "${arg_SOURCES} - 1")
  foreach(number RANGE ${last})
    string(LENGTH "${number}" digits)
    math(EXPR zeros "4 - ${digits}")
    string(REPEAT "0" ${zeros} zeros)
    list(APPEND sources ${folder}/${inner}/source_${zeros}${number}.cc)
  endforeach()

  # Names of headers are known after the first build. They matter from then on: a build tool looks again
  # at the headers that a command is said to make, so that what includes them is compiled in the same run.
  set(list ${folder}/${label}.files)
  if(NOT EXISTS ${list})
    file(WRITE ${list} "")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} headers REGEX "\\.h$")

  set(overlays)
  set(overlay_arguments)
  foreach(overlay IN LISTS arg_OVERLAYS)
    cmake_path(ABSOLUTE_PATH overlay NORMALIZE)
    list(APPEND overlays ${overlay})
    list(APPEND overlay_arguments --overlay ${overlay})
  endforeach()
  add_custom_command(
    OUTPUT ${sources}
    BYPRODUCTS ${headers}
    COMMAND servanda::servanda gen cpp ${contract} ${overlay_arguments} --output ${folder}
      --namespace ${arg_NAMESPACE} --sources ${arg_SOURCES}
      --depfile ${folder}/${label}.d --list ${list}
    DEPENDS servanda::servanda ${contract} ${overlays}
    DEPFILE ${folder}/${label}.d
    COMMENT "Generating C++ from ${contract}"
    VERBATIM)
  target_sources(${target} PRIVATE ${sources})
  target_include_directories(${target} PUBLIC ${folder})
  target_link_libraries(${target} PUBLIC servanda::runtime)
endfunction()
