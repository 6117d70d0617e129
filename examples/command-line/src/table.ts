import Table from "cli-table3";

/** A table without colours and without lines between its rows, for a terminal and for a file alike. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const noRules = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const made = new Table({ chars: noRules, style: { head: [], border: [] } });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}
