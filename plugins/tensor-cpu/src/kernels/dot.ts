/** Products of matrices with any strides: panels of four columns are packed once, tiles of 4 x 4 stay in registers. */
import { type DType, float16ToNumber, numberToFloat16, type TypedArray } from "@bitale/core";

/** A matrix in memory: element (i, j) is data[offset + i * rowStride + j * columnStride]. */
export interface Matrix {
  readonly data: TypedArray;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** c[m, n] = sum over k of a[m, k] * b[k, n]; c is row-major from `offset` on. */
export type Product = (
  m: number,
  n: number,
  k: number,
  a: Matrix,
  b: Matrix,
  c: TypedArray,
  offset: number,
) => void;

let scratch = new Float64Array(0);
function packed(length: number): Float64Array {
  if (scratch.length < length) scratch = new Float64Array(Math.ceil(length * 1.25));
  return scratch;
}

type Floats = Float32Array | Float64Array;

/** Packs four neighbouring rows or columns: panel[4 k + lane]; lanes past the edge are zero. */
function pack(
  panel: Float64Array,
  at: number,
  depth: number,
  source: Floats,
  start: number,
  lanes: number,
  laneStride: number,
  depthStride: number,
): void {
  for (let lane = 0; lane < 4; lane++) {
    let from = start + lane * laneStride;
    let to = at + lane;
    if (lane < lanes) {
      for (let k = 0; k < depth; k++, from += depthStride, to += 4) panel[to] = source[from] as number;
    } else {
      for (let k = 0; k < depth; k++, to += 4) panel[to] = 0;
    }
  }
}

const tile = new Float64Array(16);

/** The 4 x 4 product of two packed panels, summed in double precision. */
function multiplyPanels(panels: Float64Array, rows: number, columns: number, depth: number): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0,
    c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0,
    c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (let k = 0, p = rows, q = columns; k < depth; k++, p += 4, q += 4) {
    const a0 = panels[p] as number,
      a1 = panels[p + 1] as number,
      a2 = panels[p + 2] as number,
      a3 = panels[p + 3] as number;
    const b0 = panels[q] as number,
      b1 = panels[q + 1] as number,
      b2 = panels[q + 2] as number,
      b3 = panels[q + 3] as number;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
  tile[12] = c30;
  tile[13] = c31;
  tile[14] = c32;
  tile[15] = c33;
}

const floatProduct: Product = (m, n, k, a, b, c, offset) => {
  if (n === 1) return floatVector(m, k, a, b, c as Floats, offset);
  const panels = Math.ceil(n / 4);
  const memory = packed((panels + 1) * k * 4);
  const rowPanel = panels * k * 4;
  for (let j = 0; j < panels; j++) {
    const lanes = Math.min(4, n - j * 4);
    pack(
      memory,
      j * k * 4,
      k,
      b.data as Floats,
      b.offset + j * 4 * b.columnStride,
      lanes,
      b.columnStride,
      b.rowStride,
    );
  }
  for (let i = 0; i < m; i += 4) {
    const lanes = Math.min(4, m - i);
    pack(
      memory,
      rowPanel,
      k,
      a.data as Floats,
      a.offset + i * a.rowStride,
      lanes,
      a.rowStride,
      a.columnStride,
    );
    for (let j = 0; j < panels; j++) {
      multiplyPanels(memory, rowPanel, j * k * 4, k);
      const width = Math.min(4, n - j * 4);
      for (let r = 0; r < lanes; r++) {
        const at = offset + (i + r) * n + j * 4;
        for (let s = 0; s < width; s++) c[at + s] = tile[r * 4 + s] as number;
      }
    }
  }
};

function floatVector(m: number, k: number, a: Matrix, b: Matrix, c: Floats, offset: number): void {
  const [x, y] = [a.data as Floats, b.data as Floats];
  for (let i = 0; i < m; i++) {
    let sum = 0;
    let p = a.offset + i * a.rowStride;
    let q = b.offset;
    for (let l = 0; l < k; l++, p += a.columnStride, q += b.rowStride)
      sum += (x[p] as number) * (y[q] as number);
    c[offset + i] = sum;
  }
}

/** The plain triple loop for a dtype of which products are made and added in one way. */
function plainProduct<T>(
  zero: T,
  read: (data: TypedArray, at: number) => T,
  step: (sum: T, x: T, y: T) => T,
  write: (sum: T) => unknown,
): Product {
  return (m, n, k, a, b, c, offset) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = zero;
        for (let l = 0; l < k; l++) {
          const x = read(a.data, a.offset + i * a.rowStride + l * a.columnStride);
          sum = step(sum, x, read(b.data, b.offset + l * b.rowStride + j * b.columnStride));
        }
        c[offset + i * n + j] = write(sum) as never;
      }
    }
  };
}

const read = (data: TypedArray, at: number): number => data[at] as number;
/** Small integers wrap when they are stored; 32 bits of the product are enough. */
const integers = plainProduct(
  0,
  read,
  (sum, x, y) => (sum + Math.imul(x, y)) | 0,
  (sum) => sum,
);
const bigs = plainProduct(
  0n,
  (data, at) => data[at] as bigint,
  (sum, x, y) => BigInt.asUintN(64, sum + x * y),
  (sum) => sum,
);
const bools = plainProduct(
  0,
  read,
  (sum, x, y) => sum | (x & y),
  (sum) => sum,
);
const halves = plainProduct(
  0,
  (data, at) => float16ToNumber(data[at] as number),
  (sum, x, y) => sum + x * y,
  numberToFloat16,
);

/** The product of a dtype. Floats are summed in double precision and rounded once; integers wrap. */
export function productOf(dtype: DType): Product {
  if (dtype === "float32" || dtype === "float64") return floatProduct;
  if (dtype === "float16") return halves;
  if (dtype === "bool") return bools;
  return dtype === "int64" || dtype === "uint64" ? bigs : integers;
}
