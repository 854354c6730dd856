// The machine's own Chromium, kept from doing anything besides showing our pages.

/** The browser's program. */
export function chromium() {
  return process.env.BATON_CHROMIUM || '/usr/bin/chromium';
}

/** How it is started. */
export function flags() {
  const flags = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  // As root its sandbox does not work.
  const isRoot = process.getuid?.() === 0;
  return isRoot ? ['--no-sandbox', ...flags] : flags;
}
