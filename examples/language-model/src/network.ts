/** A recurrent network with gates (GRU) over characters, unrolled by `scan`. */
import {
  add,
  asTensor,
  dot,
  index,
  logSoftmax,
  mul,
  type Operand,
  type Runtime,
  type SharedVariable,
  scan,
  sigmoid,
  slice,
  sub,
  type TensorType,
  type TensorVariable,
  take,
  tanh,
  zeros,
} from "@bitale/core";

type Parameter = SharedVariable<TensorType<unknown>>;

export interface Network {
  readonly hidden: number;
  readonly parameters: readonly Parameter[];
  /** One character further: the state [batch, hidden] after `character` [batch]. */
  readonly step: (state: Operand, character: Operand) => TensorVariable;
  /** All characters [length, batch], one after another: the last state, and all states [length, batch, hidden]. */
  readonly read: (state: Operand, characters: Operand) => [TensorVariable, TensorVariable];
  /** Log-probabilities of the next character [..., alphabet] after a state [..., hidden]. */
  readonly predict: (state: Operand) => TensorVariable;
}

const seed = 1851; // the year of the book

/** Makes the parameters in a runtime: "input.W", "input.b", "recurrent.W", "output.W" and "output.b". */
export async function buildNetwork(runtime: Runtime, alphabet: number, hidden: number): Promise<Network> {
  const random = runtime.randomStream(seed);
  const weights = async (name: string, rows: number, columns: number, bound: number): Promise<Parameter> => {
    const drawn = runtime.compile([], random.uniform({ low: -bound, high: bound, size: [rows, columns] }));
    return runtime.shared(await drawn.async(), { name });
  };
  const biases = (name: string, length: number): Parameter =>
    runtime.shared(zeros([length], "float32"), { name });
  // Columns are the gates' in turn: update, reset, candidate.
  const inputW = await weights("input.W", alphabet, 3 * hidden, Math.sqrt(3 / hidden));
  const inputB = biases("input.b", 3 * hidden);
  const recurrentW = await weights("recurrent.W", hidden, 3 * hidden, Math.sqrt(3 / hidden));
  const outputW = await weights("output.W", hidden, alphabet, Math.sqrt(3 / hidden));
  const outputB = biases("output.b", alphabet);

  const gate = (sums: TensorVariable, place: number): TensorVariable =>
    index(sums, "...", slice(place * hidden, (place + 1) * hidden));
  /** A character has one weight for each gate and unit: its row. */
  const inputsOf = (characters: Operand): TensorVariable => take(inputW, characters).add(inputB);
  /** Cho et al. (2014), eq. 5 to 8; the reset gate is applied after the product, which makes one product of three. */
  const advance = (state: Operand, inputs: TensorVariable): TensorVariable => {
    const sums = dot(state, recurrentW);
    const update = sigmoid(add(gate(inputs, 0), gate(sums, 0)));
    const reset = sigmoid(add(gate(inputs, 1), gate(sums, 1)));
    const candidate = tanh(add(gate(inputs, 2), mul(reset, gate(sums, 2))));
    return add(mul(update, state), mul(sub(1, update), candidate));
  };
  return {
    hidden,
    parameters: [inputW, inputB, recurrentW, outputW, outputB],
    step: (state, character) => advance(state, inputsOf(character)),
    read: (state, characters) =>
      scan(
        (before, inputs) => {
          const after = advance(before, inputs);
          return [after, after]; // carried on, and kept
        },
        { init: asTensor(state), sequences: inputsOf(characters) },
      ),
    predict: (state) => logSoftmax(dot(state, outputW).add(outputB)),
  };
}
