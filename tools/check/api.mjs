// The public API, one report an entry in api/*.api.md. `npm run check:api` fails where a report and the built types
// differ; `npm run check:api -- --write` updates the reports. Build first.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { PUBLISHED } from "./published.mjs";

const root = join(import.meta.dirname, "../..");
const write = process.argv.includes("--write");
mkdirSync(join(root, "api"), { recursive: true });

const outdated = PUBLISHED.flatMap(({ folder, entries }) =>
  entries
    .filter((entry) => !isUpToDate(join(root, folder), entry))
    .map(({ report }) => `api/${report}.api.md`),
);
if (outdated.length > 0 && !write) {
  console.error(
    "The public API changed, or has no report yet. If that is meant: npm run check:api -- --write",
  );
  process.exitCode = 1;
}
for (const report of outdated) console.log(`${report}: ${write ? "written" : "differs"}`);
if (outdated.length === 0) console.log("api: as reported");

/**
 * @param {string} folder of the package
 * @param {{ report: string, file: string }} entry
 */
function isUpToDate(folder, { report, file }) {
  const mainEntryPointFilePath = join(folder, file);
  if (!existsSync(mainEntryPointFilePath)) {
    console.error(`${mainEntryPointFilePath} does not exist: run "npm run build" first`);
    process.exitCode = 1;
    return true;
  }
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath,
      newlineKind: "lf",
      compiler: { overrideTsconfig: compilerOptions() },
      apiReport: {
        enabled: true,
        reportFileName: `${report}.api.md`,
        reportFolder: join(root, "api"),
        reportTempFolder: join(root, "out/api"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          "ae-missing-release-tag": { logLevel: ExtractorLogLevel.None },
          "ae-undocumented": { logLevel: ExtractorLogLevel.None },
          "ae-unresolved-link": { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: write,
    showVerboseMessages: false,
    messageCallback: (message) => {
      // Its own words on a changed report, and on its TypeScript, which is older than ours.
      if (message.messageId.startsWith("console-")) message.logLevel = ExtractorLogLevel.None;
    },
  });
  if (result.errorCount > 0) process.exitCode = 1;
  return !result.apiReportChanged;
}

/** api-extractor carries a TypeScript of its own and reads declaration files only, so few options matter. */
function compilerOptions() {
  return {
    compilerOptions: {
      target: "es2022",
      lib: ["es2023", "dom"],
      module: "nodenext",
      moduleResolution: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      types: [],
    },
    include: ["dist"],
  };
}
