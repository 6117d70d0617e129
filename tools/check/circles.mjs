// Circles in a directed graph.

/**
 * A shortest circle through each strongly connected group of nodes, written with its first node repeated at the end;
 * `a > a` for a node that points at itself. Each group gives one circle: cut it, run again, see the next.
 *
 * @param {ReadonlyMap<string, readonly string[]>} arrows node -> the nodes that it points at, each itself a key
 * @returns {[string, ...string[]][]}
 */
export function findCircles(arrows) {
  /** @type {[string, ...string[]][]} */
  const circles = [];
  const done = new Set();
  for (const node of arrows.keys()) {
    if (done.has(node)) continue;
    const circle = shortestCircle(arrows, node);
    if (circle === undefined) continue;
    circles.push(circle);
    for (const one of groupOf(arrows, node)) done.add(one);
  }
  return circles;
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} arrows
 * @param {string} start
 * @returns {[string, ...string[]] | undefined}
 */
function shortestCircle(arrows, start) {
  /** @type {Map<string, string>} node -> the node before it on a shortest way from start */
  const before = new Map();
  const queue = [start];
  for (const node of queue) {
    for (const next of arrows.get(node) ?? []) {
      if (next === start) {
        const way = [start];
        for (let at = node; at !== start; at = /** @type {string} */ (before.get(at))) way.unshift(at);
        return [start, ...way];
      }
      if (before.has(next)) continue;
      before.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}

/**
 * The nodes that `start` reaches and that reach it.
 *
 * @param {ReadonlyMap<string, readonly string[]>} arrows
 * @param {string} start
 */
function groupOf(arrows, start) {
  const reached = reachableFrom(arrows, start);
  return [...reached].filter((node) => reachableFrom(arrows, node).has(start));
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} arrows
 * @param {string} start
 */
function reachableFrom(arrows, start) {
  const reached = new Set([start]);
  for (const node of reached) for (const next of arrows.get(node) ?? []) reached.add(next);
  return reached;
}
