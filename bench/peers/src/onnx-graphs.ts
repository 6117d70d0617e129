/** The workloads as ONNX graphs: a step takes the state in and gives the new state out, gradients written by hand. */
import { adamRates, classifier, learningRate, type Workloads } from "@bitale/bench/workloads";
import { OnnxGraph } from "./onnx.js";

const { features, hidden, classes, logisticRate, mlpRate } = classifier;

/** x ← x + 1. */
export function scalarGraph(): OnnxGraph {
  const graph = new OnnxGraph();
  graph.output("x", graph.apply("Add", [graph.input("x0", []), graph.number(1)]), []);
  return graph;
}

export function sgdGraph(n: number): OnnxGraph {
  const graph = new OnnxGraph();
  const [p, g] = [graph.input("p0", [n]), graph.input("g", [n])];
  graph.output("p", graph.apply("Sub", [p, graph.apply("Mul", [g, graph.number(learningRate)])]), [n]);
  return graph;
}

/** With two numbers that depend on the step: `rate` = η / (1 - β₁ᵗ), `missing` = 1 - β₂ᵗ. */
export function adamGraph(n: number): OnnxGraph {
  const graph = new OnnxGraph();
  const { beta1, beta2, epsilon } = adamRates;
  const [p, m, v, g] = ["p0", "m0", "v0", "g"].map((name) => graph.input(name, [n])) as [
    string,
    string,
    string,
    string,
  ];
  const [rate, missing] = [graph.input("rate", []), graph.input("missing", [])];
  const scaled = (value: string, factor: number): string => graph.apply("Mul", [value, graph.number(factor)]);
  const nextM = graph.apply("Add", [scaled(m, beta1), scaled(g, 1 - beta1)]);
  const nextV = graph.apply("Add", [scaled(v, beta2), scaled(graph.apply("Mul", [g, g]), 1 - beta2)]);
  const root = graph.apply("Sqrt", [graph.apply("Div", [nextV, missing])]);
  const lower = graph.apply("Add", [root, graph.number(epsilon)]);
  const change = graph.apply("Div", [graph.apply("Mul", [nextM, rate]), lower]);
  graph.output("p", graph.apply("Sub", [p, change]), [n]);
  graph.output("m", nextM, [n]);
  graph.output("v", nextV, [n]);
  return graph;
}

export function gemmGraph({ dtype, m, k, n, transposeA, transposeB }: Workloads["gemm"]): OnnxGraph {
  const graph = new OnnxGraph();
  const A = graph.input("A", transposeA ? [k, m] : [m, k], dtype);
  const B = graph.input("B", transposeB ? [n, k] : [k, n], dtype);
  const product = graph.apply("Gemm", [A, B], { transA: Number(transposeA), transB: Number(transposeB) });
  graph.output("C", product, [m, n], dtype);
  return graph;
}

export function softmaxGraph(rows: number, columns: number): OnnxGraph {
  const graph = new OnnxGraph();
  const x = graph.input("x", [rows, columns]);
  graph.output("y", graph.apply("Softmax", [x], { axis: -1 }), [rows, columns]);
  return graph;
}

export function unaryGraph(op: "exp" | "tanh", n: number): OnnxGraph {
  const graph = new OnnxGraph();
  graph.output("y", graph.apply(op === "exp" ? "Exp" : "Tanh", [graph.input("x", [n])]), [n]);
  return graph;
}

export function predictGraph(batch: number): OnnxGraph {
  const graph = new OnnxGraph();
  const [x, W] = [graph.input("x", [batch, features]), graph.input("W", [features, classes])];
  const rows = graph.apply("Softmax", [graph.apply("MatMul", [x, W])], { axis: -1 });
  graph.output("rows", rows, [batch, classes]);
  return graph;
}

/** Writes the cost, and returns the scores' slope times the batch: softmax minus truth. */
function crossEntropy(graph: OnnxGraph, scores: string, truth: string): string {
  const logs = graph.apply("LogSoftmax", [scores], { axis: -1 });
  const picked = graph.apply("ReduceSum", [graph.apply("Mul", [logs, truth]), graph.axes(1)], {
    keepdims: 0,
  });
  const mean = graph.apply("ReduceMean", [picked], { keepdims: 0 });
  graph.output("cost", graph.apply("Neg", [mean]), []);
  return graph.apply("Sub", [graph.apply("Exp", [logs]), truth]);
}

/** W - rate XᵀS, in one product. */
const descend = (graph: OnnxGraph, W: string, X: string, slopes: string, rate: number): string =>
  graph.apply("Gemm", [X, slopes, W], { transA: 1, alpha: -rate, beta: 1 });

/** b - rate times the sum of rows. */
function descendBias(graph: OnnxGraph, b: string, slopes: string, rate: number): string {
  const sum = graph.apply("ReduceSum", [slopes, graph.axes(0)], { keepdims: 0 });
  return graph.apply("Sub", [b, graph.apply("Mul", [sum, graph.number(rate)])]);
}

export function logisticGraph(batch: number): OnnxGraph {
  const graph = new OnnxGraph();
  const [x, truth] = [graph.input("x", [batch, features]), graph.input("truth", [batch, classes])];
  const [W, b] = [graph.input("W0", [features, classes]), graph.input("b0", [classes])];
  const slopes = crossEntropy(graph, graph.apply("Gemm", [x, W, b]), truth);
  graph.output("W", descend(graph, W, x, slopes, logisticRate / batch), [features, classes]);
  graph.output("b", descendBias(graph, b, slopes, logisticRate / batch), [classes]);
  return graph;
}

export function mlpGraph(batch: number): OnnxGraph {
  const graph = new OnnxGraph();
  const rate = mlpRate / batch;
  const [x, truth] = [graph.input("x", [batch, features]), graph.input("truth", [batch, classes])];
  const [W1, b1] = [graph.input("W10", [features, hidden]), graph.input("b10", [hidden])];
  const [W2, b2] = [graph.input("W20", [hidden, classes]), graph.input("b20", [classes])];
  const inner = graph.apply("Tanh", [graph.apply("Gemm", [x, W1, b1])]);
  const slopes = crossEntropy(graph, graph.apply("Gemm", [inner, W2, b2]), truth);
  const back = graph.apply("Gemm", [slopes, W2], { transB: 1 });
  const flat = graph.apply("Sub", [graph.number(1), graph.apply("Mul", [inner, inner])]);
  const innerSlopes = graph.apply("Mul", [back, flat]);
  graph.output("W1", descend(graph, W1, x, innerSlopes, rate), [features, hidden]);
  graph.output("b1", descendBias(graph, b1, innerSlopes, rate), [hidden]);
  graph.output("W2", descend(graph, W2, inner, slopes, rate), [hidden, classes]);
  graph.output("b2", descendBias(graph, b2, slopes, rate), [classes]);
  return graph;
}
