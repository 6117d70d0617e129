/** What Chromium is told beyond playwright-core's own flags, which already end most of its calls home. */
export const CHROMIUM_FLAGS: readonly string[] = [
  // Containers run as root, and the carried binary has no setuid sandbox. Only this repository's pages are opened.
  "--no-sandbox",

  // WebGPU on Linux, on a driver that is not on Chromium's list, and on no other driver than the one tested with.
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",

  // No host but this one, whatever a page or a service of the browser asks for, and no proxy on the way.
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost",
  "--no-proxy-server",
  "--disable-domain-reliability",
  "--disable-sync",
  "--no-pings",
];
