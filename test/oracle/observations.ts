/**
 * The comparing rules: recorded observations against our values. Each function gives undefined where they agree, else
 * what is different. Memory order, lengths that Aesara inferred, and aliasing that its contract does not guarantee are
 * informative and not compared.
 */
import { type DType, isFloat, isNDArray, type NDArray, type Scalar } from "@bitale/core";
import { isSparseMatrix, type SparseMatrix } from "@bitale/sparse";
import { arrayOf, elementsOf, toNumber } from "./arrays.js";
import type { JsonNumber, Literal, Observation, RecordedType, Step } from "./case-file.js";
import type { Got } from "./outcome.js";
import type { TypeFacts } from "./steps/shared-variables.js";

export type Difference = string | undefined;

interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}
const tolerances: Readonly<Record<string, Tolerance>> = {
  float64: { relative: 1e-9, absolute: 1e-12 },
  float32: { relative: 1e-5, absolute: 1e-6 },
  float16: { relative: 2e-3, absolute: 2e-3 },
};

function toleranceOf(dtype: string, relative: number | undefined): Tolerance {
  const own = tolerances[dtype] as Tolerance;
  return relative === undefined ? own : { ...own, relative };
}

/** NaN equals NaN, infinities by sign, -0 equals 0. */
export function closeTo(got: number, expected: number, { relative, absolute }: Tolerance): boolean {
  if (got === expected || (Number.isNaN(got) && Number.isNaN(expected))) return true;
  if (!Number.isFinite(got) || !Number.isFinite(expected)) return false;
  return Math.abs(got - expected) <= absolute + relative * Math.abs(expected);
}

/** Two arrays of our own: dtype and shape exactly, floats within the tolerance of the dtype. */
export function compareArrays(got: NDArray, expected: NDArray, relative?: number): Difference {
  if (got.dtype !== expected.dtype) return `dtype ${got.dtype} instead of ${expected.dtype}`;
  if (got.shape.length !== expected.shape.length || got.shape.some((d, i) => d !== expected.shape[i])) {
    return `shape [${got.shape}] instead of [${expected.shape}]`;
  }
  const [ours, theirs] = [elementsOf(got), elementsOf(expected)];
  const at = ours.findIndex((value, i) => !sameElement(value, theirs[i] as Scalar, got.dtype, relative));
  return at === -1 ? undefined : `element ${at} is ${ours[at]} instead of ${theirs[at]}`;
}

function sameElement(got: Scalar, expected: Scalar, dtype: DType, relative: number | undefined): boolean {
  if (!isFloat(dtype)) return got === expected;
  return closeTo(Number(got), Number(expected), toleranceOf(dtype, relative));
}

/** A recorded value against ours. */
export function compareValue(expected: Literal, got: unknown, relative?: number): Difference {
  if ("nd" in expected) return compareDense(expected, got, relative);
  if ("np" in expected) return compareScalar(expected, got, relative);
  if ("sparse" in expected) return compareSparse(expected, got, relative);
  if ("list" in expected || "tuple" in expected) {
    return compareList((expected.list ?? expected.tuple) as Literal[], got, relative);
  }
  if ("dict" in expected) return compareRecord(expected.dict as Record<string, Literal>, got, relative);
  return plainEquals(expected, got, relative) ? undefined : "another value";
}

function plainEquals(expected: Literal, got: unknown, relative: number | undefined): boolean {
  if ("int" in expected) return isWhole(got) && BigInt(got) === BigInt(expected.int as JsonNumber);
  if ("float" in expected) {
    const tolerance = toleranceOf("float64", relative);
    return typeof got === "number" && closeTo(got, toNumber(expected.float as JsonNumber), tolerance);
  }
  if ("bool" in expected) return got === expected.bool;
  if ("str" in expected) return got === expected.str;
  if ("none" in expected) return got === null || got === undefined;
  return "object" in expected && typeof got === "object" && got !== null;
}

const isWhole = (value: unknown): value is bigint | number =>
  typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));

