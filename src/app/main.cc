// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

int main(int count, char** arguments) {
  return servanda::run_command(count, arguments);
}
