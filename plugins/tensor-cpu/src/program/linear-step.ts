/** Linear algebra on stacks of matrices, prepared. */
import { byteSize, linearNames, sizeOf, type View, type WholeStep } from "@bitale/core";
import { matrixWork } from "../kernels/linear/matrix-work.js";
import { addressOf, type Frame, type Workshop } from "./frame.js";

type LinearStep = Extract<WholeStep, { op: (typeof linearNames)[number] }>;

export const isLinear = (work: WholeStep): work is LinearStep =>
  (linearNames as readonly string[]).includes(work.op);

/**
 * Runs the step in WebAssembly; false where that cannot be done: a matrix is singular, or not positive definite.
 * undefined: there is no WebAssembly for it, or nothing to compute.
 */
export function linearStep(
  work: LinearStep,
  { library, inArena }: Workshop,
): ((frame: Frame) => boolean) | undefined {
  const { operands, out } = work;
  const { dtype } = out;
  const views = [...operands, out];
  if (library === undefined || (dtype !== "float32" && dtype !== "float64")) return undefined;
  if (views.some(({ shape }) => shape.includes(0))) return undefined;
  const [left, right = left] = operands as [View, View?];
  const [side, columns] = [left, right].map(({ shape }) => shape.at(-1)) as [number, number];
  const one = matrixWork(library, work, { dtype, side, columns });
  if (one === undefined) return undefined;
  library.matrices.reserve(one.bytes);
  for (const { slot } of views) inArena.add(slot);
  const count = sizeOf(left.shape.slice(0, -2));
  const [leftStep, rightStep, outStep] = [left, right, out].map(
    ({ shape }) => (sizeOf(shape) / count) * byteSize(dtype),
  ) as [number, number, number];
  return (frame) => {
    const space = library.matrices.reserve(one.bytes);
    let [x, y, z] = [addressOf(frame, left), addressOf(frame, right), addressOf(frame, out)];
    for (let i = 0; i < count; i++, x += leftStep, y += rightStep, z += outStep) {
      if (!one.run(x, y, z, space)) return false;
    }
    return true;
  };
}