function compareDense({ nd, shape, dtype }: Literal, got: unknown, relative: number | undefined): Difference {
  if (!isNDArray(got)) return "no NDArray";
  const length = (shape as number[]).reduce((product, d) => product * d, 1);
  if ((nd as unknown[]).length !== length) return "the record's array does not fill its shape";
  const expected = arrayOf(nd as unknown[], shape as number[], dtype as string);
  return isNDArray(expected) ? compareArrays(got, expected, relative) : `no array of ${String(dtype)}`;
}

/** NumPy's scalars are 0-d arrays here, or the bare values that a generic variable was given. */
function compareScalar({ np, dtype }: Literal, got: unknown, relative: number | undefined): Difference {
  if (isNDArray(got)) return compareDense({ nd: [np], shape: [], dtype }, got, relative);
  if (isWhole(got) && !String(dtype).startsWith("float") && dtype !== "bool") {
    return BigInt(got) === BigInt(np as JsonNumber) ? undefined : "another number";
  }
  const number = typeof got === "bigint" || typeof got === "number" || typeof got === "boolean";
  if (!number) return "no number";
  const tolerance = toleranceOf(dtype === "float32" || dtype === "float16" ? dtype : "float64", relative);
  return closeTo(Number(got), toNumber(np as JsonNumber), tolerance) ? undefined : "another number";
}

function compareSparse(expected: Literal, got: unknown, relative: number | undefined): Difference {
  if (!isSparseMatrix(got)) return "no sparse matrix";
  if (got.format !== expected.sparse) return `format ${got.format} instead of ${String(expected.sparse)}`;
  const { shape, dtype, dense } = expected;
  if (dense !== undefined) {
    const difference = compareDense({ nd: dense, shape, dtype }, got.toDense(), relative);
    if (difference !== undefined) return `as a dense matrix: ${difference}`;
  }
  return compareEntries(expected, got, relative);
}

/** Stored entries, sorted inside each line. */
function compareEntries(expected: Literal, got: SparseMatrix, relative: number | undefined): Difference {
  const { data, indices, indptr, dtype } = expected as { [field: string]: JsonNumber[] };
  const length = (data as JsonNumber[]).length;
  const values = elementsOf(arrayOf(data as JsonNumber[], [length], String(dtype)) as NDArray);
  const theirs = sortedEntries(values, indices as number[], indptr as number[]);
  const ours = sortedEntries([...got.data], [...got.indices], [...got.indptr]);
  if (ours.length !== theirs.length) return `${ours.length} stored entries instead of ${theirs.length}`;
  const at = ours.findIndex((entry, i) => {
    const other = theirs[i] as Entry;
    if (entry.line !== other.line || entry.index !== other.index) return true;
    return !sameElement(entry.value, other.value, got.dtype, relative);
  });
  return at === -1 ? undefined : `stored entry ${at} is another`;
}

interface Entry {
  readonly line: number;
  readonly index: number;
  readonly value: Scalar;
}

function sortedEntries(
  values: readonly Scalar[],
  indices: readonly number[],
  indptr: readonly number[],
): Entry[] {
  let line = 0;
  const entries = values.map((value, i): Entry => {
    while (i >= (indptr[line + 1] as number)) line++;
    return { line, index: indices[i] as number, value };
  });
  return entries.sort((a, b) => a.line - b.line || a.index - b.index);
}

function compareList(expected: readonly Literal[], got: unknown, relative: number | undefined): Difference {
  // No outputs are nothing in bitale, an empty list in Aesara.
  if (expected.length === 0 && (got === undefined || got === null)) return undefined;
  if (!Array.isArray(got)) return "no list";
  if (got.length !== expected.length) return `${got.length} items instead of ${expected.length}`;
  for (const [i, item] of expected.entries()) {
    const difference = compareValue(item, got[i], relative);
    if (difference !== undefined) return `item ${i}: ${difference}`;
  }
  return undefined;
}

