# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, in two components that are two Debian packages: `program` (the command line
# and its documents) and `development` (what programs with handlers are built from). docs/install.md lists it.

# Not lib/x86_64-linux-gnu: the same place whatever the prefix is.
set(library_folder lib)
set(package_folder ${library_folder}/cmake/servanda)
set(document_folder share/doc/servanda)
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# Headers are there in every build: a test compiles them from where they are installed.
install(CODE "
  set(source_folder \"${CMAKE_SOURCE_DIR}\")
  set(work_folder \"${CMAKE_BINARY_DIR}/install_headers\")
  include(\"${CMAKE_SOURCE_DIR}/cmake/install_headers.cmake\")" COMPONENT development)

if(NOT SERVANDA_INSTALL)
  return()
endif()

# One archive of the objects of several folders.
function(servanda_add_archive name)
  foreach(folder IN LISTS ARGN)
    servanda_folder_target(${folder} target)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      list(APPEND objects $<TARGET_OBJECTS:${target}>)
    endif()
  endforeach()
  add_library(servanda_archive_${name} STATIC ${objects})
  set_target_properties(servanda_archive_${name} PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME ${name}
    ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/archives)
  set(archives ${archives} servanda_archive_${name} PARENT_SCOPE)
  install(TARGETS servanda_archive_${name} ARCHIVE DESTINATION ${library_folder} COMPONENT development)
endfunction()

# Generated code needs base/ and runtime/ only; tests of handlers need testkit/ on top of all the rest.
servanda_read_layers(lines)
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([a-z_/]+)" folder ${line})
  if(folder MATCHES "^(base|runtime)$")
    list(APPEND runtime_folders ${folder})
  elseif(folder STREQUAL "testkit")
    list(APPEND testkit_folders ${folder})
  else()
    list(APPEND engine_folders ${folder})
  endif()
endforeach()
servanda_add_archive(servanda_runtime ${runtime_folders})
servanda_add_archive(servanda ${engine_folders})
if(testkit_folders)
  servanda_add_archive(servanda_testkit ${testkit_folders})
endif()

# Everything that installation takes from the build.
add_custom_target(servanda_installed DEPENDS servanda ${archives})

install(TARGETS servanda RUNTIME DESTINATION bin COMPONENT program)
install(FILES README.md ARCHITECTURE.md LICENSE DESTINATION ${document_folder} COMPONENT program)
install(DIRECTORY docs DESTINATION ${document_folder} COMPONENT program FILES_MATCHING PATTERN "*.md")
install(FILES docs/x-servanda.schema.json DESTINATION share/servanda COMPONENT program)
# What a trial in place leaves behind.
set(not_examples PATTERN build EXCLUDE PATTERN servanda-data EXCLUDE)
install(DIRECTORY examples/shop DESTINATION ${document_folder}/examples COMPONENT program ${not_examples})
install(DIRECTORY examples/orders DESTINATION ${document_folder}/examples COMPONENT development ${not_examples})

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/servanda-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES cmake/servanda-config.cmake cmake/servanda_contract.cmake
  ${CMAKE_BINARY_DIR}/servanda-config-version.cmake DESTINATION ${package_folder} COMPONENT development)

include(cmake/package.cmake)
