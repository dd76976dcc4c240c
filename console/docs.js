// SPDX-License-Identifier: Apache-2.0
// Starts the reference on the published contract. Requests that are tried go straight to the public
// door; nothing is loaded from or sent to another host.
(async () => {
  const settings = await (await fetch('/docs/settings.json')).json();
  Scalar.createApiReference('#reference', {
    url: '/openapi.json',
    servers: [{ url: settings.server, description: 'This process' }],
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    documentDownloadType: 'direct',
  });
})();
