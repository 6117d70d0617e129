/**
 * Threefry-2x32 with 20 rounds, a counter-based generator: word pairs are a function of key and counter alone, so all
 * backends draw the same numbers. J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC11).
 */
import { emptyNDArray } from "../ndarray.js";
import { sizeOf } from "../shape.js";
import { elementsOf } from "./elements.js";
import type { ReferenceKernels } from "./kernel.js";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** Two random words of a key and a counter, all as unsigned 32-bit numbers. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const keys = [key[0], key[1], (key[0] ^ key[1] ^ parity) >>> 0] as const;
  let [x, y] = [(counter[0] + keys[0]) >>> 0, (counter[1] + keys[1]) >>> 0];
  for (let round = 0; round < 20; round++) {
    x = (x + y) >>> 0;
    const turn = rotations[round % 8] as number;
    y = (((y << turn) | (y >>> (32 - turn))) ^ x) >>> 0;
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    x = (x + (keys[injection % 3] as number)) >>> 0;
    y = (y + (keys[(injection + 1) % 3] as number) + injection) >>> 0;
  }
  return [x, y];
}

export const randomKernels: ReferenceKernels<"randomBits"> = {
  randomBits: ({ inputs, dtype, shape }) => {
    const [k0 = 0, k1 = 0, low = 0, high = 0] = elementsOf(inputs[0] as never).map(Number);
    const result = emptyNDArray(shape, dtype);
    const size = sizeOf(shape);
    for (let i = 0; i < size; i += 2) {
      const at = low + i / 2;
      const counter = [at >>> 0, (high + Math.floor(at / 2 ** 32)) >>> 0] as const;
      const words = threefry2x32([k0, k1], counter);
      result.data[i] = words[0] as never;
      if (i + 1 < size) result.data[i + 1] = words[1] as never;
    }
    return result;
  },
};