function compareRecord(
  expected: Readonly<Record<string, Literal>>,
  got: unknown,
  relative: number | undefined,
): Difference {
  if (typeof got !== "object" || got === null) return "no record";
  const [theirs, ours] = [Object.keys(expected).sort(), Object.keys(got).sort()];
  if (theirs.join() !== ours.join()) return `names ${ours.join(", ")} instead of ${theirs.join(", ")}`;
  for (const name of theirs) {
    const value = (got as Record<string, unknown>)[name];
    const difference = compareValue(expected[name] as Literal, value, relative);
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  return undefined;
}

const sharedKinds: Readonly<Record<string, string>> = {
  TensorSharedVariable: "tensor",
  ScalarSharedVariable: "tensor",
  SparseTensorSharedVariable: "sparse",
  SharedVariable: "generic",
  // The state of a generator is a dense vector of words here.
  RandomGeneratorSharedVariable: "tensor",
};
const plainKinds: Readonly<Record<string, string>> = {
  TensorVariable: "tensor",
  TensorConstant: "tensor",
  SparseVariable: "sparse",
  SparseConstant: "sparse",
};

/**
 * dtype, rank and which lengths are exactly 1 are the contract; other inferred lengths are informative, and so are
 * the names that Aesara gives to results of its own ops.
 */
export function compareType(expected: RecordedType, got: TypeFacts): Difference {
  const shared = expected.class.endsWith("SharedVariable");
  if (got.isShared !== shared) return got.isShared ? "a shared variable" : "no shared variable";
  const kind = (shared ? sharedKinds : plainKinds)[expected.class];
  if (kind === undefined) return `the class ${expected.class} is not in the language`;
  if (got.kind !== kind) return `a variable of kind ${got.kind}`;
  if (expected.class === "TensorConstant" && !got.isConstant) return "no constant";
  if (expected.class === "ScalarSharedVariable" && got.shape?.length !== 0) return "no scalar";
  if (!got.isExpression && got.name !== expected.name) return `name ${got.name} instead of ${expected.name}`;
  if (expected.dtype !== undefined && got.dtype !== expected.dtype) {
    return `dtype ${got.dtype} instead of ${expected.dtype}`;
  }
  if (expected.format !== undefined && got.format !== expected.format) {
    return `format ${got.format} instead of ${expected.format}`;
  }
  const { shape, ndim } = expected;
  if (ndim !== undefined && got.shape?.length !== ndim) return `rank ${got.shape?.length} instead of ${ndim}`;
  if (shape === undefined) return undefined;
  if (got.shape?.length !== shape.length) return `rank ${got.shape?.length} instead of ${shape.length}`;
  const same = shape.every((length, axis) => (length === 1) === (got.shape?.[axis] === 1));
  return same ? undefined : `static shape [${got.shape.map((d) => d ?? "?")}]: other lengths are 1`;
}

/** All that a step observed: each field of the record is compared, or is no part of the language. */
export function compareObservation(
  expected: Observation,
  got: Got,
  step: Step,
  relative?: number,
): Difference {
  const { step: _, ...seen } = expected;
  if (Object.keys(seen).length === 0) return "the record says nothing";
  for (const [field, value] of Object.entries(seen)) {
    const difference = compareField(field, value, seen, got, step, relative);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function compareField(
  field: string,
  value: unknown,
  seen: Readonly<Record<string, unknown>>,
  got: Got,
  step: Step,
  relative: number | undefined,
): Difference {
  switch (field) {
    case "value":
    case "output":
      return compareValue(value as Literal, got[field], relative);
    case "outputs":
      return compareList(value as Literal[], got.output, relative);
    case "outputs_dict":
      return compareRecord(value as Record<string, Literal>, got.output, relative);
    case "type":
      return got.type === undefined ? "no type" : compareType(value as RecordedType, got.type as TypeFacts);
    case "shares_memory":
    case "same_object":
      return step.must === true ? sameFlag(field, value, got) : undefined;
    case "str":
      // An unnamed variable prints its type, and types print differently here.
      return seen.name === null ? undefined : sameFlag(field, value, got);
    case "name":
    case "same":
    case "equal":
    case "same_container":
    case "same_cell":
      return sameFlag(field, value, got);
    case "shared":
      return sameNames(value as unknown[], got[field]) ? undefined : `${field} is ${String(got[field])}`;
    default:
      return `the observation ${field} is not in the language`;
  }
}

const sameFlag = (field: string, value: unknown, got: Got): Difference =>
  Object.hasOwn(got, field) && got[field] === value ? undefined : `${field} is ${String(got[field])}`;

const sameNames = (expected: readonly unknown[], got: unknown): boolean =>
  Array.isArray(got) && [...expected].sort().join() === [...got].sort().join();
