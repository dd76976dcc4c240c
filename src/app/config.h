// SPDX-License-Identifier: Apache-2.0
#pragma once
// Deployment configuration: servanda.yaml, environment variables, secret files, command line.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "call/peer_options.h"
#include "call/worker.h"
#include "contract/document/documents.h"
#include "contract/plan/plan.h"

namespace servanda {

// Where access and event logs go.
enum class LogTarget : uint8_t { kStdout, kOff };

// How this process runs. The defaults are the laptop form.
struct Config {
  Environment environment = Environment::kDevelopment;
  std::string listen = "127.0.0.1:8080";  // "host:port"; port 0 picks a free one.
  std::string admin = "127.0.0.1:9090";   // Loopback only: the admin door has no sign-in.
  uint32_t workers = 0;                   // 0: one per core. At most kWorkersMax.
  std::string data = "servanda-data";     // Folder of the embedded store.
  LogTarget logs = LogTarget::kStdout;
  std::optional<std::vector<std::string>> run;  // Services in this process; nothing: all.
  PeerOptions peers;                            // Where others are, and what proves who calls.
  std::string contract;                         // Set by the command line.
  // Set by tests, which run in both ways; no key of a file.
  InnerAnswers inner_answers = InnerAnswers::kHandedOver;

  static constexpr uint32_t kWorkersMax = 256;
};

// What `${NAME}` and `${file:path}` are replaced from.
struct ConfigSources {
  FileSource* files = nullptr;  // Configuration files and secret files.
  std::function<std::optional<std::string>(const std::string& name)> environment;
};

// Reads the files in order, later ones overriding earlier ones key by key. Unknown keys, wrong
// types, unset variables and settings that this version does not support are errors, each with its
// place and the fix; all are reported. `documents` keeps the text for printing the places.
[[nodiscard]] Config read_config(std::span<const std::string> paths, const ConfigSources& sources,
                                 Documents& documents, Diagnostics& diagnostics);

// Checks what must hold whatever the source of a setting was: addresses, the admin door on
// loopback. The error names the setting.
[[nodiscard]] Result<void> check_config(const Config& config);

// What the settings mean for compiling the contract.
[[nodiscard]] ServicePlacement placement_of(const Config& config);
// Whether the services that the settings name are those of the contract, and all that this process
// needs of others can be reached. The error is one sentence.
[[nodiscard]] Result<void> check_placement(const Config& config, const Plan& plan);

}  // namespace servanda
