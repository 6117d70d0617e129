import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

const CARRIER = "@sparticuz/chromium";
const GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2";

/** What the npm package carries. None of its code is run: it would unpack into fixed names in the temporary folder. */
export interface CarriedArchives {
  /** Of the package; its major number is Chromium's. */
  readonly version: string;
  /** A folder beside the package for what is unpacked, gone with the next clean install. */
  readonly cacheFolder: string;
  /** The browser's binary, brotli. */
  readonly chromium: string;
  /** SwiftShader, ANGLE and the Vulkan loader, tar in brotli. */
  readonly swiftshader: string;
  /** NSS and expat, which the browser needs and a bare system lacks, tar in brotli. */
  readonly libraries: string;
}

/** Why something cannot be had here, as a sentence for a person. */
export interface Missing {
  readonly missing: string;
}

/** The archives, if this platform can run what is in them and the package is installed. */
export function findCarriedArchives(): CarriedArchives | Missing {
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64")
    return { missing: `${CARRIER} carries binaries for linux-x64, this is ${platform}` };
  if (!existsSync(GLIBC_LOADER)) {
    return { missing: `${CARRIER} carries binaries for glibc, and this system has no ${GLIBC_LOADER}` };
  }
  const root = findPackage();
  if (root === undefined) return { missing: `the npm package ${CARRIER} is not installed` };
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return {
    version,
    cacheFolder: join(dirname(dirname(root)), ".cache", "bitale"),
    chromium: join(root, "bin", "chromium.br"),
    swiftshader: join(root, "bin", "swiftshader.tar.br"),
    libraries: join(root, "bin", "al2023.tar.br"),
  };
}

/** By its main file, which is one folder down: its `exports` hide package.json and the archives. */
function findPackage(): string | undefined {
  try {
    return dirname(dirname(require.resolve("@sparticuz/chromium")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
