/** ONNX models from a few lines of code: the part of the format that the benchmark's graphs need. */
import protobuf from "protobufjs";

/** From onnx.proto (ONNX 1.12), reduced to the fields that are used here. */
const schema = protobuf.parse(
  `
  syntax = "proto2";
  message Attribute {
    optional string name = 1; optional float f = 2; optional int64 i = 3; optional int32 type = 20;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; optional string op_type = 4; repeated Attribute attribute = 5;
  }
  message Tensor {
    repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
  }
  message Dimension { optional int64 dim_value = 1; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message ValueInfo { optional string name = 1; optional Type type = 2; }
  message Graph {
    repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11;
    repeated ValueInfo output = 12;
  }
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Model { optional int64 ir_version = 1; optional Graph graph = 7; repeated OperatorSet opset_import = 8; }
`,
  { keepCase: true },
).root;

const elementTypes = { float32: 1, int64: 7, float64: 11 } as const;
const attributeTypes = { float: 1, int: 2 } as const;
const IR_VERSION = 8;
const OPERATOR_SET = 17;

type FloatName = "float32" | "float64";
interface Value {
  readonly name: string;
  readonly dtype: FloatName;
  readonly shape: readonly number[];
}

/** A graph under construction. Values go by their names. */
export class OnnxGraph {
  readonly #nodes: object[] = [];
  readonly #constants: object[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];

  input(name: string, shape: readonly number[], dtype: FloatName = "float32"): string {
    this.#inputs.push({ name, shape, dtype });
    return name;
  }

  /** A float32 number. */
  number(value: number): string {
    return this.#constant("float32", [], new Uint8Array(new Float32Array([value]).buffer));
  }

  /** A list of int64, for axes. */
  axes(...values: readonly number[]): string {
    return this.#constant(
      "int64",
      [values.length],
      new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    );
  }

  /** The result of an operator of ONNX. Whole numbers among the attributes are ints, unless they are named in `floats`. */
  apply(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number>> = {},
    floats: readonly string[] = ["alpha", "beta"],
  ): string {
    const output = `value ${this.#nodes.length}`;
    const attribute = Object.entries(attributes).map(([name, value]) =>
      floats.includes(name)
        ? { name, f: value, type: attributeTypes.float }
        : { name, i: value, type: attributeTypes.int },
    );
    this.#nodes.push({ input: inputs, output: [output], op_type: operator, attribute });
    return output;
  }

  /** Gives a value a name on the outside. */
  output(name: string, value: string, shape: readonly number[], dtype: FloatName = "float32"): void {
    this.#nodes.push({ input: [value], output: [name], op_type: "Identity" });
    this.#outputs.push({ name, shape, dtype });
  }

  /** The model's file. */
  encode(): Uint8Array {
    const information = ({ name, dtype, shape }: Value): object => ({
      name,
      type: {
        tensor_type: {
          elem_type: elementTypes[dtype],
          shape: { dim: shape.map((length) => ({ dim_value: length })) },
        },
      },
    });
    const Model = schema.lookupType("Model");
    const graph = {
      name: "bench",
      node: this.#nodes,
      initializer: this.#constants,
      input: this.#inputs.map(information),
      output: this.#outputs.map(information),
    };
    const model = { ir_version: IR_VERSION, opset_import: [{ domain: "", version: OPERATOR_SET }], graph };
    return Model.encode(Model.fromObject(model)).finish();
  }

  #constant(dtype: keyof typeof elementTypes, dims: readonly number[], bytes: Uint8Array): string {
    const name = `constant ${this.#constants.length}`;
    this.#constants.push({ name, dims, data_type: elementTypes[dtype], raw_data: bytes });
    return name;
  }
}
