/** The public names of core, for browsers and bundlers: nothing here needs Node. */
export type { Invocation } from "./compile/arguments.js";
export type { Arguments, CompiledFunction, InputKey, Results } from "./compile/compiled-function.js";
export type { CopyOptions } from "./compile/copy.js";
export type {
  FunctionDescription,
  Move,
  OutputDescription,
  RegionDescription,
  ResultDescription,
  TransferDescription,
  UpdateDescription,
} from "./compile/description.js";
export { In, type InOptions, Out } from "./compile/interface.js";
export type { CompileOptions, GivenPair, Input, Output, Outputs, UpdatePair } from "./compile/options.js";
export type { FunctionProfile } from "./compile/profile.js";
export type {
  Measured,
  OpProfile,
  PhaseProfile,
  ProfileData,
  ProfileLine,
  RegionProfile,
  TransferProfile,
} from "./compile/profile-data.js";
export { type Branch, ifElse } from "./control/if-else.js";
export { hessian, jacobian } from "./control/jacobian.js";
export { type ScanOptions, scan } from "./control/scan.js";
export type { Tensors, VariablesOf } from "./control/structure.js";
export {
  compile,
  createRuntime,
  defaultRuntime,
  explain,
  ready,
  setDefaultRuntime,
  shared,
  sharedConstructor,
  use,
} from "./default-runtime.js";
export * from "./errors.js";
export { decodeNpy, encodeNpy } from "./files/npy.js";
export { decodeSafetensors, encodeSafetensors, type Safetensors, type Tensor } from "./files/safetensors.js";
export {
  decodeArrays,
  encodeArrays,
  loadState,
  type NamedVariables,
  type StateFormat,
  saveState,
} from "./files/state.js";
export { type GradOptions, grad, type PerVariable, valueAndGrad } from "./gradient/grad.js";
export { hessianVectorProduct, lop, type ProductOptions, rop } from "./gradient/products.js";
export type { CreationTrace } from "./graph/creation-trace.js";
export { isLength, lengthText } from "./graph/length-text.js";
export { Apply, Constant, isConstant, isVariable, Op, Variable } from "./graph/nodes.js";
export { debugPrint, type Printable } from "./graph/print.js";
export type { DebugPrintOptions } from "./graph/print-options.js";
export { replace } from "./graph/replace.js";
export {
  type BorrowOptions,
  type FilterOptions,
  isType,
  type Operator,
  type StorageLock,
  Type,
} from "./graph/type.js";
export { ancestors, clients, freeVariables, graphInputs, toposort } from "./graph/walk.js";
export { type AdadeltaOptions, adadelta } from "./optimizers/adadelta.js";
export { type AdagradOptions, adagrad } from "./optimizers/adagrad.js";
export { type AdamOptions, adam } from "./optimizers/adam.js";
export { type AdamWOptions, adamw } from "./optimizers/adamw.js";
export { clipByGlobalNorm, clipByValue, globalNorm } from "./optimizers/clipping.js";
export { type MomentumOptions, momentum } from "./optimizers/momentum.js";
export { nesterov } from "./optimizers/nesterov.js";
export type { CostOrGradients, LearningRate, OptimizerOptions, Parameters } from "./optimizers/parameters.js";
export * from "./optimizers/rate-rules.js";
export { type RmsPropOptions, rmsprop } from "./optimizers/rmsprop.js";
export { type RateRule, type Schedule, schedule } from "./optimizers/schedule.js";
export { type SgdOptions, sgd } from "./optimizers/sgd.js";
export { cannotFail, type InPlacePlan, planInPlace } from "./plan/in-place.js";
export { type MemoryPlan, planMemory } from "./plan/memory-plan.js";
export { type PlanOptions, planRegion } from "./plan/planner.js";
export type { Slot } from "./plan/slots.js";
export {
  type Accumulation,
  checkWindow,
  type DotStep,
  type Expression,
  type IndexingName,
  type IndexingStep,
  type IotaStep,
  type LinesName,
  type LinesStep,
  type LoopResult,
  type LoopStep,
  type MatrixView,
  type PlannedStep,
  type RegionPlan,
  resultsOf,
  type ScalarOp,
  slotsOf,
  type WholeName,
  type WholeStep,
  type WindowCheck,
} from "./plan/steps.js";
export { broadcast as broadcastView, isContiguous as isContiguousView, type View } from "./plan/view.js";
export type { Config, ResolvedConfig, VariableRule } from "./plugin/config.js";
export type { Decision, Verdict } from "./plugin/construct.js";
export * from "./plugin/contract.js";
export { definePlugin, type PluginDefinition } from "./plugin/define-plugin.js";
export type { PluginFailure } from "./plugin/environment.js";
export { inject, injectable } from "./plugin/injection.js";
export { kernelFailure } from "./plugin/kernel-failure.js";
export {
  compileWithKernels,
  type Kernel,
  type KernelCall,
  type KernelHooks,
  type KernelTable,
} from "./plugin/kernel-table.js";
export { kwarg } from "./plugin/kwargs.js";
export type * from "./plugin/region.js";
export { regionText } from "./plugin/region-text.js";
export type { ConstructorRegistration } from "./plugin/registry.js";
export type { SchemaInput, SchemaResult, StandardSchema } from "./plugin/standard-schema.js";
export { type MakeShared, RandomStream } from "./random-stream.js";
export {
  defaultRewrites,
  type Mode,
  type RewriteLimits,
  type RewriteName,
  rewriteNames,
} from "./rewrite/mode.js";
export type {
  AnyKwargs,
  BackendId,
  PluginReport,
  Runtime,
  RuntimeOptions,
  SharedOptions,
  TypeForValue,
} from "./runtime.js";
export { Container, type ContainerOptions, type StorageCell } from "./shared/container.js";
export {
  type GetValueOptions,
  isSharedVariable,
  SharedVariable,
  type SharedVariableOptions,
} from "./shared/shared-variable.js";
export { castNDArray, castScalar } from "./tensor/cast.js";
export * from "./tensor/dtype.js";
export { floatX, withFloatX } from "./tensor/float-x.js";
export { float16ToNumber, numberToFloat16 } from "./tensor/float16.js";
export { toNDArray, tryNDArray } from "./tensor/host-value.js";
export type { VariableMethods } from "./tensor/methods.js";
export {
  emptyNDArray,
  isNDArray,
  NDArray,
  type NDArrayLike,
  positions,
  readElement,
  type Scalar,
  scalarNDArray,
  writeElement,
} from "./tensor/ndarray.js";
export * from "./tensor/ops/activations.js";
export { type ConvolutionOptions, conv1d, conv2d, conv3d, convolve } from "./tensor/ops/convolution.js";
export * from "./tensor/ops/creation.js";
export * from "./tensor/ops/diagonals.js";
export * from "./tensor/ops/einsum.js";
export * from "./tensor/ops/elementwise.js";
export * from "./tensor/ops/flat-nonzero.js";
export * from "./tensor/ops/floating-point.js";
export { type IndexMode, pick, putAlongAxis, take, takeAlongAxis } from "./tensor/ops/gathering.js";
export { disconnectedGrad, gradClip, gradScale, mapGrad, zeroGrad } from "./tensor/ops/gradient-flow.js";
export * from "./tensor/ops/index-arithmetic.js";
export {
  addIndex,
  type IndexItem,
  index,
  narrow,
  setIndex,
} from "./tensor/ops/indexing.js";
export * from "./tensor/ops/joining.js";
export * from "./tensor/ops/linear-algebra.js";
export * from "./tensor/ops/linear-solve.js";
export * from "./tensor/ops/logical.js";
export * from "./tensor/ops/losses.js";
export * from "./tensor/ops/norms.js";
export {
  asTensor,
  asVariable,
  cast,
  constant,
  type Operand,
  type TensorLike,
  type TensorVariable,
} from "./tensor/ops/operands.js";
export * from "./tensor/ops/ordering.js";
export * from "./tensor/ops/padding.js";
export * from "./tensor/ops/pooling.js";
export * from "./tensor/ops/random.js";
export * from "./tensor/ops/rearranging.js";
export {
  type AxisOption,
  all,
  any,
  argmax,
  argmin,
  logSumExp,
  type MeanOptions,
  max,
  mean,
  min,
  prod,
  type ReductionOptions,
  type SumOptions,
  std,
  sum,
  type VarianceOptions,
  variance,
} from "./tensor/ops/reductions.js";
export {
  broadcastArrays,
  broadcastTo,
  concatenate,
  dimShuffle,
  expandDims,
  flatten,
  type Length,
  moveAxis,
  reshape,
  shapeOf,
  size,
  specifyShape,
  squeeze,
  stack,
  swapAxes,
  transpose,
} from "./tensor/ops/shaping.js";
export { type Slice, slice } from "./tensor/ops/slices.js";
export * from "./tensor/ops/softmax.js";
export {
  arccosh,
  arcsinh,
  arctanh,
  cbrt,
  degrees,
  exp2,
  heaviside,
  hypot,
  lerp,
  logAddExp,
  logAddExp2,
  radians,
  sinc,
  square,
  xlogy,
} from "./tensor/ops/special-functions.js";
export * from "./tensor/ops/statistics.js";
export { conv2dTranspose, type TransposedConvolutionOptions } from "./tensor/ops/transposed-convolution.js";
export type { PerAxis, WindowOptions, WindowPadding } from "./tensor/ops/windows.js";
export { type PinnedShapeKwargs, pinnedShape } from "./tensor/pinned-shape.js";
export { isPrimitive, PrimitiveOp } from "./tensor/primitive-op.js";
export * from "./tensor/primitives.js";
export { evaluateScalar, type ScalarName } from "./tensor/reference/evaluate-scalar.js";
export { type ReferenceKernel, referenceKernels } from "./tensor/reference/kernels.js";
export * from "./tensor/shape.js";
export * from "./tensor/symbols.js";
export { isTensorType, TensorType } from "./tensor/tensor-type.js";
