// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the readers of configuration keys share.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/config.h"

namespace servanda::internal {

// One reading: the file's values go into `config`, findings into `diagnostics`.
struct Reading {
  const ConfigSources& sources;
  Documents& documents;
  Diagnostics& diagnostics;
  Config& config;
};

// A key of a mapping: how it is read, or null when this version does not support it.
struct ConfigKey {
  std::string_view name;
  void (*read)(Reading& reading, const Node& node);
};

// The scalar with `${NAME}` and `${file:path}` replaced; nothing after an error was added.
[[nodiscard]] std::optional<std::string> expand(Reading& reading, const Node& node);
// Whether there is a mapping to read: an empty file or section changes nothing.
[[nodiscard]] bool is_mapping(Reading& reading, const Node& node, std::string_view what);
// Reads every key of a mapping; what is no key of it is an error with the nearest one.
void read_mapping(Reading& reading, const Node& mapping, std::span<const ConfigKey> keys,
                  std::string_view what);
void read_root(Reading& reading, const Node& root);
// The host of "host:port"; nothing where it is none. Names of hosts pass.
[[nodiscard]] std::optional<std::string_view> host_of(std::string_view address);

// --- Keys of their own file.
void read_run(Reading& reading, const Node& node);
void read_services(Reading& reading, const Node& node);
void read_auth(Reading& reading, const Node& node);

}  // namespace servanda::internal
