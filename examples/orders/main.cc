// SPDX-License-Identifier: Apache-2.0
#include "handlers.h"

int main(int argc, char** argv) {
  servanda::App app;
  orders::add_handlers(app);
  return app.run(argc, argv);
}
