# SPDX-License-Identifier: Apache-2.0
# `cpack` makes two Debian packages of the components of install.cmake: servanda and libservanda-dev.

install(FILES packaging/copyright DESTINATION share/doc/servanda COMPONENT program)
install(FILES packaging/copyright DESTINATION share/doc/libservanda-dev COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME servanda)
set(CPACK_PACKAGE_VENDOR Servanda)
set(CPACK_PACKAGE_CONTACT "The Servanda authors")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME servanda)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "backend server made from an OpenAPI contract
Compiles an OpenAPI document once and serves it: routing, validation, durable
storage, conditional requests, idempotent retries, paging, problem documents,
metrics and an API reference.

Needs a processor of the level x86-64-v2.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libservanda-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "servanda (= ${PROJECT_VERSION}), g++ (>= 4:12), libre2-dev, libsqlite3-dev, libssl-dev, zlib1g-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "cmake (>= 3.25), ninja-build | make")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "C++ handlers for Servanda: headers, libraries, CMake package
What programs with handlers of their own are built from: public headers, static
libraries, the CMake package with servanda_contract(), an example.")

include(CPack)
