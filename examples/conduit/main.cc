// SPDX-License-Identifier: Apache-2.0
#include "conduit.h"

int main(int argc, char** argv) {
  servanda::App app;
  conduit::add_accounts(app);
  conduit::add_articles(app);
  return app.run(argc, argv);
}
