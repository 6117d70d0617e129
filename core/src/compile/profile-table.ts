/** A profile as text: columns of one width, figures to the right. */
import type { ProfileData, ProfileLine } from "./profile-data.js";

/** Ops of one kernel that are named. */
const namedOps = 4;

/** @param most kernels that are listed */
export function profileTable(profile: ProfileData, most: number): string {
  const { name, calls, time, compile, regions, transfers, ops, rest } = profile;
  const each = calls === 0 ? "" : `, ${milliseconds(time / calls)} each`;
  const title = `${name}: ${calls} call${calls === 1 ? "" : "s"}, ${milliseconds(time)}${each}`;
  const parts = [
    ["part", "backend", "nodes", ...measures],
    ...regions.map((r) => [`region ${r.region}`, r.backend, String(r.nodes), ...figures(r)]),
    ...transfers.map((t) => [`transfer ${t.value}`, `${t.from} → ${t.to}`, "", ...figures(t)]),
    [
      "arguments, results",
      "",
      "",
      String(calls),
      milliseconds(rest),
      percent(time === 0 ? 0 : rest / time),
      "",
    ],
  ];
  const kernels = [
    ["kernel", "region", ...measures, "made at"],
    ...ops.slice(0, most).map((op) => [opsText(op.ops), String(op.region), ...figures(op), op.made ?? ""]),
  ];
  const phases = [["compile", "time"], ...compile.map(({ phase, time: t }) => [phase, milliseconds(t)])];
  return [
    title,
    aligned(parts),
    ...(ops.length === 0 ? [] : [aligned(kernels)]),
    ...(ops.length > most ? [`${ops.length - most} more kernels`] : []),
    aligned(phases),
  ].join("\n\n");
}

const measures = ["calls", "time", "share", "bytes/call"];
const figures = ({ calls, time, share, bytes }: ProfileLine): string[] => [
  String(calls),
  milliseconds(time),
  percent(share),
  calls === 0 ? "" : byteText(bytes / calls),
];

function opsText(ops: readonly string[]): string {
  const shown = ops.slice(-namedOps).join(" + ");
  return ops.length > namedOps ? `${ops.length - namedOps} ops + ${shown}` : shown;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const milliseconds = (time: number): string => `${time.toFixed(time < 10 ? 3 : 1)} ms`;
function byteText(bytes: number): string {
  const unit = ["B", "KB", "MB", "GB"].find((_, i) => bytes < 1000 ** (i + 1)) ?? "TB";
  const power = ["B", "KB", "MB", "GB", "TB"].indexOf(unit);
  return power === 0 ? `${bytes.toFixed(0)} B` : `${(bytes / 1000 ** power).toFixed(1)} ${unit}`;
}

const isFigure = (cell: string): boolean => /^[\d.]+( \S+)?$/.test(cell);

/** Rows with a line under the first; a column of figures stands to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const right = head.map((_, i) => body.every((row) => row[i] === "" || isFigure(row[i] ?? "")));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...body.map(line)].join("\n");
}
