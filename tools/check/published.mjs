// The packages that go to the registry, and the entries of each that have types.

/** @typedef {{ folder: string, entries: { report: string, file: string }[] }} PublishedPackage */

/** @type {readonly PublishedPackage[]} */
export const PUBLISHED = [
  {
    folder: "core",
    entries: [
      { report: "core", file: "dist/index.d.ts" },
      { report: "core-conformance", file: "dist/conformance/index.d.ts" },
    ],
  },
  { folder: "graph-picture", entries: [{ report: "graph-picture", file: "dist/index.d.ts" }] },
  ...["tensor-cpu", "tensor-gpu", "sparse"].map((name) => ({
    folder: `plugins/${name}`,
    entries: [{ report: name, file: "dist/index.d.ts" }],
  })),
];
