// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <algorithm>
#include <array>
#include <vector>

#include "app/config_reading.h"
#include "base/text.h"

namespace servanda {
namespace internal {

std::optional<std::string> expand(Reading& reading, const Node& node) {
  if (!node.is_string() && !node.is_number()) {
    reading.diagnostics.error("config-type", node.place, "This setting takes one text.",
                              "Write a single value.");
    return std::nullopt;
  }
  std::string out;
  std::string_view rest = node.text;
  while (true) {
    const size_t start = rest.find("${");
    out += rest.substr(0, start);
    if (start == std::string_view::npos) return out;
    const size_t end = rest.find('}', start);
    if (end == std::string_view::npos) {
      reading.diagnostics.error("config-variable", node.place, "\"${\" has no closing \"}\".",
                                "Write ${NAME} or ${file:path}.");
      return std::nullopt;
    }
    const std::string name(rest.substr(start + 2, end - start - 2));
    if (name.starts_with("file:")) {
      Result<std::string> content = reading.sources.files->read(name.substr(5));
      if (!content) {
        reading.diagnostics.error("config-variable", node.place,
                                  "The secret file " + name.substr(5) + " cannot be read.",
                                  "Check the path and the file's rights.");
        return std::nullopt;
      }
      out += trim(std::string_view(*content).substr(0, content->find_last_not_of("\r\n") + 1));
    } else {
      std::optional<std::string> value = reading.sources.environment(name);
      if (!value) {
        reading.diagnostics.error("config-variable", node.place,
                                  "The environment variable " + name + " is not set.",
                                  "Set it, or write the value.");
        return std::nullopt;
      }
      out += *value;
    }
    rest.remove_prefix(end + 1);
  }
}

namespace {

void read_environment(Reading& reading, const Node& node) {
  const std::optional<std::string> text = expand(reading, node);
  if (!text) return;
  if (*text == "development") {
    reading.config.environment = Environment::kDevelopment;
  } else if (*text == "staging") {
    reading.config.environment = Environment::kStaging;
  } else if (*text == "production") {
    reading.config.environment = Environment::kProduction;
  } else {
    reading.diagnostics.error("config-value", node.place, "\"" + *text + "\" is no environment.",
                              "Write development, staging or production.");
  }
}

void read_workers(Reading& reading, const Node& node) {
  const std::optional<std::string> text = expand(reading, node);
  if (!text) return;
  if (*text == "auto") {
    reading.config.workers = 0;
    return;
  }
  const std::optional<int64_t> count = parse_integer(*text);
  if (!count || *count < 1 || *count > Config::kWorkersMax) {
    reading.diagnostics.error("config-value", node.place,
                              "\"" + *text + "\" is no number of workers.",
                              "Write auto, or a number from 1 to 256.");
    return;
  }
  reading.config.workers = static_cast<uint32_t>(*count);
}

template <std::string Config::*member>
void read_text(Reading& reading, const Node& node) {
  if (std::optional<std::string> text = expand(reading, node)) {
    reading.config.*member = std::move(*text);
  }
}

void read_telemetry(Reading& reading, const Node& node);

constexpr std::array kRootKeys = {
    ConfigKey{"environment", read_environment},
    ConfigKey{"listen", read_text<&Config::listen>},
    ConfigKey{"admin", read_text<&Config::admin>},
    ConfigKey{"workers", read_workers},
    ConfigKey{"data", read_text<&Config::data>},
    ConfigKey{"telemetry", read_telemetry},
    ConfigKey{"run", read_run},
    ConfigKey{"services", read_services},
    ConfigKey{"stores", nullptr},
    ConfigKey{"cache", nullptr},
    ConfigKey{"broker", nullptr},
    ConfigKey{"auth", read_auth},
    ConfigKey{"tls", nullptr},
    ConfigKey{"operations", nullptr},
};

void read_logs(Reading& reading, const Node& node) {
  const std::optional<std::string> text = expand(reading, node);
  if (!text) return;
  if (*text == "stdout") {
    reading.config.logs = LogTarget::kStdout;
  } else if (*text == "off") {
    reading.config.logs = LogTarget::kOff;
  } else {
    reading.diagnostics.error("config-value", node.place, "\"" + *text + "\" is no log target.",
                              "Write stdout or off.");
  }
}

constexpr std::array kTelemetryKeys = {
    ConfigKey{"logs", read_logs},
    ConfigKey{"otlp", nullptr},
    ConfigKey{"sample", nullptr},
};

void read_telemetry(Reading& reading, const Node& node) {
  read_mapping(reading, node, kTelemetryKeys, "telemetry");
}

}  // namespace

bool is_mapping(Reading& reading, const Node& node, std::string_view what) {
  if (node.is_object()) return true;
  if (node.kind != JsonKind::kNull) {
    reading.diagnostics.error("config-type", node.place, std::string(what) + " is a mapping.",
                              "Write \"key: value\" lines.");
  }
  return false;
}

void read_mapping(Reading& reading, const Node& mapping, std::span<const ConfigKey> keys,
                  std::string_view what) {
  if (!is_mapping(reading, mapping, what)) return;
  for (const NodeEntry& entry : mapping) {
    const auto key = std::ranges::find(keys, entry.key, &ConfigKey::name);
    if (key == keys.end()) {
      std::vector<std::string_view> names;
      for (const ConfigKey& known : keys) names.push_back(known.name);
      const std::optional<std::string_view> guess = nearest(entry.key, names);
      reading.diagnostics.error(
          "config-unknown-key", entry.key_place,
          "\"" + std::string(entry.key) + "\" is no key of " + std::string(what) + ".",
          guess ? "Did you mean \"" + std::string(*guess) + "\"?" : "Remove it.");
    } else if (key->read == nullptr) {
      reading.diagnostics.error("not-supported-yet", entry.key_place,
                                "\"" + std::string(entry.key) + "\" is not supported yet.",
                                "Remove it; the engine never ignores a setting.");
    } else {
      key->read(reading, *entry.value);
    }
  }
}

void read_root(Reading& reading, const Node& root) {
  read_mapping(reading, root, kRootKeys, "the configuration");
}

std::optional<std::string_view> host_of(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::optional<int64_t> port = parse_integer(address.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return std::nullopt;
  return address.substr(0, colon);
}

}  // namespace internal

Config read_config(std::span<const std::string> paths, const ConfigSources& sources,
                   Documents& documents, Diagnostics& diagnostics) {
  Config config;
  for (const std::string& path : paths) {
    Result<std::string> text = sources.files->read(path);
    if (!text) {
      diagnostics.error("config-unreadable", {}, text.error().message, "Check --config.");
      continue;
    }
    const Node* root = documents.load_text(path, std::move(*text), diagnostics);
    if (root == nullptr) continue;
    internal::Reading reading{sources, documents, diagnostics, config};
    internal::read_root(reading, *root);
  }
  return config;
}

Result<void> check_config(const Config& config) {
  const struct {
    std::string_view name;
    const std::string& address;
  } doors[] = {{"listen", config.listen}, {"admin", config.admin}};
  for (const auto& door : doors) {
    if (!internal::host_of(door.address)) {
      return fail(Code::kInvalidArgument,
                  std::string(door.name) + " is \"" + door.address +
                      "\", which is no address: write HOST:PORT, such as 127.0.0.1:8080.");
    }
  }
  const std::string_view admin_host = *internal::host_of(config.admin);
  const bool loopback =
      admin_host.starts_with("127.") || admin_host == "[::1]" || admin_host == "localhost";
  if (!loopback) {
    return fail(Code::kInvalidArgument,
                "admin is \"" + config.admin +
                    "\", but the admin door has no sign-in and stays on loopback: write "
                    "127.0.0.1:PORT and reach it through a tunnel.");
  }
  return {};
}

}  // namespace servanda
